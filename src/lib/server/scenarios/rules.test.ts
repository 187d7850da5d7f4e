// What a run is called from outside: every state, wanted or not.
import { expect, it } from 'vitest';
import { RUN_STATES } from '#lib/contracts/run.ts';
import { isOver, statusOf } from './rules.ts';

it.each(RUN_STATES)('%s while it is wanted', (state) => {
	const run = { state, wanted: true, ended: false };
	expect(statusOf(run)).toBe(state === 'inactive' ? 'init_startup' : state);
	expect(isOver(run)).toBe(false);
});

it.each([
	['inactive', 'inactive'],
	['init_startup', 'init_shutdown'],
	['in_startup_processing', 'init_shutdown'],
	['active', 'init_shutdown'],
	['error', 'init_shutdown'],
	['init_shutdown', 'init_shutdown'],
	['in_shutdown_processing', 'in_shutdown_processing']
] as const)('%s while it is not wanted is %s', (state, status) => {
	expect(statusOf({ state, wanted: false, ended: true })).toBe(status);
	expect(isOver({ state, wanted: false, ended: true })).toBe(state === 'inactive');
	expect(isOver({ state, wanted: false, ended: false })).toBe(false);
});
