// The run's state machine: every pair of state and event, and what must hold from any state.
import { describe, expect, it } from 'vitest';
import { RUN_STATES, type RunState } from '#lib/contracts/run.ts';
import { eventsOfPhase, isRunning, nextState, RUN_EVENTS, type RunEvent } from './lifecycle.ts';

const REFUSED = '-';
const TABLE: Record<RunState, Record<RunEvent, RunState | typeof REFUSED>> = {
	inactive: row('init_startup - - error - inactive - inactive'),
	init_startup: row('init_startup in_startup_processing active error - init_shutdown - -'),
	in_startup_processing: row('in_startup_processing in_startup_processing active error - init_shutdown - -'),
	active: row('active in_startup_processing active error - init_shutdown - -'),
	init_shutdown: row('- - - error - init_shutdown in_shutdown_processing inactive'),
	in_shutdown_processing: row('- - - error - in_shutdown_processing in_shutdown_processing inactive'),
	error: row('- - - error init_startup init_shutdown - -')
};

/** One row in the order start, connecting, first_frame, failed, retry, stop, stopping, ended. */
function row(cells: string): Record<RunEvent, RunState | typeof REFUSED> {
	const states = cells.split(' ');
	return Object.fromEntries(RUN_EVENTS.map((event, i) => [event, states[i]])) as Record<RunEvent, RunState>;
}

function run(state: RunState, ...events: RunEvent[]): RunState {
	return events.reduce((at, event) => nextState(at, event) ?? at, state);
}

describe('nextState', () => {
	for (const state of RUN_STATES) {
		for (const event of RUN_EVENTS) {
			it(`${state} + ${event} → ${TABLE[state][event]}`, () => {
				expect(nextState(state, event) ?? REFUSED).toBe(TABLE[state][event]);
			});
		}
	}

	it('goes the whole way round', () => {
		const way = ['start', 'connecting', 'first_frame', 'stop', 'stopping', 'ended'] as const;
		let state: RunState = 'inactive';
		expect(way.map((event) => (state = nextState(state, event)!))).toEqual([
			'init_startup',
			'in_startup_processing',
			'active',
			'init_shutdown',
			'in_shutdown_processing',
			'inactive'
		]);
	});

	it.each(RUN_STATES)(
		'stop leads from %s to inactive, whether or not the worker says that it is closing',
		(state) => {
			expect(run(state, 'stop', 'ended')).toBe('inactive');
			expect(run(state, 'stop', 'stopping', 'ended')).toBe('inactive');
			expect(run(state, 'stop', 'stop', 'stopping', 'stopping', 'ended', 'ended')).toBe('inactive');
		}
	);

	it.each(RUN_STATES)('a failure leads from %s to error', (state) => {
		expect(nextState(state, 'failed')).toBe('error');
	});

	it('only retry and stop leave error', () => {
		const leaving = RUN_EVENTS.filter((event) => ![null, 'error'].includes(nextState('error', event)));
		expect(leaving).toEqual(['retry', 'stop']);
	});
});

describe('eventsOfPhase', () => {
	const PHASES = ['waiting', 'connecting', 'live', 'failed', 'stopping'] as const;

	it('gives only events that the state takes, one after another', () => {
		for (const state of RUN_STATES) {
			for (const phase of PHASES) {
				let at = state;
				for (const event of eventsOfPhase(state, phase)) {
					const next = nextState(at, event);
					expect(next, `${state} on ${phase}: ${event}`).not.toBeNull();
					at = next!;
				}
			}
		}
	});

	it('leads a reconnecting source from error through start-up to active', () => {
		expect(run('error', ...eventsOfPhase('error', 'waiting'))).toBe('init_startup');
		expect(run('error', ...eventsOfPhase('error', 'connecting'))).toBe('in_startup_processing');
		expect(run('error', ...eventsOfPhase('error', 'live'))).toBe('active');
	});

	it.each(['init_shutdown', 'in_shutdown_processing', 'inactive'] as const)(
		'ignores a failure that a worker reports while %s: it is on its way out',
		(state) => {
			expect(eventsOfPhase(state, 'failed')).toEqual([]);
			expect(eventsOfPhase(state, 'live')).toEqual([]);
		}
	);
});

describe('isRunning', () => {
	it('is false only where no worker holds anything', () => {
		expect(RUN_STATES.filter((state) => !isRunning(state))).toEqual(['inactive', 'error']);
	});
});
