// TopoJSON to lines and rings: arcs decoded once, simplified once, so that neighbours still fit together.
import type { Position } from '../../src/lib/components/map/packed.ts';

export interface Topology {
	arcs: [number, number][][];
	transform: { scale: [number, number]; translate: [number, number] };
	objects: Record<string, { geometries: Geometry[] }>;
}

export type Geometry =
	| { type: 'Polygon'; arcs: number[][]; properties?: { name?: string } }
	| { type: 'MultiPolygon'; arcs: number[][][]; properties?: { name?: string } };

/** Arcs as degrees: each holds whole-number steps to be scaled. */
export function decodeArcs({ arcs, transform }: Topology): Position[][] {
	return arcs.map((arc) => {
		let x = 0;
		let y = 0;
		return arc.map(([dx, dy]): Position => {
			x += dx;
			y += dy;
			return [
				x * transform.scale[0] + transform.translate[0],
				y * transform.scale[1] + transform.translate[1]
			];
		});
	});
}

/** Douglas–Peucker: leaves out points closer than `tolerance` degrees to the line without them. Ends stay. */
export function simplify(line: Position[], tolerance: number): Position[] {
	if (line.length < 3) return line;
	const keep = new Uint8Array(line.length);
	keep[0] = keep[line.length - 1] = 1;
	const open: [number, number][] = [[0, line.length - 1]];
	for (let part = open.pop(); part; part = open.pop()) {
		const [from, to] = part;
		const far = farthest(line, from, to);
		if (far.distance <= tolerance) continue;
		keep[far.index] = 1;
		open.push([from, far.index], [far.index, to]);
	}
	return line.filter((_, i) => keep[i]);
}

function farthest(line: Position[], from: number, to: number): { index: number; distance: number } {
	const [ax, ay] = line[from] as Position;
	const [bx, by] = line[to] as Position;
	const length = Math.hypot(bx - ax, by - ay);
	let best = { index: from, distance: -1 };
	for (let i = from + 1; i < to; i++) {
		const [x, y] = line[i] as Position;
		// A closed arc has no chord: the distance from its one end decides.
		const distance =
			length > 0
				? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length
				: Math.hypot(x - ax, y - ay);
		if (distance > best.distance) best = { index: i, distance };
	}
	return best;
}

/** One ring out of its arcs; a negative index is the arc ~i backwards. */
export function ringOf(arcs: readonly Position[][], indexes: readonly number[]): Position[] {
	const ring: Position[] = [];
	for (const index of indexes) {
		const arc = index < 0 ? [...(arcs[~index] ?? [])].reverse() : (arcs[index] ?? []);
		ring.push(...(ring.length ? arc.slice(1) : arc));
	}
	return ring;
}

export function polygonsOf(geometry: Geometry): number[][][] {
	return geometry.type === 'Polygon' ? [geometry.arcs] : geometry.arcs;
}

/** Arcs that two countries share: the land borders. */
export function sharedArcs(geometries: readonly Geometry[]): number[] {
	const owners = new Map<number, Set<Geometry>>();
	for (const geometry of geometries) {
		for (const index of polygonsOf(geometry).flat(2)) {
			const arc = index < 0 ? ~index : index;
			owners.set(arc, (owners.get(arc) ?? new Set()).add(geometry));
		}
	}
	return [...owners].filter(([, who]) => who.size > 1).map(([arc]) => arc);
}
