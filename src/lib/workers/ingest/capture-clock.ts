// Estimates when a frame was captured, from its timestamp and its arrival.
//
//   arrival − pts = offset + delay,  delay ≥ 0 and varying
//
// The source's clock is unknown, so the least (arrival − pts) is the best bound on the offset: the frame that hurried most.
// Only the last minute counts, in two halves, so that a source whose clock drifts, or a step of this machine's, is followed.

const HALF_WINDOW_MS = 30_000;

export class CaptureClock {
	private least = Infinity;
	private leastBefore = Infinity;
	private halfBegan = 0;
	private lastCapture = -Infinity;

	/** Milliseconds since the epoch at which the frame was captured, as estimated; later than every estimate before it. */
	estimate(ptsMs: number, arrivalMs: number): number {
		if (Math.abs(arrivalMs - this.halfBegan) > HALF_WINDOW_MS) {
			this.leastBefore = this.least;
			this.least = Infinity;
			this.halfBegan = arrivalMs;
		}
		this.least = Math.min(this.least, arrivalMs - ptsMs);
		this.lastCapture = Math.max(ptsMs + Math.min(this.least, this.leastBefore), this.lastCapture + 1);
		return this.lastCapture;
	}

	/** A new connection begins a new time line; captures go on rising. */
	reset(): void {
		this.least = this.leastBefore = Infinity;
		this.halfBegan = 0;
	}
}
