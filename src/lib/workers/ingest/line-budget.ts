// Lets so many lines a while through to the log: a camera with a bad cable makes ffmpeg print hundreds a second.

const LINES = 5;
const PER_MS = 10_000;

export class LineBudget {
	private left = LINES;
	private skipped = 0;
	private refillAt = 0;

	/** Whether one more line may pass, and how many were held back since the last that passed. */
	take(now = performance.now()): { pass: boolean; skipped: number } {
		if (now >= this.refillAt) {
			this.left = LINES;
			this.refillAt = now + PER_MS;
		}
		if (this.left === 0) {
			this.skipped++;
			return { pass: false, skipped: 0 };
		}
		this.left--;
		const { skipped } = this;
		this.skipped = 0;
		return { pass: true, skipped };
	}

	reset(): void {
		this.left = LINES;
		this.skipped = 0;
	}
}
