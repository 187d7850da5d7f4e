// Line crossings of tracked objects, with a band about the line that a wavering object must leave before it counts.
import { cross, segmentsMeet, type Point } from '#lib/contracts/geometry.ts';

/**
 *               B
 *               │
 *       out   ┊ │ ┊   in           A→B runs up the picture here, so that its right-hand side is the right.
 *    side −1  ┊ │ ┊   side 1       Between the dots lies the band.
 *               │
 *               A
 *
 * An object has a side once it is beyond the band. It has crossed when its path went through the segment A–B and it
 * then leaves the band on the other side. Walking around an end, or through and back again, crosses nothing.
 */
export interface LinePath {
	at: number;
	point: Point;
	/** The side it was last clearly on: 1 is A→B's right-hand side, -1 the left, 0 not known yet. */
	side: -1 | 0 | 1;
	/** Whether its last change of sides led through the segment, not past its ends. */
	through: boolean;
}

/** The band's half width as a share of the object's height, whose foot wavers in proportion; and its bounds. */
const BAND_SHARE = 0.1;
const BAND = { least: 0.006, most: 0.03 };
/** A track that is first seen so near to the line, in bands, may be on either side. */
const UNSURE = 0.25;

export interface LineStep {
	at: number;
	/** The ground point, in 0..1 of the picture. */
	point: Point;
	/** Height of the object's box, 0..1 of the picture. */
	boxHeight: number;
}

/**
 * Follows one object by one sighting: its new path, and which way it has just crossed, if it has.
 * `aspect` is the frame's height over its width: distances are measured in widths, so that the band is as wide everywhere.
 */
export function followLine(
	[a, b]: readonly [Point, Point],
	aspect: number,
	before: LinePath | undefined,
	{ at, point, boxHeight }: LineStep
): { path: LinePath; crossed: 'in' | 'out' | null } {
	const [start, end, here] = [stretched(a, aspect), stretched(b, aspect), stretched(point, aspect)];
	const length = Math.hypot(end[0] - start[0], end[1] - start[1]);
	const distance = length > 0 ? cross(start, end, here) / length : 0;
	const band = Math.min(BAND.most, Math.max(BAND.least, BAND_SHARE * boxHeight * aspect));
	const now = distance > 0 ? 1 : -1;

	if (!before) {
		const side = Math.abs(distance) > UNSURE * band ? now : 0;
		return { path: { at, point, side, through: false }, crossed: null };
	}
	const last = stretched(before.point, aspect);
	const changed = cross(start, end, last) > 0 !== distance > 0;
	const through = changed ? segmentsMeet(last, here, start, end) : before.through;
	const beyond = Math.abs(distance) > band;
	const hasCrossed = beyond && before.side !== 0 && before.side !== now && through;
	return {
		path: { at, point, side: beyond ? now : before.side, through: beyond ? false : through },
		crossed: hasCrossed ? (now > 0 ? 'in' : 'out') : null
	};
}

const stretched = ([x, y]: Point, aspect: number): Point => [x, y * aspect];
