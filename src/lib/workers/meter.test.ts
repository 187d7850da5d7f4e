// A second's figures: rates, circular means, and what an empty second says.
import { expect, test } from 'vitest';
import type { FlowSample } from '#lib/contracts/flow.ts';
import { createMeter, meanFlow } from './meter.ts';

const sample = (over: Partial<FlowSample>): FlowSample => ({
	avg: 1,
	max: 2,
	count: 10,
	total: 100,
	direction: 0,
	coherence: 1,
	...over
});

test('counts frames over the time that really passed', () => {
	const meter = createMeter();
	for (let i = 0; i < 5; i++) meter.frame(sample({}), 1000 + i, 1020 + i, 0.5);
	meter.dropped(3);
	meter.reconnect();
	expect(meter.take(500)).toMatchObject({
		fps: 10,
		framesProcessed: 5,
		framesDropped: 3,
		reconnects: 1,
		lastFrameAt: 1024,
		latencyMs: 20,
		flowMs: 0.5
	});
});

test('a second without frames has no flow but keeps its totals', () => {
	const meter = createMeter();
	meter.frame(sample({}), 0, 5, 1);
	meter.take(1000);
	expect(meter.take(1000)).toMatchObject({
		fps: 0,
		flow: null,
		flowMs: null,
		framesProcessed: 1,
		lastFrameAt: 5
	});
});

test('directions average around the circle, not through it', () => {
	const flow = meanFlow([sample({ direction: 350 }), sample({ direction: 20 })]);
	expect(flow?.direction).toBeCloseTo(5, 6);
});

test('opposite directions cancel, still frames do not count', () => {
	expect(meanFlow([sample({ direction: 0 }), sample({ direction: 180 })])?.direction).toBeNull();
	const still = sample({ direction: null, coherence: 0, avg: 0, max: 0, count: 0 });
	expect(meanFlow([still, sample({ direction: 90, max: 7 })])).toMatchObject({ max: 7, count: 5 });
	expect(meanFlow([still, sample({ direction: 90 })])?.direction).toBeCloseTo(90, 6);
});
