// The letterbox: all of the frame is seen, nothing is stretched, and a click finds its place in the frame again.
import { describe, expect, it } from 'vitest';
import { fitInside, toBox, toFrame } from './fit.ts';

describe('fitInside', () => {
	it('leaves bars left and right of a narrow frame', () => {
		expect(fitInside(640, 480, 1600, 900)).toEqual({ x: 200, y: 0, width: 1200, height: 900, scale: 1.875 });
	});

	it('leaves bars above and below a wide frame', () => {
		const fit = fitInside(1000, 250, 500, 500);
		expect(fit).toEqual({ x: 0, y: 187.5, width: 500, height: 125, scale: 0.5 });
	});

	it('fills a box of nearly the same shape instead of leaving a hair of a bar', () => {
		const fit = fitInside(640, 360, 463, 261);
		expect(fit.width).toBeGreaterThanOrEqual(463);
		expect(fit.height).toBeGreaterThanOrEqual(261);
	});

	it('answers an empty fit for an empty box or frame', () => {
		expect(fitInside(0, 360, 100, 100).scale).toBe(0);
		expect(fitInside(640, 360, 0, 100).scale).toBe(0);
		expect(fitInside(Number.NaN, 360, 100, 100).scale).toBe(0);
	});
});

describe('box and frame', () => {
	const fit = fitInside(640, 480, 1600, 900);

	it('maps frame pixels into the box', () => {
		expect(toBox(fit, 0, 0)).toEqual([200, 0]);
		expect(toBox(fit, 640, 480)).toEqual([1400, 900]);
	});

	it('maps a click back, and a click on a bar to nothing', () => {
		expect(toFrame(fit, 800, 450)).toEqual([0.5, 0.5]);
		expect(toFrame(fit, 100, 450)).toBeNull();
		expect(toFrame(fitInside(0, 0, 10, 10), 5, 5)).toBeNull();
	});
});
