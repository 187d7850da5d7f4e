// Trails follow the field, end with it, and stay bounded.
import { describe, expect, it } from 'vitest';
import { Trails, VectorField } from './trails.ts';

function uniform(dx: number, dy: number, step = 16, width = 640, height = 360): number[] {
	const vectors: number[] = [];
	for (let y = step / 2; y < height; y += step)
		for (let x = step / 2; x < width; x += step) vectors.push(x, y, dx, dy);
	return vectors;
}

describe('VectorField', () => {
	it('answers the motion around a point, weighted to the nearest', () => {
		const field = new VectorField([8, 8, 2, 0, 24, 8, 4, 0], 16, 64);
		expect(field.at(8, 8)?.[0]).toBeCloseTo((2 * 1.5 + 4 * 0.5) / 2);
		expect(field.at(8, 8)?.[1]).toBe(0);
	});

	it('answers null where nothing moves', () => {
		expect(new VectorField([8, 8, 2, 0], 16, 640).at(300, 300)).toBeNull();
	});
});

describe('Trails', () => {
	it('never holds more than its bound, however long it runs', () => {
		const trails = new Trails();
		for (let i = 0; i < 60; i++) trails.advance(uniform(3, 1, 4), 4, 640, 360, 1);
		expect(trails.count).toBeGreaterThan(100);
		expect(trails.count).toBeLessThanOrEqual(420);
	});

	it('gives up its particles when nothing moves any more', () => {
		const trails = new Trails();
		for (let i = 0; i < 10; i++) trails.advance(uniform(2, 0), 16, 640, 360, 1);
		expect(trails.count).toBeGreaterThan(0);
		for (let i = 0; i < 20; i++) trails.advance([], 16, 640, 360, 1);
		expect(trails.count).toBe(0);
	});

	it('forgets its particles when the picture changes its size', () => {
		const trails = new Trails();
		trails.advance(uniform(2, 0), 16, 640, 360, 1);
		trails.advance([], 16, 320, 240, 1);
		expect(trails.count).toBe(0);
	});
});
