// Boxes a model proposes for one picture, before the overlapping ones are dropped.

/** Corners in px of the model's input; label is the index of a class. */
export interface Candidate {
	x1: number;
	y1: number;
	x2: number;
	y2: number;
	/** Above the threshold, at most 1. */
	score: number;
	label: number;
}

export class Candidates {
	readonly boxes: Candidate[] = [];
	/** Boxes and scores that were no finite numbers. */
	discarded = 0;

	/** What is not finite is counted; what has no area is none. */
	add(x1: number, y1: number, x2: number, y2: number, score: number, label: number): void {
		if (!Number.isFinite(x1 + y1 + x2 + y2 + score)) this.discarded++;
		else if (x2 > x1 && y2 > y1) this.boxes.push({ x1, y1, x2, y2, score: Math.min(score, 1), label });
	}

	/** The same, from a centre and a size. */
	addCentred(x: number, y: number, width: number, height: number, score: number, label: number): void {
		this.add(x - width / 2, y - height / 2, x + width / 2, y + height / 2, score, label);
	}
}
