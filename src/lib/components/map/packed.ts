// The offline basemap's file format: lines as whole-number steps, a quarter of GeoJSON's size. Written by scripts/basemap.ts.

/** Degrees in one unit of a packed coordinate: about 11 m at the equator. */
export const UNIT_DEG = 1e-4;

/** [x0, y0, dx1, dy1, …] in units: longitude and latitude of the first point, then steps. */
export type PackedLine = number[];
export type Position = [longitude: number, latitude: number];

/** static/basemap/world.json */
export interface PackedWorld {
	/** Polygons, each a list of rings, the outer one first. */
	land: PackedLine[][];
	/** Land borders between countries. */
	borders: PackedLine[];
	/** Country names where they read best: [name, longitude, latitude, area rank 0 (largest) to 4]. */
	countries: [name: string, longitude: number, latitude: number, rank: number][];
}

/** static/basemap/places.json: [name, ISO country, longitude, latitude, population in thousands], largest first. */
export type PackedPlaces = [
	name: string,
	country: string,
	longitude: number,
	latitude: number,
	thousands: number
][];

export function packLine(line: readonly Position[]): PackedLine {
	const packed: PackedLine = [];
	let lastX = 0;
	let lastY = 0;
	for (const [longitude, latitude] of line) {
		const x = Math.round(longitude / UNIT_DEG);
		const y = Math.round(latitude / UNIT_DEG);
		packed.push(x - lastX, y - lastY);
		[lastX, lastY] = [x, y];
	}
	return packed;
}

export function unpackLine(packed: PackedLine): Position[] {
	const line: Position[] = [];
	let x = 0;
	let y = 0;
	for (let i = 0; i + 1 < packed.length; i += 2) {
		x += packed[i] ?? 0;
		y += packed[i + 1] ?? 0;
		line.push([x * UNIT_DEG, y * UNIT_DEG]);
	}
	return line;
}
