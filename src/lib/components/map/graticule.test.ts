// The net: a round step for every zoom, never more lines than a map can bear.
import { expect, it } from 'vitest';
import { graticule, graticuleStep } from './graticule.ts';

it.each([
	[360, 30],
	[40, 5],
	[0.02, 0.002],
	[0.0001, 0.0005]
])('a view %d degrees wide has lines every %d', (width, step) => {
	expect(graticuleStep(width)).toBe(step);
});

it('lays lines on multiples of the step, within the map, marking every fifth', () => {
	const net = graticule({ west: 10.71, south: 59.9, east: 10.79, north: 59.94 });
	const meridians = net.features.flatMap(({ geometry, properties }) =>
		geometry.type === 'LineString' && geometry.coordinates[0]?.[0] === geometry.coordinates[1]?.[0]
			? [{ x: geometry.coordinates[0]?.[0] ?? 0, major: properties?.['major'] as boolean }]
			: []
	);
	expect(meridians.length).toBeGreaterThan(7);
	for (const { x, major } of meridians) {
		expect(Math.abs(x / 0.01 - Math.round(x / 0.01))).toBeLessThan(1e-6);
		expect(major).toBe(Math.round(x / 0.01) % 5 === 0);
	}
});

it('stays bounded for any view', () => {
	expect(graticule({ west: -500, south: -90, east: 500, north: 90 }).features.length).toBeLessThan(130);
	expect(graticule({ west: 0, south: 0, east: 0, north: 0 }).features.length).toBeLessThan(5);
});
