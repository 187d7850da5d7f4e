// The states of a run and what moves it from one to the next: pure, and the only place that decides.
import type { RunPhase } from '#lib/contracts/messages.ts';
import type { RunState } from '#lib/contracts/run.ts';

//                    start               connecting                 first_frame
//   inactive ──────────▶ init_startup ──────────▶ in_startup_processing ──────────▶ active
//      ▲                      │                            │                          │
//      │ ended                └──────────── stop ──────────┴────────── stop ──────────┤
//      │                                                                              ▼
//   in_shutdown_processing ◀──────────────────── stopping ─────────────────── init_shutdown
//
//   any ── failed ──▶ error ── retry ──▶ init_startup
//                           └─ stop ───▶ init_shutdown
export const RUN_EVENTS = [
	'start', // it is wanted, and a worker is being found for it
	'connecting', // the worker opens the source
	'first_frame', // the source gave a picture
	'failed', // the source, the decoder or the worker failed
	'retry', // another attempt after a failure
	'stop', // it is no longer wanted
	'stopping', // the worker was told and is closing
	'ended' // nothing of it runs any more
] as const;
export type RunEvent = (typeof RUN_EVENTS)[number];

/** For each state the events it takes. What is not listed is refused; an event that names its own state repeats itself. */
const TRANSITIONS: Record<RunState, Partial<Record<RunEvent, RunState>>> = {
	inactive: { start: 'init_startup', stop: 'inactive', ended: 'inactive', failed: 'error' },
	init_startup: {
		start: 'init_startup',
		connecting: 'in_startup_processing',
		first_frame: 'active',
		failed: 'error',
		stop: 'init_shutdown'
	},
	in_startup_processing: {
		start: 'in_startup_processing',
		connecting: 'in_startup_processing',
		first_frame: 'active',
		failed: 'error',
		stop: 'init_shutdown'
	},
	active: {
		start: 'active',
		// A source that changed its picture size is opened again without having failed.
		connecting: 'in_startup_processing',
		first_frame: 'active',
		failed: 'error',
		stop: 'init_shutdown'
	},
	init_shutdown: {
		stop: 'init_shutdown',
		stopping: 'in_shutdown_processing',
		ended: 'inactive',
		failed: 'error'
	},
	in_shutdown_processing: {
		stop: 'in_shutdown_processing',
		stopping: 'in_shutdown_processing',
		ended: 'inactive',
		failed: 'error'
	},
	error: { failed: 'error', retry: 'init_startup', stop: 'init_shutdown' }
};

/** The state after an event; null when this state does not take it, which a caller logs and ignores. */
export function nextState(state: RunState, event: RunEvent): RunState | null {
	return TRANSITIONS[state][event] ?? null;
}

/** True while a worker may hold something for the run. */
export function isRunning(state: RunState): boolean {
	return state !== 'inactive' && state !== 'error';
}

/**
 * The events a worker's phase stands for, in order, given where the run is. Empty when the phase changes nothing:
 * whatever a worker still says after `stop` is only the way to its end.
 */
export function eventsOfPhase(state: RunState, phase: RunPhase['phase']): RunEvent[] {
	if (state === 'inactive') return [];
	if (state === 'init_shutdown' || state === 'in_shutdown_processing') {
		return phase === 'stopping' ? ['stopping'] : [];
	}
	const again: RunEvent[] = state === 'error' ? ['retry'] : [];
	switch (phase) {
		case 'waiting':
			return again;
		case 'connecting':
			return [...again, 'connecting'];
		case 'live':
			return [...again, 'first_frame'];
		case 'failed':
			return ['failed'];
		case 'stopping':
			return ['stop', 'stopping'];
	}
}
