// The bar names a round distance and is as long as that distance is.
import { expect, it } from 'vitest';
import { metresPerPixel, scaleBar } from './scaleBar.ts';

it('measures the equator at zoom 0', () => {
	expect(metresPerPixel(0, 0) * 512).toBeCloseTo(40_075_016.7, 0);
});

it.each([
	[0, 0, '5000 km'],
	[60, 16, '50 m'],
	[60, 20, '2 m'],
	[45, 8, '10 km']
])('at %d degrees, zoom %d', (latitude, zoom, label) => {
	const bar = scaleBar(latitude, zoom, 90);
	expect(bar.label).toBe(label);
	expect(bar.width).toBeGreaterThan(30);
	expect(bar.width).toBeLessThanOrEqual(90);
});
