// The clock that deliveries are timed by: the database's, since instances whose own clocks differ share one log.
const CHECKED_FOR_MS = 30_000;
/** A slower answer says too little of when it was given. */
const QUICK_MS = 1000;

export interface Clock {
	/** Ms since the epoch. */
	now(): number;
	/** Compares with the database where that was not done lately. Throws what the database throws. */
	check(): Promise<void>;
}

/** `own` is this instance's clock, `asked` the database's, both ms since the epoch. */
export function createClock(asked: () => Promise<number>, own: () => number = Date.now): Clock {
	/** What has to be added to the own clock. */
	let ahead = 0;
	let checkedAt = -Infinity;
	return {
		now: () => own() + ahead,
		async check() {
			if (performance.now() - checkedAt < CHECKED_FOR_MS) return;
			const began = performance.now();
			const answered = await asked();
			const tookMs = performance.now() - began;
			if (tookMs > QUICK_MS && checkedAt !== -Infinity) return;
			ahead = answered + tookMs / 2 - own();
			checkedAt = performance.now();
		}
	};
}

/** A clock that a test moves. */
export const fixedClock = (now: () => number): Clock => ({ now, check: async () => {} });
