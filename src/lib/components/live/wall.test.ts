// The wall's address and its arithmetic.
import { describe, expect, it } from 'vitest';
import { bestLayout, fitTiles, neighbour, parseWall, wallQuery } from './wall.ts';

describe('the address', () => {
	it.each([
		'',
		'?grid=3x3',
		'?grid=2x2&order=attention&overlay=feed,trails&cameras=a,b&page=2&wall=1&stream=a',
		'?overlay='
	])('%s comes back as it went', (query) => {
		expect(wallQuery(parseWall(new URLSearchParams(query)))).toBe(query);
	});

	it('takes the default for what it does not know', () => {
		const wall = parseWall(new URLSearchParams('?grid=9x9&order=up&page=-3&wall=yes'));
		expect(wall).toMatchObject({ grid: 'auto', order: 'registry', page: 0, bare: false, overlays: null });
		expect(parseWall(new URLSearchParams('?page=1e99')).page).toBe(0);
	});
});

describe('bestLayout', () => {
	it.each([
		[1, 1, 1],
		[2, 1, 2],
		[3, 2, 2],
		[4, 2, 2],
		[9, 3, 3],
		[10, 3, 4],
		[16, 4, 4],
		[60, 8, 8]
	])('shows %i cameras on a desk screen in %i × %i', (count, columns, rows) => {
		expect(bestLayout(count, 1440, 812)).toMatchObject({ columns, rows });
	});

	it('puts tiles beside each other where the box is wide and under each other where it is tall', () => {
		expect(bestLayout(3, 2400, 500).columns).toBe(3);
		expect(bestLayout(3, 390, 1200).columns).toBe(1);
	});

	it('keeps every tile inside the box', () => {
		for (let count = 1; count <= 70; count++) {
			const { columns, rows, tileWidth, tileHeight } = bestLayout(count, 1437, 793);
			expect(columns * rows).toBeGreaterThanOrEqual(count);
			expect(columns * tileWidth + columns - 1).toBeLessThanOrEqual(1437.01);
			expect(rows * tileHeight + rows - 1).toBeLessThanOrEqual(793.01);
		}
	});

	it('stands an empty box', () => {
		expect(bestLayout(0, 0, 0)).toMatchObject({ columns: 1, rows: 1, tileWidth: 0 });
		expect(fitTiles(3, 3, 1, 1).tileWidth).toBe(0);
	});
});

it('moves by arrow keys and stays inside', () => {
	expect(neighbour(4, 'ArrowUp', 3, 9)).toBe(1);
	expect(neighbour(0, 'ArrowLeft', 3, 9)).toBe(0);
	expect(neighbour(6, 'ArrowDown', 3, 7)).toBe(6);
	expect(neighbour(3, 'End', 3, 7)).toBe(6);
	expect(neighbour(3, 'x', 3, 7)).toBe(3);
});
