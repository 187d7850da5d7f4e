// The heat grid: strong where the motion is, spread to its neighbours, nothing elsewhere.
import { describe, expect, it } from 'vitest';
import { heatGrid, heatStrength } from './heat.ts';

describe('heatStrength', () => {
	it('rises with magnitude and never passes one', () => {
		expect(heatStrength(0)).toBe(0);
		expect(heatStrength(4)).toBeCloseTo(0.632, 3);
		expect(heatStrength(1)).toBeLessThan(heatStrength(2));
		expect(heatStrength(1e6)).toBeLessThanOrEqual(1);
	});
});

describe('heatGrid', () => {
	it('lies over the frame with one cell of margin all round', () => {
		const grid = heatGrid([], 16, 640, 360);
		expect([grid.columns, grid.rows]).toEqual([42, 25]);
		expect(Math.max(...grid.strength)).toBe(0);
	});

	it('puts a lone vector at its cell and half of that at the next', () => {
		const grid = heatGrid([40, 24, 4, 0], 16, 160, 96);
		const at = (column: number, row: number) => grid.strength[(row + 1) * grid.columns + column + 1] ?? 0;
		expect(at(2, 1)).toBeCloseTo(heatStrength(4) / 4);
		expect(at(3, 1)).toBeCloseTo(at(2, 1) / 2);
		expect(at(5, 1)).toBe(0);
	});

	it('leaves out vectors that lie outside the frame', () => {
		const grid = heatGrid([-50, 10, 9, 9, 5000, 10, 9, 9], 16, 160, 96);
		expect(Math.max(...grid.strength)).toBe(0);
	});
});
