// The committed basemap itself, and what is said of a point on it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PackedPlaces, PackedWorld } from './packed.ts';
import { placeMinZoom, searchPlaces, suggestLabel, unpackPlaces, unpackWorld } from './world.ts';

const folder = join(import.meta.dirname, '../../../../static/basemap');
const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
const world = unpackWorld(read<PackedWorld>('world.json'));
const places = unpackPlaces(read<PackedPlaces>('places.json'));

/** Even-odd rule over every ring of the land. */
function isLand(longitude: number, latitude: number): boolean {
	let inside = false;
	for (const { geometry } of world.land.features) {
		if (geometry.type !== 'Polygon') continue;
		for (const ring of geometry.coordinates) {
			for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
				const [ax = 0, ay = 0] = ring[i] ?? [];
				const [bx = 0, by = 0] = ring[j] ?? [];
				if (ay > latitude !== by > latitude && longitude < ((bx - ax) * (latitude - ay)) / (by - ay) + ax)
					inside = !inside;
			}
		}
	}
	return inside;
}

describe('the world', () => {
	it('has land where there is land and water where there is water', () => {
		expect([
			isLand(10.4, 60.5),
			isLand(-100, 40),
			isLand(134, -25),
			isLand(170, 66),
			isLand(-175, 66)
		]).toEqual([true, true, true, true, true]);
		expect([isLand(-30, 30), isLand(-160, 10), isLand(70, -20)]).toEqual([false, false, false]);
	});

	it('has Antarctica down to the pole', () => {
		expect([isLand(0, -89), isLand(150, -80), isLand(-179.5, -89)]).toEqual([true, true, true]);
	});

	it('streaks nowhere: no step of any outline goes half round the globe', () => {
		const lines = [...world.land.features, ...world.borders.features].flatMap(({ geometry }) => {
			if (geometry.type === 'Polygon') return geometry.coordinates;
			return geometry.type === 'LineString' ? [geometry.coordinates] : [];
		});
		let longest = 0;
		for (const line of lines) {
			for (let i = 1; i < line.length; i++) {
				// Antarctica's outline runs along the edge of the map, where a step has no length.
				if (Math.abs(line[i]?.[1] ?? 0) > 89) continue;
				longest = Math.max(longest, Math.abs((line[i]?.[0] ?? 0) - (line[i - 1]?.[0] ?? 0)));
			}
		}
		expect(lines.length).toBeGreaterThan(1000);
		expect(longest).toBeLessThan(60);
	});

	it('names its countries', () => {
		const names = world.countries.features.map((feature) => feature.properties?.['name'] as string);
		expect(names).toEqual(expect.arrayContaining(['Norway', 'Fiji', 'Russia', 'Brazil']));
	});
});

describe('places', () => {
	it('says which town a point lies in, and how far it is from one outside', () => {
		expect(suggestLabel(places, { latitude: 59.9111, longitude: 10.7508 })).toBe('Oslo, Norway');
		expect(suggestLabel(places, { latitude: 48.8606, longitude: 2.3376 })).toBe('Paris, France');
		expect(suggestLabel(places, { latitude: 60.9, longitude: 8.6 })).toMatch(
			/^\d+ km [NESW]{1,2} of .+, Norway$/
		);
		expect(suggestLabel(places, { latitude: -45, longitude: -120 })).toBeNull();
		expect(suggestLabel([], { latitude: 0, longitude: 0 })).toBeNull();
	});

	it('finds towns by how they begin, accents aside, the largest first', () => {
		expect(searchPlaces(places, 'zurich')[0]?.name).toMatch(/^Z[uü]rich/);
		expect(searchPlaces(places, 'Oslo, Nor')[0]?.country).toBe('NO');
		expect(searchPlaces(places, 'a')).toEqual([]);
		expect(searchPlaces(places, 'x'.repeat(10_000))).toEqual([]);
	});

	it('names large places from afar and towns when near', () => {
		expect(placeMinZoom(9_000_000)).toBeLessThan(placeMinZoom(200_000));
		expect(placeMinZoom(16_000)).toBe(9);
	});
});
