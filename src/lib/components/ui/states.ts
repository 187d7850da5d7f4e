// The words for a stream's state, and which of them need a person.
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { plural } from './format.ts';

export const STATE_WORDS: Record<StreamStatusWord, string> = {
	connected: 'Connected',
	starting: 'Starting',
	stale: 'Stale',
	stream_error: 'Stream error',
	worker_down: 'Worker down',
	deactivated: 'Deactivated'
};

/** Counts in the bar: `1 error`, `3 errors`. */
export function stateCount(state: StreamStatusWord, count: number): string {
	switch (state) {
		case 'stream_error':
			return plural(count, 'error');
		case 'worker_down':
			return plural(count, 'worker down', 'workers down');
		case 'deactivated':
			return `${count} off`;
		case 'connected':
		case 'starting':
		case 'stale':
			return `${count} ${state}`;
		default: {
			const never: never = state;
			return never;
		}
	}
}

/** The ink of a state's word. A healthy state stays quiet. */
export function stateTone(state: StreamStatusWord): 'quiet' | 'warn' | 'bad' {
	if (state === 'stale') return 'warn';
	return state === 'stream_error' || state === 'worker_down' ? 'bad' : 'quiet';
}
