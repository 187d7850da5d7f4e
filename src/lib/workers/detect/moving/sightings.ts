// What a frame shows: regions that differ from their background, the seeds on each, and how those move.
import type { FlowField } from '../../flow/kernel.ts';
import type { LightSteps } from './light.ts';
import type { Raster } from './raster.ts';
import type { Rect } from './rect.ts';
import type { Region } from './regions.ts';
import { isShade, withoutTail, type Difference } from './shadow.ts';
import type { Sighting } from './things.ts';

/** Seeds that tell a thing's motion. */
const LEAST_FLOW = 2;

/** The regions that differ in more than their light, with their shadows cut off, and the seeds on each. */
export function sightings(
	{ raster, labels }: { raster: Raster; labels: Uint16Array },
	difference: Difference,
	regions: Region[],
	field: FlowField,
	seeds: Int32Array
): Sighting[] {
	const counts = seedsOf(field, seeds, labels, raster, regions.length);
	return regions
		.map((region, k) => ({ region, number: k + 1, seeds: counts[k]! }))
		.filter(({ region }) => region.cells >= 4)
		.map(({ region, number, seeds: count }) => ({
			number,
			partOf: region.partOf,
			rect: withoutTail(region, number, labels, difference),
			cells: region.cells,
			strong: region.strong,
			seeds: count,
			shade: isShade(region, number, labels, difference)
		}));
}

/** How many seeds lie on each region: a point's window must hold some of its cells. */
function seedsOf(
	field: FlowField,
	seeds: Int32Array,
	labels: Uint16Array,
	raster: Raster,
	regions: number
): Int32Array {
	const counts = new Int32Array(regions);
	const reach = Math.max(1, Math.round(Math.min(field.gridSize / 2, 8) / raster.cell));
	for (const point of seeds) {
		const column = point % field.columns;
		const x = Math.floor((field.originX + column * field.gridSize) / raster.cell);
		const y = Math.floor((field.originY + ((point - column) / field.columns) * field.gridSize) / raster.cell);
		let last = 0;
		for (let row = Math.max(0, y - reach); row <= Math.min(raster.rows - 1, y + reach); row++) {
			for (let k = Math.max(0, x - reach); k <= Math.min(raster.columns - 1, x + reach); k++) {
				const label = labels[row * raster.columns + k] as number;
				if (label === 0 || label === last) continue;
				counts[label - 1]!++;
				last = label;
			}
		}
	}
	return counts;
}

/** Whether the light at a point has been the same for a while. */
export function isSteady(
	point: number,
	{ columns, gridSize, originX, originY }: FlowField,
	{ steps, raster }: { steps: LightSteps; raster: Raster },
	at: number
) {
	const column = point % columns;
	const x = (originX + column * gridSize) / raster.cell;
	const y = (originY + ((point - column) / columns) * gridSize) / raster.cell;
	return !steps.isUnsteady(x, y, at);
}

/** The median flow of the seeds in one rectangle of cells and none of the others, cells a second. */
export function flowWithin(
	rect: Rect,
	others: readonly Rect[],
	field: FlowField,
	seeds: Int32Array,
	{ cell }: Raster,
	dt: number
) {
	const [xs, ys]: [number[], number[]] = [[], []];
	for (const point of seeds) {
		const column = point % field.columns;
		const x = (field.originX + column * field.gridSize) / cell;
		const y = (field.originY + ((point - column) / field.columns) * field.gridSize) / cell;
		if (!holds(rect, x, y) || others.some((other) => holds(other, x, y))) continue;
		xs.push(field.flow[2 * point] as number);
		ys.push(field.flow[2 * point + 1] as number);
	}
	if (xs.length < LEAST_FLOW) return null;
	const middle = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number;
	return { x: middle(xs) / (cell * dt), y: middle(ys) / (cell * dt) };
}

function holds({ left, top, right, bottom }: Rect, x: number, y: number): boolean {
	return x >= left && x < right && y >= top && y < bottom;
}
