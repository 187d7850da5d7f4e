// Why a stream has no worker, in words, and how long until it gets another: pure.
import type { SourceFailure } from '#lib/contracts/failure.ts';

export function workerDown(cause: string): SourceFailure {
	return {
		code: 'worker_down',
		message: cause,
		advice: 'It is restarted by itself; the server log has more if this repeats.',
		evidence: ''
	};
}

export function capacityReached(maxStreams: number): SourceFailure {
	return {
		code: 'capacity_reached',
		message: `This server runs ${maxStreams} streams and may run no more`,
		advice: 'Deactivate another stream, or raise VF_MAX_STREAMS and restart the server.',
		evidence: ''
	};
}

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 60_000;

/** ms until a dead worker's streams start again: doubled with each death in a row, half of it random so that they do not all start at once. */
export function restartDelayMs(deaths: number, random: () => number = Math.random): number {
	const full = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, deaths - 1));
	return Math.round(full / 2 + (random() * full) / 2);
}
