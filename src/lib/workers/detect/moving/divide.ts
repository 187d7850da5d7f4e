// A region that several things share, divided among them by where they are expected.
import type { Rect } from './rect.ts';
import type { Region } from './regions.ts';

/** A cell belongs to a thing up to this far from its middle, in widths and heights: a half is its edge. */
const REACH = 0.55;

export interface Share {
	rect: Rect;
	cells: number;
}

export interface Division {
	/** Of each place what lies nearest to it; null where nothing does. */
	shares: (Share | null)[];
	/** What lies near none. */
	rest: Share | null;
}

/** Gives each cell of region `number` to the nearest of the places, measured by their sizes. */
export function divide(
	labels: Uint16Array,
	columns: number,
	{ left, top, right, bottom }: Region,
	number: number,
	places: readonly Rect[]
): Division {
	const found: (Share | null)[] = places.map(() => null);
	let rest: Share | null = null;
	const frames = places.map((place) => ({
		x: (place.left + place.right) / 2,
		y: (place.top + place.bottom) / 2,
		width: Math.max(1, place.right - place.left),
		height: Math.max(1, place.bottom - place.top)
	}));
	for (let row = top; row <= bottom; row++) {
		for (let column = left; column <= right; column++) {
			if (labels[row * columns + column] !== number) continue;
			let nearest = -1;
			let least = REACH;
			for (let k = 0; k < frames.length; k++) {
				const { x, y, width, height } = frames[k]!;
				const distance = Math.max(Math.abs(column + 0.5 - x) / width, Math.abs(row + 0.5 - y) / height);
				if (distance < least) [least, nearest] = [distance, k];
			}
			if (nearest < 0) rest = grow(rest, column, row);
			else found[nearest] = grow(found[nearest]!, column, row);
		}
	}
	return { shares: found, rest };
}

function grow(share: Share | null, column: number, row: number): Share {
	if (share === null)
		return { rect: { left: column, top: row, right: column + 1, bottom: row + 1 }, cells: 1 };
	const { rect } = share;
	if (column < rect.left) rect.left = column;
	if (column >= rect.right) rect.right = column + 1;
	if (row >= rect.bottom) rect.bottom = row + 1;
	share.cells++;
	return share;
}
