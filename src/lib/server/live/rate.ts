// How often a stream's pictures go out: as often as the settings say, even when the worker sends more.

export interface FanOutRate {
	/** Whether a picture of this stream that came at `now` (ms, monotonic) goes out. */
	admits(streamId: string, now: number): boolean;
	/** Pictures a second a stream, from now on. */
	set(fps: number): void;
	forget(streamId: string): void;
}

/** How early a picture may come, in intervals. */
const EARLY = 0.4;

/**
 * Keeps, for each stream, when its next picture is due. A due time moves on by one interval from where it was and not
 * from when the picture came, so that 6 of 10 pictures a second go out and not every second one; what is saved up that
 * way is one interval at most. A picture a little early is let through: the schedule stays, and jitter costs no pictures.
 */
export function createFanOutRate(fps: number): FanOutRate {
	const due = new Map<string, number>();
	let intervalMs = 1000 / fps;
	return {
		admits(streamId, now) {
			const at = Math.max(due.get(streamId) ?? now, now - intervalMs);
			if (now < at - EARLY * intervalMs) return false;
			due.set(streamId, at + intervalMs);
			return true;
		},
		set(next) {
			intervalMs = 1000 / next;
			due.clear();
		},
		forget: (streamId) => void due.delete(streamId)
	};
}
