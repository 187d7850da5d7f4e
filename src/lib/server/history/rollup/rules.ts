// What a round of rolling up goes through: what is new, what came late, and what an outage left. Pure; times in ms.

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** Seconds may arrive this much later and are looked for in every round. */
export const LOOK_BACK_MS = 10 * MINUTE_MS;
/** Where no minute is known, as far back as seconds are kept; hours twice as far. */
const FURTHEST_MS = 24 * HOUR_MS;
/** Of the last second of a minute to be written. */
const GRACE_MS = 3000;

export interface Known {
	now: number;
	/** The newest that anybody wrote. */
	newest: number | null;
	/** Until when this instance has seen that nothing is missing. */
	clean: number | null;
	/** The oldest moment of which something was written since. */
	late: number | null;
}

/** What to go through; null where somebody has just done it. */
export function minutesDue({ now, newest, clean, late }: Known): { from: number; to: number } | null {
	const to = floor(now - GRACE_MS, MINUTE_MS);
	// What is not as late is found by whoever goes through the next rounds.
	const isLate = late !== null && late < now - LOOK_BACK_MS / 2;
	if (newest !== null && newest >= to - MINUTE_MS && !isLate) return null;
	const done = Math.max(newest ?? -Infinity, clean ?? -Infinity);
	const from = Math.min(now - LOOK_BACK_MS, done === -Infinity ? -Infinity : done, late ?? Infinity);
	return { from: floor(Math.max(from, now - FURTHEST_MS), MINUTE_MS), to };
}

/** Whole hours, from what changed; the last two are always looked at. */
export function hoursDue({ now, newest, clean, late }: Known): { from: number; to: number } {
	const done = Math.max(newest ?? -Infinity, clean ?? -Infinity);
	const from = Math.min(now - 2 * HOUR_MS, done, late ?? Infinity);
	const furthest = newest === null ? now - 2 * FURTHEST_MS : now - 31 * FURTHEST_MS;
	return {
		from: floor(Math.max(from, furthest), HOUR_MS),
		to: floor(now - GRACE_MS - MINUTE_MS, HOUR_MS)
	};
}

export const floor = (at: number, step: number): number => Math.floor(at / step) * step;
