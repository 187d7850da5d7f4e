// What is dropped of overlapping boxes, and what is not.
import { expect, it } from 'vitest';
import type { Candidate } from './decode/candidates.ts';
import { intersectionOverUnion, MAX_OBJECTS, suppress } from './nms.ts';

const box = (x: number, y: number, side: number, score: number, label = 0): Candidate => ({
	x1: x,
	y1: y,
	x2: x + side,
	y2: y + side,
	score,
	label
});

it('measures the intersection over the union', () => {
	expect(intersectionOverUnion(box(0, 0, 10, 1), box(0, 0, 10, 1))).toBe(1);
	expect(intersectionOverUnion(box(0, 0, 10, 1), box(5, 0, 10, 1))).toBeCloseTo(1 / 3, 10);
	expect(intersectionOverUnion(box(0, 0, 10, 1), box(10, 0, 10, 1))).toBe(0);
	expect(intersectionOverUnion(box(0, 0, 10, 1), box(2, 2, 5, 1))).toBeCloseTo(0.25, 10);
});

it('keeps the surest of a class at one place, and other classes there', () => {
	const weak = box(1, 0, 10, 0.5);
	const sure = box(0, 0, 10, 0.9);
	const other = box(0, 0, 10, 0.4, 1);
	const apart = box(50, 0, 10, 0.3);
	expect(suppress([weak, other, sure, apart])).toEqual([sure, other, apart]);
});

it('keeps a box that only a dropped one covers', () => {
	const chain = [box(0, 0, 12, 0.9), box(3, 0, 12, 0.8), box(6, 0, 12, 0.7)];
	expect(suppress(chain)).toEqual([chain[0], chain[2]]);
});

it('answers quickly and with a bounded list whatever a model claims', () => {
	const crowd = Array.from({ length: 20_000 }, (_, i) =>
		box((i % 200) * 20, Math.floor(i / 200) * 20, 10, i / 20_000)
	);
	const start = performance.now();
	const kept = suppress(crowd);
	expect(kept).toHaveLength(MAX_OBJECTS);
	expect(kept[0]!.score).toBe(19_999 / 20_000);
	expect(performance.now() - start).toBeLessThan(1000);
});

it('gives nothing for nothing', () => {
	expect(suppress([])).toEqual([]);
});
