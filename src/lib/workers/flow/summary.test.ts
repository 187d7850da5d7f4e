// The figures of a frame, from fields made by hand and from real measurements.
import { describe, expect, it } from 'vitest';
import { directionOf } from '#lib/contracts/direction.ts';
import { compileFlowModule, createFlow, type FlowField } from './kernel.ts';
import { summarise } from './summary.ts';
import { movedPicture } from './testing/pictures.ts';

/** A field of two columns with the given vectors; null is a point not found. */
function field(vectors: ([number, number] | null)[]): FlowField {
	return {
		columns: 2,
		rows: Math.ceil(vectors.length / 2),
		gridSize: 16,
		winRadius: 15,
		originX: 8,
		originY: 8,
		flow: Float32Array.from(vectors.flatMap((vector) => vector ?? [9, 9])),
		status: Uint8Array.from(vectors, (vector) => (vector ? 1 : 0))
	};
}

describe('directionOf', () => {
	it.each([
		['up', 0, -1, 0],
		['right', 1, 0, 90],
		['down', 0, 1, 180],
		['left', -1, 0, 270],
		['down and right', 2, 2, 135]
	])('%s', (_, dx, dy, degrees) => expect(directionOf(dx, dy)).toBeCloseTo(degrees, 10));

	it('stays below 360 a hair left of up', () => {
		expect(directionOf(-1e-17, -1)).toBe(0);
		expect(directionOf(-1e-3, -1)).toBeLessThan(360);
	});
});

describe('summarise', () => {
	it('has nothing to say about a field without motion', () => {
		const summary = summarise(field([[0, 0], [0.2, 0.1], null, [0, 0]]), 1);
		expect(summary).toEqual({
			vectors: new Float32Array(0),
			avg: 0,
			max: 0,
			count: 0,
			total: 4,
			direction: null,
			coherence: 0
		});
	});

	it('keeps the vectors that reach the threshold, with their places', () => {
		const summary = summarise(field([[3, 4], [0.5, 0], null, [0, 1]]), 1);
		expect([...summary.vectors]).toEqual([8, 8, 3, 4, 24, 24, 0, 1]);
		expect(summary).toMatchObject({ avg: 3, max: 5, count: 2, total: 4 });
	});

	it('never counts points not found, nor zero vectors at threshold 0', () => {
		expect(summarise(field([null, [0, 0], [0.1, 0], null]), 0).count).toBe(1);
	});

	it('is coherent when all move one way, whatever their speed', () => {
		const summary = summarise(
			field([
				[1, 0],
				[5, 0],
				[2, 0],
				[9, 0]
			]),
			1
		);
		expect(summary.coherence).toBeCloseTo(1, 10);
		expect(summary.direction).toBeCloseTo(90, 10);
	});

	it('is incoherent when they move every way', () => {
		expect(
			summarise(
				field([
					[2, 0],
					[-2, 0],
					[0, 2],
					[0, -2]
				]),
				1
			).coherence
		).toBeCloseTo(0, 10);
	});

	it('averages directions on the circle: 350 and 10 degrees make up, not down', () => {
		const at = (degrees: number): [number, number] => [
			2 * Math.sin((degrees * Math.PI) / 180),
			-2 * Math.cos((degrees * Math.PI) / 180)
		];
		const { direction } = summarise(field([at(350), at(10)]), 1);
		expect(Math.cos(((direction ?? 180) * Math.PI) / 180)).toBeCloseTo(1, 6);
	});

	it.each([
		['right', 3, 0, 90],
		['down', 0, 3, 180],
		['left', -3, 0, 270]
	])('sees a picture moving %s so', async (_, dx, dy, degrees) => {
		const options = { width: 160, height: 120, gridSize: 16, winRadius: 8, mode: 'fast' } as const;
		const flow = createFlow(options, await compileFlowModule());
		flow.measure(movedPicture(160, 120, 0, 0));
		const summary = summarise(flow.measure(movedPicture(160, 120, dx, dy)), 1);
		expect(Math.abs((summary.direction ?? 0) - degrees)).toBeLessThan(2);
		expect(summary.avg).toBeCloseTo(3, 0);
		expect(summary.coherence).toBeGreaterThan(0.99);
	});
});
