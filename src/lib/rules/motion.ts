// The motion of one frame, worked out once for all zones, and its figures inside any of them.
import { directionOf, hueIndex } from '#lib/contracts/direction.ts';
import { DIRECTION_BINS, type ZoneFlow } from '#lib/contracts/facts.ts';

export interface FrameVectors {
	/** Size of the analysed frame, px. */
	width: number;
	height: number;
	/** Distance between grid points, px. */
	gridSize: number;
	/** Grid points measured in the whole picture. */
	total: number;
	/** [x, y, dx, dy, …] of the vectors above the threshold, px of the frame. */
	vectors: ArrayLike<number>;
}

/** The vectors of a frame, one entry each in every array. */
export interface Motion {
	width: number;
	height: number;
	gridSize: number;
	total: number;
	count: number;
	/** Where each begins, px. */
	x: Float32Array;
	y: Float32Array;
	/** Number of the grid cell it begins in, row by row: no two grid points share one. */
	cell: Int32Array;
	cells: number;
	magnitude: Float32Array;
	unitX: Float32Array;
	unitY: Float32Array;
	/** Of its direction: 0 is centred on up, 9 on right. */
	bin: Uint8Array;
}

export function motionOf({ width, height, gridSize, total, vectors }: FrameVectors): Motion {
	const count = Math.floor(vectors.length / 4);
	const columns = Math.ceil(width / gridSize) + 1;
	const motion: Motion = {
		...{ width, height, gridSize, total, count },
		x: new Float32Array(count),
		y: new Float32Array(count),
		cell: new Int32Array(count),
		cells: columns * (Math.ceil(height / gridSize) + 1),
		magnitude: new Float32Array(count),
		unitX: new Float32Array(count),
		unitY: new Float32Array(count),
		bin: new Uint8Array(count)
	};
	for (let i = 0; i < count; i++) {
		const x = vectors[4 * i]!;
		const y = vectors[4 * i + 1]!;
		const dx = vectors[4 * i + 2]!;
		const dy = vectors[4 * i + 3]!;
		const magnitude = Math.sqrt(dx * dx + dy * dy);
		motion.x[i] = x;
		motion.y[i] = y;
		motion.cell[i] = Math.floor(y / gridSize) * columns + Math.floor(x / gridSize);
		motion.magnitude[i] = magnitude;
		motion.unitX[i] = magnitude > 0 ? dx / magnitude : 0;
		motion.unitY[i] = magnitude > 0 ? dy / magnitude : 0;
		motion.bin[i] = hueIndex(directionOf(dx, dy));
	}
	return motion;
}

/**
 * The figures of the vectors that `isInside` lets in; null lets all in. Direction and coherence as in the whole
 * picture's flow: angle and length of the mean unit vector. `total` is how many grid points lie there.
 */
export function flowOf(
	motion: Motion,
	total: number,
	isInside: ((index: number) => boolean) | null
): ZoneFlow {
	const bins = new Array<number>(DIRECTION_BINS).fill(0);
	const magnitudes = new Array<number>(DIRECTION_BINS).fill(0);
	let count = 0;
	let sum = 0;
	let max = 0;
	let unitX = 0;
	let unitY = 0;
	for (let i = 0; i < motion.count; i++) {
		if (isInside && !isInside(i)) continue;
		const magnitude = motion.magnitude[i]!;
		const bin = motion.bin[i]!;
		count++;
		sum += magnitude;
		if (magnitude > max) max = magnitude;
		unitX += motion.unitX[i]!;
		unitY += motion.unitY[i]!;
		bins[bin]! += 1;
		magnitudes[bin]! += magnitude;
	}
	return {
		avg: count === 0 ? 0 : sum / count,
		max,
		count,
		total,
		direction: count === 0 ? null : directionOf(unitX, unitY),
		coherence: count === 0 ? 0 : Math.min(1, Math.hypot(unitX, unitY) / count),
		bins,
		magnitudes
	};
}
