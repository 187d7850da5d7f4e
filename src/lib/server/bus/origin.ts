// Times that another instance tells are by its clock: how far they are from this one's.
import type { Origin } from './bus.ts';

/** Less is the way of a message, not a clock, ms. */
const SLACK_MS = 2000;

/** What to add to the sender's times to have them by this instance's clock, ms. `now`: when it arrived, ms since the epoch. */
export function skewOf({ here, at }: Origin, now = Date.now()): number {
	const skew = now - at;
	return here || Math.abs(skew) <= SLACK_MS ? 0 : skew;
}
