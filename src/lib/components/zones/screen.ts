// Shapes on the screen: paths, edges and where a pointer meets them. CSS pixels; points are 0..1 of the picture.
import type { Point } from '#lib/contracts/geometry.ts';
import type { Shape } from './editor.ts';

export interface Size {
	width: number;
	height: number;
}

export function onScreen([x, y]: Point, size: Size): [number, number] {
	return [x * size.width, y * size.height];
}

/** An SVG path; an area that is whole is closed. */
export function pathOf(points: readonly Point[], size: Size, closed: boolean): string {
	if (points.length === 0) return '';
	const steps = points.map((point) =>
		onScreen(point, size)
			.map((value) => value.toFixed(1))
			.join(' ')
	);
	return `M${steps.join('L')}${closed ? 'z' : ''}`;
}

export interface Edge {
	index: number;
	from: Point;
	to: Point;
	middle: Point;
}

/** The edges of a whole area, the one back to the first corner included; a line takes no corner more, so it has none. */
export function edgesOf({ kind, points }: Shape): Edge[] {
	if (kind === 'line') return [];
	return points.map((from, index) => {
		const to = points[(index + 1) % points.length] ?? from;
		return { index, from, to, middle: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] };
	});
}

/** The point of an edge that lies nearest to `at` on the screen. */
export function nearestOn(edge: Edge, at: Point, size: Size): Point {
	const [ax, ay] = onScreen(edge.from, size);
	const [bx, by] = onScreen(edge.to, size);
	const [px, py] = onScreen(at, size);
	const squared = (bx - ax) ** 2 + (by - ay) ** 2;
	if (squared === 0) return edge.from;
	const share = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / squared));
	return [
		edge.from[0] + share * (edge.to[0] - edge.from[0]),
		edge.from[1] + share * (edge.to[1] - edge.from[1])
	];
}

/** A key's step in pixels of the screen as a step of the picture: arrows move by 1, with Shift by 10. */
export function keyStep(key: string, shift: boolean, size: Size): Point | null {
	const by = shift ? 10 : 1;
	const step = {
		ArrowLeft: [-by, 0],
		ArrowRight: [by, 0],
		ArrowUp: [0, -by],
		ArrowDown: [0, by]
	}[key];
	if (!step || size.width === 0 || size.height === 0) return null;
	return [(step[0] ?? 0) / size.width, (step[1] ?? 0) / size.height];
}

/** `0.789, 0.889` */
export function placeWords([x, y]: Point): string {
	return `${x.toFixed(3)}, ${y.toFixed(3)}`;
}
