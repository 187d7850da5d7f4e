// Rings that cross the antimeridian, cut there: drawn as they are they would streak across the whole map.
import type { Position } from '../../src/lib/components/map/packed.ts';

/**
 * Makes a ring's longitudes continuous: a step of more than half a turn is a crossing.
 *
 *   … 179, -179 …  becomes  … 179, 181 …
 */
export function unwrap(ring: readonly Position[]): Position[] {
	let turn = 0;
	let last: number | null = null;
	return ring.map(([longitude, latitude]) => {
		if (last !== null && longitude - last > 180) turn -= 360;
		if (last !== null && longitude - last < -180) turn += 360;
		last = longitude;
		return [longitude + turn, latitude];
	});
}

/** A ring round a pole ends a whole turn from its start: it is closed along the pole's edge of the map. */
function closeRoundPole(ring: Position[]): Position[] {
	const first = ring[0] as Position;
	const last = ring.at(-1) as Position;
	if (Math.abs(last[0] - first[0]) < 180) return ring;
	const pole = ring.reduce((sum, [, latitude]) => sum + latitude, 0) < 0 ? -90 : 90;
	return [...ring, [last[0], pole], [first[0], pole], first];
}

/** The part of a ring on one side of a meridian (Sutherland–Hodgman with one edge). */
function clip(ring: readonly Position[], meridian: number, keep: 'east' | 'west'): Position[] {
	const inside = ([longitude]: Position) => (keep === 'east' ? longitude >= meridian : longitude <= meridian);
	const out: Position[] = [];
	ring.forEach((point, i) => {
		const before = ring[(i + ring.length - 1) % ring.length] as Position;
		if (inside(point) !== inside(before)) out.push(crossing(before, point, meridian));
		if (inside(point)) out.push(point);
	});
	const first = out[0];
	const last = out.at(-1);
	if (first && last && (first[0] !== last[0] || first[1] !== last[1])) out.push(first);
	return out;
}

function crossing([ax, ay]: Position, [bx, by]: Position, meridian: number): Position {
	const share = (meridian - ax) / (bx - ax);
	return [meridian, ay + (by - ay) * share];
}

/** The ring as one or more rings within −180…180. Rings of no extent are left out. */
export function cutRing(ring: readonly Position[]): Position[][] {
	const whole = closeRoundPole(unwrap(ring));
	const longitudes = whole.map(([longitude]) => longitude);
	const first = Math.floor((Math.min(...longitudes) + 180) / 360);
	const last = Math.ceil((Math.max(...longitudes) + 180) / 360) - 1;
	const parts: Position[][] = [];
	for (let turn = first; turn <= Math.max(first, last); turn++) {
		const west = -180 + turn * 360;
		const part = clip(clip(whole, west, 'east'), west + 360, 'west');
		if (part.length >= 4)
			parts.push(part.map(([longitude, latitude]): Position => [longitude - turn * 360, latitude]));
	}
	return parts;
}

/** Twice the signed area in square degrees; positive when counter-clockwise. */
export function area2(ring: readonly Position[]): number {
	let sum = 0;
	for (let i = 1; i < ring.length; i++) {
		const [ax, ay] = ring[i - 1] as Position;
		const [bx, by] = ring[i] as Position;
		sum += ax * by - bx * ay;
	}
	return sum;
}

/** Cuts a polygon with holes: each hole goes to the part that contains its first point. */
export function cutPolygon(rings: readonly (readonly Position[])[]): Position[][][] {
	const [outer, ...holes] = rings;
	if (!outer) return [];
	const polygons = cutRing(outer).map((ring) => [ring]);
	for (const hole of holes.flatMap(cutRing)) {
		const at = hole[0] as Position;
		polygons.find(([ring]) => ring && contains(ring, at))?.push(hole);
	}
	return polygons;
}

/** Even-odd rule. */
export function contains(ring: readonly Position[], [x, y]: Position): boolean {
	let inside = false;
	for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
		const [ax, ay] = ring[i] as Position;
		const [bx, by] = ring[j] as Position;
		if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
	}
	return inside;
}

/** A point well inside a ring: the best of a grid by its distance to the outline. For names. */
export function labelPoint(ring: readonly Position[]): Position {
	const xs = ring.map(([x]) => x);
	const ys = ring.map(([, y]) => y);
	const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
	let best: { at: Position; room: number } = { at: [(west + east) / 2, (south + north) / 2], room: -1 };
	const STEPS = 24;
	for (let i = 1; i < STEPS; i++) {
		for (let j = 1; j < STEPS; j++) {
			const at: Position = [west + ((east - west) * i) / STEPS, south + ((north - south) * j) / STEPS];
			if (!contains(ring, at)) continue;
			const room = Math.min(...ring.map(([x, y]) => Math.hypot(x - at[0], (y - at[1]) * 1.4)));
			if (room > best.room) best = { at, room };
		}
	}
	return best.at;
}
