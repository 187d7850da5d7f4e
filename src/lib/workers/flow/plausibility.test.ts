// Long vectors need company; short ones never do.
import { describe, expect, it } from 'vitest';
import type { FlowField } from './kernel.ts';
import { isPlausible } from './plausibility.ts';

const RADIUS = 8;
const CENTRE = 4;

/** Three by three points at rest, with the vectors given by point. */
function field(vectors: Record<number, [number, number]>, gridSize = 16): FlowField {
	const flow = new Float32Array(18);
	for (const [point, vector] of Object.entries(vectors)) flow.set(vector, 2 * Number(point));
	return {
		columns: 3,
		rows: 3,
		gridSize,
		winRadius: RADIUS,
		originX: 8,
		originY: 8,
		flow,
		status: new Uint8Array(9).fill(1)
	};
}

describe('isPlausible', () => {
	it('believes a lone vector up to the window radius', () => {
		expect(isPlausible(field({ [CENTRE]: [8, 0] }), CENTRE)).toBe(true);
	});

	it('does not believe a longer one alone', () => {
		expect(isPlausible(field({ [CENTRE]: [9, 0] }), CENTRE)).toBe(false);
	});

	it.each([0, 1, 2, 3, 5, 6, 7, 8])('believes it with company at neighbour %d', (neighbour) => {
		const together = field({ [CENTRE]: [20, 10], [neighbour]: [16, 12] });
		expect(isPlausible(together, CENTRE)).toBe(true);
	});

	it('is not convinced by a neighbour that goes elsewhere, or was not found', () => {
		expect(isPlausible(field({ [CENTRE]: [20, 0], 5: [-20, 0] }), CENTRE)).toBe(false);
		const unfound = field({ [CENTRE]: [20, 0], 5: [20, 0] });
		unfound.status[5] = 0;
		expect(isPlausible(unfound, CENTRE)).toBe(false);
	});

	it('takes no neighbour from the other end of the row above or below', () => {
		// Point 3 begins the middle row; point 2 ends the first.
		expect(isPlausible(field({ 3: [20, 0], 2: [20, 0] }), 3)).toBe(false);
	});

	it('believes nothing beyond the reach of the coarsest window, whatever its company', () => {
		expect(isPlausible(field({ [CENTRE]: [65, 0], 5: [65, 0] }), CENTRE)).toBe(false);
	});

	it('asks no neighbours where windows do not touch', () => {
		expect(isPlausible(field({ [CENTRE]: [20, 0] }, 32), CENTRE)).toBe(true);
	});
});
