// The relay's times, all in one place: a test brings its own.
import { schedule, type Schedule } from '../rules.ts';

export interface RelayTiming {
	/** Ms since the epoch. */
	now: () => number;
	schedule: Schedule;
	/** An alert's picture is usually there after so long. */
	pictureWaitMs: number;
	/** The longest sleep: what no message on the bus told of is found by then. */
	pollMs: number;
	/** After a crash in the middle of an attempt, the next one comes so much later. Longer than any attempt. */
	leaseMs: number;
	/** A channel that nobody answers at rests at most so long while deliveries wait for it. */
	restMs: number;
	/** For what is due when the server stops. */
	flushMs: number;
	/** A journal that has been away for so long is not waited for: alerts are planned straight from the outbox. */
	awayMs: number;
	/** So long an alert waits for its message to come back from a journal that is there. */
	lateMs: number;
}

export const TIMING: RelayTiming = {
	now: Date.now,
	schedule,
	pictureWaitMs: 1200,
	pollMs: 5000,
	leaseMs: 60_000,
	restMs: 60_000,
	flushMs: 2500,
	awayMs: 5000,
	lateMs: 5000
};
