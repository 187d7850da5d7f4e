// The words for a stream's state, and which of them need a person.
import type { StreamStatusWord } from '#lib/contracts/status.ts';

export const STATE_WORDS: Record<StreamStatusWord, string> = {
	connected: 'Connected',
	starting: 'Starting',
	stale: 'Stale',
	stream_error: 'Stream error',
	worker_down: 'Worker down',
	deactivated: 'Deactivated'
};

/** Short form, for counts in the bar: `1 error`. */
export const STATE_COUNT_WORDS: Record<StreamStatusWord, string> = {
	connected: 'connected',
	starting: 'starting',
	stale: 'stale',
	stream_error: 'error',
	worker_down: 'worker down',
	deactivated: 'off'
};

/** The ink of a state's word. A healthy state stays quiet. */
export function stateTone(state: StreamStatusWord): 'quiet' | 'warn' | 'bad' {
	if (state === 'stale') return 'warn';
	return state === 'stream_error' || state === 'worker_down' ? 'bad' : 'quiet';
}
