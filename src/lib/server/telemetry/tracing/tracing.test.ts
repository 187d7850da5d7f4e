// What the environment asks for, what spans come of it, and how often a collector that is away is complained of.
import { context, propagation, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameTrace } from '#lib/contracts/trace.ts';
import { startOtlpReceiver, type OtlpReceiver } from '../../../../../tests/support/otlp.ts';
import { frameRatioOf, readSettings, wantsTraces } from './environment.ts';
import { createIds } from './identity.ts';
import { createComplaints, currentTracing } from './index.ts';
import { registerProvider } from './provider.ts';
import { createTracer } from './spans.ts';

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

describe('the environment', () => {
	it.each([
		[{}, false],
		[{ [ENDPOINT]: ' ' }, false],
		[{ [ENDPOINT]: 'http://c' }, true],
		[{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c' }, true],
		[{ [ENDPOINT]: 'http://c', OTEL_SDK_DISABLED: 'TRUE' }, false],
		[{ [ENDPOINT]: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, false],
		[{ [ENDPOINT]: 'http://c', OTEL_TRACES_EXPORTER: 'otlp' }, true]
	])('%j asks for traces: %s', (env, wanted) => {
		expect(wantsTraces(env)).toBe(wanted);
	});

	it.each([
		[{}, 1],
		[{ OTEL_TRACES_SAMPLER: 'always_off' }, null],
		[{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 0.25]
	])('%j tells this share of the frames: %s', (env, share) => {
		expect(frameRatioOf(readSettings(env))).toBe(share);
	});

	it('what cannot be understood is told, and left at its default', () => {
		const { ratio, batch, sampler, complaints } = readSettings({
			OTEL_TRACES_SAMPLER: 'jaeger_remote',
			OTEL_TRACES_SAMPLER_ARG: '7',
			OTEL_BSP_MAX_QUEUE_SIZE: '99999999',
			OTEL_BSP_SCHEDULE_DELAY: 'soon',
			OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc'
		});
		expect({ ratio, sampler, queue: batch.maxQueue, delay: batch.delayMs }).toEqual({
			ratio: 1,
			sampler: 'always_on',
			queue: 2048,
			delay: 5000
		});
		expect(complaints).toHaveLength(5);
	});

	it('asking for nothing leaves a tracer that does the work alone', async () => {
		const { tracer, stop } = currentTracing();
		expect(tracer.frameRatio).toBeNull();
		expect(
			await tracer.span('x', { parent: null }, ({ traceparent }) => Promise.resolve(traceparent))
		).toBeNull();
		await stop();
	});
});

it('a collector that is away is complained of once a minute, with a count and without credentials', () => {
	let now = 0;
	const told: unknown[] = [];
	const complaints = createComplaints(() => now);
	complaints.add('early');
	complaints.attach({ warn: (fields: unknown) => void told.push(fields) } as never);
	for (; now < 125_000; now += 1000) complaints.add('no answer of http://a:hunter2@collector\n  at x');
	expect(told).toHaveLength(3);
	expect(told[1]).toEqual({ reason: 'no answer of http://a:***@collector at x', count: 61 });
});

describe('spans', () => {
	const FRAME: FrameTrace = {
		traceId: '1'.repeat(32),
		spanId: '2'.repeat(16),
		capturedAt: 1000,
		receivedAt: 1010,
		measuredAt: 1013.5,
		searchedAt: 1030,
		judgedAt: 1030.25,
		width: 640,
		height: 360,
		objects: 3,
		changes: [{ ruleId: 'r', state: 'firing', spanId: '3'.repeat(16), at: 1030.1 }]
	};
	let collector: OtlpReceiver;
	let tracer: ReturnType<typeof createTracer>;
	let shutdown: () => Promise<void>;

	beforeAll(async () => {
		collector = await startOtlpReceiver();
		process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.endpoint;
		const ids = createIds();
		const settings = readSettings({
			OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
			OTEL_TRACES_SAMPLER_ARG: '0'
		});
		shutdown = registerProvider(settings, { instance: 'i', version: '1', ids, complain: () => {} });
		delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
		tracer = createTracer(0, ids);

		tracer.frame(FRAME, { streamId: 's', streamName: 'Yard', runId: 'u' });
		const parent = `00-${FRAME.traceId}-${FRAME.changes[0]!.spanId}-01`;
		await tracer.span(
			'inside',
			{ parent, kind: 'client', attributes: { url: 'http://a:hunter2@b/?key=hunter2' } },
			async () => {}
		);
		const failing = tracer.span('failing', { parent }, () =>
			Promise.reject(new Error('at rtsp://a:hunter2@b'))
		);
		await expect(failing).rejects.toThrow('hunter2');
		await tracer.span('unsampled', { parent: null }, async () => {});
		await tracer.span('of nonsense', { parent: 'nonsense' }, async () => {});
		await tracer.span('refused', { parent: parent.replace(/01$/, '00') }, async () => {});
		await shutdown();
	});
	afterAll(() => {
		collector.close();
		trace.disable();
		context.disable();
		propagation.disable();
	});

	const named = (name: string) => collector.spans.find((span) => span.name === name);

	it('a frame is told with the ids and the times of its worker, whatever the sampler says', () => {
		expect(named('process frame')).toMatchObject({
			traceId: FRAME.traceId,
			spanId: FRAME.spanId,
			parentSpanId: null,
			startedAt: 1000,
			endedAt: 1030.25
		});
		expect(named('measure flow')).toMatchObject({
			parentSpanId: FRAME.spanId,
			startedAt: 1010,
			endedAt: 1013.5
		});
		expect(named('rule firing')).toMatchObject({ spanId: '3'.repeat(16), parentSpanId: FRAME.spanId });
		expect(new Set(collector.spans.map(({ spanId }) => spanId)).size).toBe(collector.spans.length);
	});

	it('what follows from it is part of it; what nobody sampled is not told', () => {
		expect(named('inside')).toMatchObject({ traceId: FRAME.traceId, parentSpanId: '3'.repeat(16), kind: 3 });
		for (const name of ['unsampled', 'of nonsense', 'refused']) expect(named(name)).toBeUndefined();
	});

	it('a failure is one, in words without credentials', () => {
		expect(named('failing')).toMatchObject({ status: 2 });
		expect(named('inside')!.attributes['url']).toBe('http://a:***@b/?key=***');
		expect(collector.text()).not.toContain('hunter2');
	});
});
