// What saving does, told before it is done.
import { expect, it } from 'vitest';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { consequence, DEFAULTS, Draft, TUNED_FIELDS } from './draft.svelte.ts';

it('says when saving restarts the run', () => {
	expect(consequence(['arrow_scale', 'grid_size'], true)).toBe('restarts the run, about 2 s');
	expect(consequence(['grid_size'], false)).toBe('applies when the camera starts');
	expect(consequence(['arrow_scale', 'latitude', 'name'], true)).toBe('applies live, the run goes on');
	expect(consequence(['name', 'placement'], true)).toBe('moves the run where it has to');
	expect(consequence(['placement', 'fps'], true)).toBe('restarts the run, about 2 s');
});

it('takes its defaults from the schema', () => {
	expect([DEFAULTS.grid_size, DEFAULTS.fps, DEFAULTS.show_feed]).toEqual([16, 10, true]);
	expect(TUNED_FIELDS.every((field) => DEFAULTS[field] !== null)).toBe(true);
});

it('sees no change in the same labels said in another order', () => {
	const draft = new Draft(() => ({ placement: { site: 'north', gpu: 'yes' } }) as unknown as StreamRecord);
	draft.set('placement', { gpu: 'yes', site: 'north' });
	expect(draft.fields).toEqual([]);
	draft.set('placement', { site: 'north' });
	expect(draft.patch()).toEqual({ placement: { site: 'north' } });
	draft.set('placement', { site: 'north', gpu: 'yes' });
	expect(draft.fields).toEqual([]);
});
