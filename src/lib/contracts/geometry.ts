// Points, lines and polygons in fractions of the picture: whether a shape can be a zone, and where a point lies. Pure maths.

/** x to the right, y down, both 0..1 of the picture. */
export type Point = readonly [x: number, y: number];

/** Twice the signed area of the triangle abc: positive when c lies to the right of a→b as the picture shows it (y down). */
export function cross(a: Point, b: Point, c: Point): number {
	return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Shoelace formula; never negative, 1 is the whole picture. */
export function polygonArea(points: readonly Point[]): number {
	let twice = 0;
	points.forEach(([x, y], i) => {
		const [nextX, nextY] = points[(i + 1) % points.length]!;
		twice += x * nextY - nextX * y;
	});
	return Math.abs(twice) / 2;
}

/** Even-odd rule; a point on an edge may fall to either side. */
export function polygonContains(points: readonly Point[], [x, y]: Point): boolean {
	let inside = false;
	points.forEach(([x1, y1], i) => {
		const [x2, y2] = points[(i + points.length - 1) % points.length]!;
		if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
	});
	return inside;
}

/** Whether the segments ab and cd share a point, touching ends included. */
export function segmentsMeet(a: Point, b: Point, c: Point, d: Point): boolean {
	const sides = [cross(a, b, c), cross(a, b, d), cross(c, d, a), cross(c, d, b)] as const;
	if (sides[0] * sides[1] < 0 && sides[2] * sides[3] < 0) return true;
	const ends = [
		[sides[0], a, b, c],
		[sides[1], a, b, d],
		[sides[2], c, d, a],
		[sides[3], c, d, b]
	] as const;
	return ends.some(([side, from, to, point]) => side === 0 && isWithin(from, to, point));
}

/** For a point on the line through both: whether it lies between them. */
function isWithin(a: Point, b: Point, p: Point): boolean {
	return (
		Math.min(a[0], b[0]) <= p[0] &&
		p[0] <= Math.max(a[0], b[0]) &&
		Math.min(a[1], b[1]) <= p[1] &&
		p[1] <= Math.max(a[1], b[1])
	);
}

export const MIN_CORNERS = 3;
export const MAX_CORNERS = 64;
/** A zone smaller than this, of the picture, holds no grid point and no object. */
const MIN_AREA = 0.0001;
const MIN_LINE = 0.01;

/** Why these points make no polygon, for the person who drew it; null when they do. */
export function polygonProblem(points: readonly Point[]): string | null {
	if (points.length < MIN_CORNERS)
		return `An area needs at least ${MIN_CORNERS} corners; this has ${points.length}.`;
	if (points.length > MAX_CORNERS)
		return `An area has at most ${MAX_CORNERS} corners; this has ${points.length}.`;
	const crossing = firstCrossing(points);
	if (crossing) return `The edges ${crossing[0]} and ${crossing[1]} cross. Move a corner so that none do.`;
	if (polygonArea(points) < MIN_AREA) return 'The area is too small to hold anything. Draw it larger.';
	return null;
}

export function lineProblem(points: readonly Point[]): string | null {
	const [a, b] = points;
	if (!a || !b || points.length !== 2) return `A line has two ends; this has ${points.length}.`;
	return Math.hypot(b[0] - a[0], b[1] - a[1]) < MIN_LINE
		? 'The ends lie on each other. Draw the line longer.'
		: null;
}

/** The first two edges, counted from 1, that share more than the corner between neighbours. */
function firstCrossing(points: readonly Point[]): [number, number] | null {
	const count = points.length;
	const corner = (i: number) => points[i % count]!;
	for (let i = 0; i < count; i++) {
		for (let j = i + 1; j < count; j++) {
			const neighbours = j === i + 1 || (i === 0 && j === count - 1);
			const met = neighbours
				? foldsBack(corner(i), corner(i + 1), corner(j), corner(j + 1))
				: segmentsMeet(corner(i), corner(i + 1), corner(j), corner(j + 1));
			if (met) return [i + 1, j + 1];
		}
	}
	return null;
}

/** Neighbouring edges share a corner; they overlap when one runs back along the other. */
function foldsBack(a: Point, b: Point, c: Point, d: Point): boolean {
	const isNext = b[0] === c[0] && b[1] === c[1];
	const [from, corner, to] = isNext ? [a, b, d] : [b, a, c];
	if (cross(from, corner, to) !== 0) return false;
	const dot = (from[0] - corner[0]) * (to[0] - corner[0]) + (from[1] - corner[1]) * (to[1] - corner[1]);
	return dot > 0 || (from[0] === corner[0] && from[1] === corner[1]);
}
