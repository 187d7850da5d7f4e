// How long to wait before trying again: exponential backoff with full jitter, so that many failures do not return in step.

export interface BackoffOptions {
	/** Ceiling of the first wait, ms. */
	baseMs?: number;
	/** Ceiling of every later wait, ms. */
	capMs?: number;
	/** 0 ≤ random() < 1. */
	random?: () => number;
}

/** Milliseconds to wait before attempt `attempt` + 1 (attempt ≥ 1): uniform in [0, min(cap, base · 2^(attempt − 1))). */
export function backoffMs(attempt: number, options: BackoffOptions = {}): number {
	const { baseMs = 1_000, capMs = 60_000, random = Math.random } = options;
	const doublings = Math.min(Math.max(attempt, 1) - 1, 30);
	return Math.floor(random() * Math.min(capMs, baseMs * 2 ** doublings));
}
