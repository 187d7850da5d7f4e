// How much moves on a frame outside the boxes of what is followed already.
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { FrameToSearch } from '../detection.ts';
import { SeedFinder } from '../detect/moving/seeds.ts';

/** Boxes are taken this much larger on every side: limbs and shadows reach out of them. Share of their size. */
const MARGIN = 0.25;

export class MotionOutside {
	private finder = new SeedFinder();
	private previous = new Uint8Array(0);
	private at: number | null = null;

	/** Another picture follows: the last one says nothing of it. */
	reset(): void {
		this.at = null;
	}

	/** Seeds of motion (moving/seeds.ts) outside the boxes; 0 on a first frame. */
	count(
		{ capturedAt, data, width, height, field }: FrameToSearch,
		followed: readonly TrackedObject[]
	): number {
		const luma = data.subarray(0, width * height);
		if (this.previous.length !== luma.length) {
			this.previous = new Uint8Array(luma.length);
			this.at = null;
		}
		const dt = this.at === null ? 0 : Math.max(0.001, Math.min(2, (capturedAt - this.at) / 1000));
		let count = 0;
		if (dt > 0) {
			for (const point of this.finder.find(field, luma, this.previous, width, height, dt)) {
				const column = point % field.columns;
				const x = (field.originX + column * field.gridSize) / width;
				const y = (field.originY + ((point - column) / field.columns) * field.gridSize) / height;
				if (!followed.some(({ box }) => isNear(box, x, y))) count++;
			}
		}
		this.previous.set(luma);
		this.at = capturedAt;
		return count;
	}
}

function isNear(box: TrackedObject['box'], x: number, y: number): boolean {
	return (
		x > box.x - MARGIN * box.width &&
		x < box.x + (1 + MARGIN) * box.width &&
		y > box.y - MARGIN * box.height &&
		y < box.y + (1 + MARGIN) * box.height
	);
}
