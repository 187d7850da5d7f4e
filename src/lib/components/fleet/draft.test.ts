// What saving does, told before it is done.
import { expect, it } from 'vitest';
import { consequence, DEFAULTS, TUNED_FIELDS } from './draft.svelte.ts';

it('says when saving restarts the run', () => {
	expect(consequence(['arrow_scale', 'grid_size'], true)).toBe('restarts the run, about 2 s');
	expect(consequence(['grid_size'], false)).toBe('applies when the camera starts');
	expect(consequence(['arrow_scale', 'latitude', 'name'], true)).toBe('applies live, the run goes on');
});

it('takes its defaults from the schema', () => {
	expect([DEFAULTS.grid_size, DEFAULTS.fps, DEFAULTS.show_feed]).toEqual([16, 10, true]);
	expect(TUNED_FIELDS.every((field) => DEFAULTS[field] !== null)).toBe(true);
});
