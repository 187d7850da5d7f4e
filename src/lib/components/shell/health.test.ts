// A check's reason as the pages write it.
import { expect, it } from 'vitest';
import { timeOfDay } from '../ui/format.ts';
import { sentence } from './health.svelte.ts';

it('begins a reason like a sentence and tells its times in the reader’s zone', () => {
	const at = '2026-11-21T06:40:37.123Z';
	expect(sentence(`nATS does not answer since ${at} (refused)`)).toBe(
		`NATS does not answer since ${timeOfDay(at)} (refused)`
	);
	expect(sentence('')).toBe('');
});
