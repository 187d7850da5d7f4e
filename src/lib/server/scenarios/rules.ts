// What a run is called from outside, and when it is over: pure.
import type { RunState } from '#lib/contracts/run.ts';

export interface RunNow {
	/** As the engine last recorded it. */
	state: RunState;
	/** Whether its stream is wanted. */
	wanted: boolean;
	/** Whether it was told to end. */
	ended: boolean;
}

/**
 * The state as its client sees it: what was wanted counts from the moment it was accepted, although the engine takes a
 * moment to begin with it.
 */
export function statusOf({ state, wanted }: RunNow): RunState {
	if (wanted) return state === 'inactive' ? 'init_startup' : state;
	return state === 'inactive' || state === 'in_shutdown_processing' ? state : 'init_shutdown';
}

/** Nothing of it runs and nothing will. */
export function isOver(now: RunNow): boolean {
	return now.ended && statusOf(now) === 'inactive';
}
