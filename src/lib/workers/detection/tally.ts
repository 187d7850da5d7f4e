// Counts what the detection stage does, for the second's figures.
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { DetectionStats } from '#lib/contracts/messages.ts';

export class Tally {
	private readonly totals = { looked: 0, gated: 0, dropped: 0, failed: 0 };
	private objects: readonly TrackedObject[] = [];
	private spentMs: number[] = [];

	count(what: keyof Tally['totals']): void {
		this.totals[what]++;
	}

	/** A look that answered, and what it took. */
	looked(ms: number): void {
		this.totals.looked++;
		this.spentMs.push(ms);
	}

	/** What was told last. */
	told(objects: readonly TrackedObject[]): void {
		this.objects = objects;
	}

	/** The counts since the run began, and the mean time since the last call. */
	take(): DetectionStats {
		const spent = this.spentMs;
		this.spentMs = [];
		const objects: Record<string, number> = {};
		for (const { label } of this.objects) objects[label] = (objects[label] ?? 0) + 1;
		const ms = spent.length === 0 ? null : spent.reduce((sum, one) => sum + one, 0) / spent.length;
		return { ...this.totals, ms, objects };
	}
}
