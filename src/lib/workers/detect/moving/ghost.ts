// The hole that a thing leaves in the background it was learnt into: told from a thing by where the edges are.
import type { Background } from './background.ts';
import type { Raster } from './raster.ts';
import type { Rect } from './rect.ts';

/** The background has this much more edge along the outline than the picture: the thing was there and is not. */
const EDGES = 1.0;

export function isGhost(
	rect: Rect,
	{ mean, mask }: Background,
	picture: Int16Array,
	{ columns, rows }: Raster
): boolean {
	let now = 0;
	let then = 0;
	const bottom = Math.min(rows - 2, Math.ceil(rect.bottom));
	const right = Math.min(columns - 2, Math.ceil(rect.right));
	for (let row = Math.max(1, Math.floor(rect.top) - 1); row <= bottom; row++) {
		for (let column = Math.max(1, Math.floor(rect.left) - 1); column <= right; column++) {
			const k = row * columns + column;
			const isOutline =
				mask[k] === 0
					? mask[k + 1] !== 0 || mask[k + columns] !== 0
					: mask[k + 1] === 0 || mask[k + columns] === 0;
			if (!isOutline) continue;
			now += Math.abs(picture[k + 1]! - picture[k]!) + Math.abs(picture[k + columns]! - picture[k]!);
			then += Math.abs(mean[k + 1]! - mean[k]!) + Math.abs(mean[k + columns]! - mean[k]!);
		}
	}
	return then > EDGES * now;
}
