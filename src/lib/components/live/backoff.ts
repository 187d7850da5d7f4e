// How long the page waits before it asks the server again.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Exponential backoff with equal jitter: half the step is certain, half is drawn, so that a wall of pages does not return as one. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
	const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
	return step / 2 + (random() * step) / 2;
}
