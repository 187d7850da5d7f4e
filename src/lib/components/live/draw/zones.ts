// Zone outlines on a picture: areas dashed, lines whole with an arrow to the side that counts as in, each with its name.
import type { Point } from '#lib/contracts/geometry.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { drawCaption, type Plate } from './captions.ts';
import type { Fit } from './fit.ts';
import type { Canvas2D } from './sprites.ts';

const CASING = 'rgb(0 0 0 / 0.6)';
/** Pictures narrower than this carry outlines without names. CSS pixels. */
const NAMES_FROM_PX = 340;

/** A point of the frame (0..1) on the screen, CSS pixels. */
export function toScreen([x, y]: Point, fit: Fit): [number, number] {
	return [fit.x + x * fit.width, fit.y + y * fit.height];
}

export interface LineArrow {
	from: [number, number];
	tip: [number, number];
	/** The ends of the two barbs. */
	barbs: [[number, number], [number, number]];
}

/**
 * The arrow from the middle of a→b to its right-hand side, which counts as in. Screen pixels, y down:
 *
 *        a ──────┬────── b
 *                ▼  in
 */
export function lineArrow(a: [number, number], b: [number, number]): LineArrow | null {
	const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
	if (!(length > 0)) return null;
	const along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length] as const;
	const right = [-along[1], along[0]] as const;
	const reach = Math.min(28, Math.max(10, length * 0.16));
	const barb = reach * 0.36;
	const from: [number, number] = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
	const tip: [number, number] = [from[0] + right[0] * reach, from[1] + right[1] * reach];
	const end = (side: 1 | -1): [number, number] => [
		tip[0] - right[0] * barb + side * along[0] * barb,
		tip[1] - right[1] * barb + side * along[1] * barb
	];
	return { from, tip, barbs: [end(-1), end(1)] };
}

/** The point that carries a shape's name: the topmost; of two about as high the one to the left. */
export function namePoint(points: readonly Point[]): Point {
	const rank = ([x, y]: Point) => y + 0.15 * x;
	return points.reduce((best, point) => (rank(point) < rank(best) ? point : best), points[0] ?? [0, 0]);
}

/** The place of a shape's name: above that point. */
export function nameAnchor(points: readonly Point[], fit: Fit): { x: number; bottom: number; top: number } {
	const [x, y] = toScreen(namePoint(points), fit);
	return { x, bottom: y - 4, top: y + 4 };
}

/** Draws outlines and names; the plates of the names are added to `taken`. */
export function drawZones(context: Canvas2D, zones: readonly Zone[], fit: Fit, taken: Plate[] = []): void {
	if (zones.length === 0 || fit.width === 0) return;
	context.save();
	context.lineJoin = 'round';
	context.lineCap = 'round';
	for (const zone of zones) {
		if (zone.kind === 'polygon') strokeArea(context, zone.points, fit);
		else strokeLine(context, zone.points, fit);
	}
	if (fit.width >= NAMES_FROM_PX)
		for (const zone of zones) drawCaption(context, zone.name, nameAnchor(zone.points, fit), fit, taken);
	context.restore();
}

function strokeArea(context: Canvas2D, points: readonly Point[], fit: Fit): void {
	trace(
		context,
		points.map((point) => toScreen(point, fit)),
		true
	);
	context.fillStyle = 'rgb(255 255 255 / 0.05)';
	context.fill();
	stroke(context, [6, 5], 0.8);
}

function strokeLine(context: Canvas2D, points: readonly Point[], fit: Fit): void {
	const [a, b] = points.map((point) => toScreen(point, fit));
	const arrow = a && b && lineArrow(a, b);
	if (!arrow) return;
	trace(context, [a, b], false);
	stroke(context, [], 1);
	trace(context, [arrow.from, arrow.tip], false);
	stroke(context, [], 1);
	trace(context, [arrow.barbs[0], arrow.tip, arrow.barbs[1]], false);
	stroke(context, [], 1);
}

function trace(context: Canvas2D, points: [number, number][], closed: boolean): void {
	context.beginPath();
	points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
	if (closed) context.closePath();
}

/** The dark casing first: white alone vanishes on snow. */
function stroke(context: Canvas2D, dash: number[], opacity: number): void {
	context.setLineDash(dash);
	context.strokeStyle = CASING;
	context.lineWidth = 4;
	context.stroke();
	context.strokeStyle = `rgb(255 255 255 / ${opacity})`;
	context.lineWidth = 1.75;
	context.stroke();
}
