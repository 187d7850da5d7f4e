// The figures of one frame's motion: what the fleet list, the charts, the rules and the arrows are made of.
import { directionOf } from '#lib/contracts/direction.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { FlowField } from './kernel.ts';
import { isPlausible } from './plausibility.ts';

export interface FlowSummary extends FlowSample {
	/** x, y, dx, dy of every vector that reaches the threshold: px of the analysis frame, per analysed frame. */
	vectors: Float32Array;
}

/**
 * Keeps the plausible vectors whose magnitude is `threshold` or more (px of the analysis frame per analysed frame;
 * zero vectors never count), and describes them:
 *
 *   avg, max    mean and greatest magnitude of the vectors kept, 0 when there are none
 *   direction   of the mean unit vector, degrees clockwise from up in the picture; null when there are none
 *   coherence   length of the mean unit vector: 1 all one way, 0 every way at once (Mardia & Jupp 2000, 2.2)
 *
 * x runs right and y down in the picture, so that up is (0, -1) and the angle is atan2(dx, -dy).
 */
export function summarise(field: FlowField, threshold: number): FlowSummary {
	const vectors = new Float32Array(countKept(field, threshold) * 4);
	let kept = 0;
	let sum = 0;
	let max = 0;
	let unitX = 0;
	let unitY = 0;
	for (let point = 0; point < field.status.length; point++) {
		const magnitude = magnitudeOf(field, point);
		if (!reaches(magnitude, threshold)) continue;
		const dx = field.flow[2 * point] as number;
		const dy = field.flow[2 * point + 1] as number;
		vectors[kept] = field.originX + (point % field.columns) * field.gridSize;
		vectors[kept + 1] = field.originY + Math.floor(point / field.columns) * field.gridSize;
		vectors[kept + 2] = dx;
		vectors[kept + 3] = dy;
		kept += 4;
		sum += magnitude;
		max = Math.max(max, magnitude);
		unitX += dx / magnitude;
		unitY += dy / magnitude;
	}
	const count = kept / 4;
	return {
		vectors,
		avg: count === 0 ? 0 : sum / count,
		max,
		count,
		total: field.status.length,
		direction: count === 0 ? null : directionOf(unitX, unitY),
		coherence: count === 0 ? 0 : Math.min(1, Math.hypot(unitX, unitY) / count)
	};
}

function countKept(field: FlowField, threshold: number): number {
	let count = 0;
	for (let point = 0; point < field.status.length; point++) {
		if (reaches(magnitudeOf(field, point), threshold)) count++;
	}
	return count;
}

/** Length of a point's vector, px; 0 where the point was not found, or found where no motion leads. */
function magnitudeOf(field: FlowField, point: number): number {
	if (field.status[point] === 0 || !isPlausible(field, point)) return 0;
	return Math.sqrt((field.flow[2 * point] as number) ** 2 + (field.flow[2 * point + 1] as number) ** 2);
}

function reaches(magnitude: number, threshold: number): boolean {
	return magnitude > 0 && magnitude >= threshold;
}
