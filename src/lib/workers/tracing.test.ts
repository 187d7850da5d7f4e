// Which frames are told as traces, with what times, and what rules say of them.
import { expect, it } from 'vitest';
import type { RuleState } from '#lib/contracts/alert.ts';
import { TRACEPARENT, type FrameTrace } from '#lib/contracts/trace.ts';
import { createFrameTracing } from './tracing.ts';

const FIRING: RuleState = {
	ruleId: 'rule',
	streamId: 'stream',
	state: 'firing',
	at: 0,
	value: 1,
	peak: 1,
	labels: {}
};

function tracingOf(ratio: number | null, random = 0.5) {
	const told: FrameTrace[] = [];
	const tracing = createFrameTracing(
		ratio,
		(frame) => void told.push(frame),
		() => random
	);
	const run = (says: RuleState[] = [], capturedAt = Date.now() - 40) => {
		const marked: RuleState[] = [];
		const frame = tracing.begin({ capturedAt, width: 320, height: 180 });
		frame?.measured();
		frame?.searched(2);
		tracing.judge(frame, () => marked.push(...says.map((state) => tracing.mark(state))));
		return marked;
	};
	return { told, run, tracing };
}

it('off, it measures nothing and leaves what rules say as it is', () => {
	const { told, run, tracing } = tracingOf(null);
	expect(tracing.begin({ capturedAt: 0, width: 1, height: 1 })).toBeNull();
	expect(run([FIRING])).toEqual([FIRING]);
	expect(told).toEqual([]);
});

it('a frame at which a rule changes its mind is always told, and the rule names it', () => {
	const { told, run } = tracingOf(0);
	run();
	expect(told).toEqual([]);
	const [state] = run([FIRING]);
	expect(state?.traceparent).toMatch(TRACEPARENT);
	expect(told).toHaveLength(1);
	const [{ traceId, spanId, changes, objects }] = told as [FrameTrace];
	expect(state?.traceparent).toBe(`00-${traceId}-${changes[0]!.spanId}-01`);
	expect(spanId).not.toBe(changes[0]!.spanId);
	expect({ objects, rule: changes[0]!.ruleId }).toEqual({ objects: 2, rule: 'rule' });
});

it('two rules that fire at one frame are parts of one trace', () => {
	const { told, run } = tracingOf(0);
	const marked = run([FIRING, { ...FIRING, ruleId: 'other' }]);
	const traces = marked.map(({ traceparent }) => traceparent?.split('-'));
	expect(told).toHaveLength(1);
	expect(traces[0]?.[1]).toBe(traces[1]?.[1]);
	expect(traces[0]?.[2]).not.toBe(traces[1]?.[2]);
});

it('its moments follow each other, also when a camera says that it is of the future', () => {
	const { told, run } = tracingOf(0);
	run([FIRING], Date.now() + 60_000);
	const { capturedAt, receivedAt, measuredAt, searchedAt, judgedAt } = told[0]!;
	const moments = [capturedAt, receivedAt, measuredAt, searchedAt, judgedAt];
	expect(moments).toEqual([...moments].sort((a, b) => a - b));
});

it('of the others it tells their share, and one a second at most', () => {
	const rarer = tracingOf(0.4, 0.5);
	rarer.run();
	expect(rarer.told).toEqual([]);
	const { told, run } = tracingOf(0.6, 0.5);
	for (let frame = 0; frame < 100; frame++) run();
	expect(told).toHaveLength(1);
	expect(told[0]!.changes).toEqual([]);
});

it('a rule that throws ends the frame all the same', () => {
	const { tracing } = tracingOf(1);
	const frame = tracing.begin({ capturedAt: 0, width: 1, height: 1 });
	expect(() =>
		tracing.judge(frame, () => {
			throw new Error('broken');
		})
	).toThrow('broken');
	expect(tracing.mark(FIRING)).toBe(FIRING);
});
