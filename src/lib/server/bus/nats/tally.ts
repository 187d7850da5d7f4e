// Counts what happens too often to be logged each time, and says it once a minute.
import type { Logger } from '../../base/log.ts';

const SAID_EVERY_MS = 60_000;

/** `add` counts one; the first is told at once, those of each minute after it together. */
export function createTally(log: Pick<Logger, 'warn'>, what: string): { add(details?: object): void } {
	let untold = 0;
	let toldAt = -Infinity;
	return {
		add(details = {}) {
			untold += 1;
			const now = performance.now();
			if (now - toldAt < SAID_EVERY_MS) return;
			log.warn({ ...details, count: untold }, what);
			untold = 0;
			toldAt = now;
		}
	};
}
