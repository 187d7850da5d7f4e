// The cone on the globe: exact where the answer is known, inverse where two functions undo each other.
import { describe, expect, it } from 'vitest';
import {
	bearingTo,
	coneHandles,
	coneRing,
	destination,
	distanceM,
	dragAxis,
	dragEdge,
	roundPlace,
	storedHeading,
	turn,
	wrapLongitude,
	zoomFor,
	type View
} from './geo.ts';

const oslo = { latitude: 59.9111, longitude: 10.75083 };
const view: View = { ...oslo, heading: 116, angle: 64, distance: 45 };

describe('destination', () => {
	it('goes a degree of latitude in 111.195 km', () => {
		const north = destination({ latitude: 0, longitude: 0 }, 0, 111_195);
		expect(north.latitude).toBeCloseTo(1, 4);
		expect(north.longitude).toBeCloseTo(0);
	});

	it.each([0, 37, 90, 180, 271.3, 359.9])('is undone by distance and bearing at %d degrees', (bearing) => {
		const there = destination(oslo, bearing, 250);
		expect(distanceM(oslo, there)).toBeCloseTo(250, 3);
		expect(Math.abs(turn(bearing, bearingTo(oslo, there)))).toBeLessThan(0.001);
	});

	it('crosses the antimeridian and stays on the map', () => {
		const there = destination({ latitude: 0, longitude: 179.9999 }, 90, 100);
		expect(there.longitude).toBeLessThan(-179.99);
		expect(distanceM({ latitude: 0, longitude: 179.9999 }, there)).toBeCloseTo(100, 3);
	});
});

describe('the cone', () => {
	it('begins and ends at the camera, and every point of its arc is as far as it sees', () => {
		const ring = coneRing(view);
		expect(ring[0]).toEqual([oslo.longitude, oslo.latitude]);
		expect(ring.at(-1)).toEqual(ring[0]);
		for (const [longitude, latitude] of ring.slice(1, -1)) {
			expect(distanceM(oslo, { latitude, longitude })).toBeCloseTo(45, 3);
		}
	});

	it('has its handles on its axis and its edges', () => {
		const at = ([longitude, latitude]: [number, number]) => bearingTo(oslo, { latitude, longitude });
		const { axis, left, right } = coneHandles(view);
		expect([at(left), at(axis), at(right)].map((bearing) => Math.round(bearing * 10) / 10)).toEqual([
			84, 116, 148
		]);
	});

	it('is drawn in one piece across the antimeridian', () => {
		const ring = coneRing({ latitude: 0, longitude: 179.9999, heading: 90, angle: 60, distance: 500 });
		expect(
			Math.max(...ring.map(([longitude]) => longitude)) - Math.min(...ring.map(([longitude]) => longitude))
		).toBeLessThan(1);
	});
});

describe('dragging', () => {
	it('turns and lengthens the cone with the end of its axis', () => {
		expect(dragAxis(view, destination(oslo, 200.04, 80.4))).toEqual({ heading: 200, distance: 80 });
		expect(dragAxis(view, destination(oslo, 10, 99_999)).distance).toBe(10_000);
		expect(dragAxis(view, oslo).distance).toBe(1);
	});

	it('opens the cone by either edge alike, within its bounds', () => {
		expect(dragEdge(view, destination(oslo, 116 + 40, 45))).toEqual({ angle: 80 });
		expect(dragEdge(view, destination(oslo, 116 - 40, 45))).toEqual({ angle: 80 });
		expect(dragEdge(view, destination(oslo, 116, 45)).angle).toBe(5);
		expect(dragEdge(view, destination(oslo, 116 + 179, 45)).angle).toBe(170);
	});
});

it('stores headings below 360', () => {
	expect(storedHeading(359.96)).toBe(0);
	expect(storedHeading(-0.1)).toBe(359.9);
	expect(storedHeading(725.04)).toBe(5);
});

it('wraps longitudes and rounds places to 11 cm', () => {
	expect(wrapLongitude(190)).toBe(-170);
	expect(wrapLongitude(-180)).toBe(-180);
	expect(roundPlace({ latitude: 59.91110449, longitude: 370.750834 })).toEqual({
		latitude: 59.911104,
		longitude: 10.750834
	});
});

it('finds the zoom that shows a distance', () => {
	expect(zoomFor(40_030_228, 512, 0)).toBeCloseTo(0, 3);
	expect(zoomFor(100, 200, 60)).toBeCloseTo(16.25, 1);
});
