// The fine net over the map: meridians and parallels at a step that suits the zoom, so that open ground still has a scale.
import type { Feature, FeatureCollection } from 'geojson';

export interface Bounds {
	west: number;
	south: number;
	east: number;
	north: number;
}

/** Round steps in degrees, from 30 down to 0.0005 (about 55 m). */
const STEPS = [30, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];
const LINES_ACROSS = 7;
const MOST_LINES = 60;

/** The step that puts about seven lines across a view this many degrees wide. */
export function graticuleStep(width: number): number {
	return STEPS.find((step) => width / step >= LINES_ACROSS) ?? (STEPS.at(-1) as number);
}

/** The net a little beyond the view, so that a drag does not run off it. Every fifth line is marked `major`. */
export function graticule(view: Bounds): FeatureCollection {
	const step = graticuleStep(view.east - view.west);
	const margin = (view.east - view.west) * 0.5;
	const south = Math.max(-85, view.south - margin);
	const north = Math.min(85, view.north + margin);
	const features: Feature[] = [];
	const line = (index: number, from: [number, number], to: [number, number]) =>
		features.push({
			type: 'Feature',
			properties: { major: index % 5 === 0 },
			geometry: { type: 'LineString', coordinates: [from, to] }
		});
	for (const [index, x] of multiples(step, view.west - margin, view.east + margin))
		line(index, [x, south], [x, north]);
	for (const [index, y] of multiples(step, south, north))
		line(index, [view.west - margin, y], [view.east + margin, y]);
	return { type: 'FeatureCollection', features };
}

function multiples(step: number, from: number, to: number): [index: number, value: number][] {
	const first = Math.ceil(from / step);
	const count = Math.min(MOST_LINES, Math.floor(to / step) - first + 1);
	return Array.from({ length: Math.max(0, count) }, (_, i) => [first + i, (first + i) * step]);
}
