// Live seconds stand after what is stored; detections become bars over all the time.
import { describe, expect, it } from 'vitest';
import { classLines, detectionBars, flowOfStep, liveSteps, workOfStep } from './figures.ts';
import type { LiveSample } from './liveTail.svelte.ts';

const flow = { avg: 2, max: 5, count: 10, total: 99, direction: 90, coherence: 0.5 };
const sample = (at: number, rest: Partial<LiveSample> = {}): LiveSample => ({
	at,
	flow,
	fps: 15,
	latencyMs: 40,
	...rest
});

describe('live seconds', () => {
	it('are put into steps like the stored ones, and never twice', () => {
		const steps = liveSteps(
			[8, 9, 10, 11, 12, 15].map((at) => sample(at)),
			8,
			4
		);
		expect(steps.map((step) => step.map(({ at }) => at))).toEqual([[12, 15]]);
		expect(liveSteps([sample(3)], -Infinity, 1)).toHaveLength(1);
	});

	it('are told as means and greatest', () => {
		const step = [sample(12), sample(13, { flow: { ...flow, avg: 4, max: 9 }, latencyMs: 80 })];
		expect(flowOfStep(step, 4)).toEqual({
			at: 12,
			avg: 3,
			max: 9,
			count: 10,
			coherence: 0.5,
			direction: 90
		});
		expect(workOfStep(step, 4)).toEqual({ at: 12, fps: 15, latency: 60, latencyMax: 80, connected: 100 });
	});

	it('are a gap while nothing is measured', () => {
		const away = [sample(12, { flow: null, fps: null, latencyMs: null })];
		expect(flowOfStep(away, 1)).toMatchObject({ avg: null, max: null, direction: null });
		expect(workOfStep(away, 1)).toMatchObject({ fps: null, latency: null, connected: 0 });
	});
});

const seen = (seconds: number, classes: Record<string, number>) => ({
	at: new Date(seconds * 1000).toISOString(),
	classes
});

describe('detections', () => {
	it('are bars over the whole stretch, empty ones too, and nothing beside it', () => {
		const stretch = { from: 3600, to: 7200 };
		const bars = detectionBars(
			[seen(3601, { person: 1 }), seen(3605, { person: 2, car: 1 }), seen(9999, { car: 9 })],
			stretch
		);
		expect(bars.stepS).toBe(30);
		expect(bars.points).toHaveLength(120);
		expect(bars.points[0]).toEqual(seen(3600, { person: 3, car: 1 }));
		expect(bars.points[1]?.classes).toEqual({});
	});

	it('are parts, the most frequent first, the rare ones together', () => {
		const lines = classLines([seen(0, { car: 5, person: 9, dog: 2, cat: 1, bus: 1 }), seen(1, { car: 1 })]);
		expect(lines.map(({ label }) => label)).toEqual(['person', 'car', 'dog', '2 others']);
		expect(lines.map(({ values }) => values)).toEqual([
			[9, 0],
			[5, 1],
			[2, 0],
			[2, 0]
		]);
		expect(classLines([seen(0, { a: 4, b: 3, c: 2, d: 1 })])).toHaveLength(4);
		expect(classLines([seen(0, {})])).toEqual([]);
	});
});
