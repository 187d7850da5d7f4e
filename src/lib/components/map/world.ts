// The offline world: outlines and places from static/basemap, loaded once a page, as GeoJSON for the map and as a list to search.
import type { Feature, FeatureCollection } from 'geojson';
import { bearingTo, distanceM, type LatLon } from './geo.ts';
import { unpackLine, type PackedPlaces, type PackedWorld } from './packed.ts';

export interface Place extends LatLon {
	name: string;
	/** ISO 3166-1 alpha-2. */
	country: string;
	population: number;
}

export interface World {
	land: FeatureCollection;
	borders: FeatureCollection;
	countries: FeatureCollection;
}

const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features });

export function unpackWorld(packed: PackedWorld): World {
	return {
		land: collection(
			packed.land.map((rings) => ({
				type: 'Feature',
				properties: {},
				geometry: { type: 'Polygon', coordinates: rings.map(unpackLine) }
			}))
		),
		borders: collection(
			packed.borders.map((line) => ({
				type: 'Feature',
				properties: {},
				geometry: { type: 'LineString', coordinates: unpackLine(line) }
			}))
		),
		countries: collection(
			packed.countries.map(([name, longitude, latitude, rank]) => ({
				type: 'Feature',
				properties: { name, rank },
				geometry: { type: 'Point', coordinates: [longitude, latitude] }
			}))
		)
	};
}

export function unpackPlaces(packed: PackedPlaces): Place[] {
	return packed.map(([name, country, longitude, latitude, thousands]) => ({
		name,
		country,
		longitude,
		latitude,
		population: thousands * 1000
	}));
}

/** Zoom from which a place is named: the largest from afar, towns when near. */
export function placeMinZoom(population: number): number {
	const steps: [least: number, zoom: number][] = [
		[5_000_000, 2.5],
		[1_000_000, 4],
		[400_000, 5],
		[150_000, 6],
		[60_000, 7],
		[30_000, 8]
	];
	return steps.find(([least]) => population >= least)?.[1] ?? 9;
}

export function placesCollection(places: readonly Place[]): FeatureCollection {
	return collection(
		places.map(({ name, longitude, latitude, population }) => ({
			type: 'Feature',
			properties: { name, population, zoom: placeMinZoom(population) },
			geometry: { type: 'Point', coordinates: [longitude, latitude] }
		}))
	);
}

async function load<T>(name: string): Promise<T> {
	const answer = await fetch(`/basemap/${name}`);
	if (!answer.ok)
		throw new Error(`The offline basemap could not be read: ${name} answered ${answer.status}.`);
	return (await answer.json()) as T;
}

/** Asked for once; a failure is asked for again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | null = null;
	return () => (made ??= make().catch((error: unknown) => ((made = null), Promise.reject(error))));
}

export const loadWorld = once(async () => unpackWorld(await load<PackedWorld>('world.json')));
export const loadPlaces = once(async () => unpackPlaces(await load<PackedPlaces>('places.json')));

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' });

export function placeName(place: Place): string {
	return `${place.name}, ${countryName(place.country)}`;
}

function countryName(code: string): string {
	try {
		return countryNames.of(code) ?? code;
	} catch {
		return code;
	}
}

const COMPASS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];

/** A label for a point: the town it lies in, or how far from the nearest one; null far from everything. */
export function suggestLabel(places: readonly Place[], at: LatLon): string | null {
	let nearest: { place: Place; score: number; metres: number } | null = null;
	for (const place of places) {
		if (Math.abs(place.latitude - at.latitude) > 3) continue;
		const metres = distanceM(place, at);
		// A city reaches further than a town: its edge counts, not its middle.
		const score = metres - reachM(place.population);
		if (!nearest || score < nearest.score) nearest = { place, score, metres };
	}
	if (!nearest || nearest.metres > 250_000) return null;
	if (nearest.score <= 0) return placeName(nearest.place);
	const direction = COMPASS[Math.round(bearingTo(nearest.place, at) / 45) % 8];
	return `${Math.max(1, Math.round(nearest.metres / 1000))} km ${direction} of ${placeName(nearest.place)}`;
}

/** Radius of a town of this many people, metres: 30 people a hectare. */
export function reachM(population: number): number {
	return Math.sqrt((population / 30 / Math.PI) * 10_000);
}

/** Towns whose name begins with the words asked for, the largest first. Accents are ignored. */
export function searchPlaces(places: readonly Place[], query: string, most = 6): Place[] {
	const wanted = plain(query);
	if (wanted.length < 2) return [];
	const found: Place[] = [];
	for (const place of places) {
		if (found.length >= most) break;
		if (plain(place.name).startsWith(wanted) || plain(placeName(place)).startsWith(wanted)) found.push(place);
	}
	return found;
}

function plain(text: string): string {
	return text
		.normalize('NFD')
		.replace(/\p{Mark}/gu, '')
		.toLocaleLowerCase('en')
		.trim();
}
