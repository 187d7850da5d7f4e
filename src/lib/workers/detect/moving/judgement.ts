// Which things are told, and how sure of them one can be.
import type { Raster } from './raster.ts';
import { areaOf } from './rect.ts';
import type { Restlessness } from './restlessness.ts';
import type { Thing } from './things.ts';

/** A thing is told once it was seen in so many looks, over so long, s, and has travelled: cells, and share of its size. */
const CONFIRM = {
	hits: 3,
	s: 0.15,
	supported: 2,
	shade: 0.4,
	cells: 3,
	share: 0.25,
	most: 8,
	straight: 0.5,
	restless: 1
};
/** Share of the picture below which nothing is told: 15 x 15 px of 640 x 360. */
const LEAST_TOLD = 0.001;

/** What stands this long, s, is told on, but not anew. */
const STANDS_S = 1;

/** Whether a thing has gone far and straight enough to be one. */
export function isConfirmed(thing: Thing, restlessness: Restlessness, at: number): boolean {
	const { apartHits, firstAt, supported, travel, rect, middle, origin, way, began } = thing;
	const net = Math.hypot(middle.x - origin.x, middle.y - origin.y);
	const size = Math.min(rect.right - rect.left, rect.bottom - rect.top);
	return (
		apartHits >= CONFIRM.hits &&
		at - firstAt >= CONFIRM.s * 1000 &&
		supported >= CONFIRM.supported &&
		travel >=
			Math.max(CONFIRM.cells, Math.min(CONFIRM.most, CONFIRM.share * size)) +
				CONFIRM.restless * restlessness.at(began) &&
		net >= CONFIRM.straight * way
	);
}

/** Whether a confirmed thing is told of this look. */
export function isTold(
	{ confirmed, shade, seenAt, movedAt, toldAt, rect }: Thing,
	{ columns, rows }: Raster,
	at: number
): boolean {
	const isLarge = areaOf(rect) >= LEAST_TOLD * columns * rows;
	const isLively = at - movedAt <= STANDS_S * 1000 || at - toldAt <= STANDS_S * 1000;
	return confirmed && isLarge && isLively && seenAt === at && shade < CONFIRM.shade;
}

/** Surest of what was long seen apart from others, has moved as far as it is long, and shows it in the flow. 0..1 */
export function confidenceOf(
	{ rect, firstAt, apartAt, apartHits, hits, supported, travel }: Thing,
	at: number
): number {
	const length = Math.max(rect.right - rect.left, rect.bottom - rect.top);
	const crowded = Math.min(1, (at - apartAt) / 1000);
	const shared = 1 - apartHits / hits;
	const young = Math.max(0, 1 - (at - firstAt) / 1500);
	const near = Math.max(0, 1 - travel / length);
	const unexplained = Math.max(0, 1 - (1.4 * supported) / hits);
	const doubt = 0.35 * crowded + 0.3 * shared + 0.15 * young + 0.2 * near + 0.15 * unexplained;
	return Math.max(0.05, 0.95 - doubt);
}
