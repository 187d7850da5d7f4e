// The tracer that rooms are handed, on OpenTelemetry's API: their spans, and a frame's from what its worker measured.
import {
	context,
	ROOT_CONTEXT,
	SpanKind,
	SpanStatusCode,
	trace,
	type Context,
	type Span,
	type Tracer as OtelTracer
} from '@opentelemetry/api';
import { traceparentOf, TRACEPARENT, type FrameTrace } from '#lib/contracts/trace.ts';
import { causeChain } from '../../base/errors.ts';
import { maskText } from '../../base/mask.ts';
import type { FrameOrigin, OpenSpan, SpanOptions, Tracer } from '../../base/trace.ts';
import { asTold, type Ids } from './identity.ts';

const KINDS = {
	internal: SpanKind.INTERNAL,
	client: SpanKind.CLIENT,
	producer: SpanKind.PRODUCER,
	consumer: SpanKind.CONSUMER
} as const satisfies Record<NonNullable<SpanOptions['kind']>, SpanKind>;

export function createTracer(frameRatio: number | null, ids: Ids): Tracer {
	const tracer = trace.getTracer('vector-flow');
	return {
		frameRatio,
		async span(name, { parent, kind = 'internal', attributes = {} }, work) {
			const around = contextOf(parent);
			const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, around);
			try {
				return await context.with(trace.setSpan(around, span), () => work(open(span)));
			} catch (error) {
				fail(span, error);
				throw error;
			} finally {
				span.end();
			}
		},
		frame: (frame, origin) => tellFrame(tracer, ids, frame, origin)
	};
}

function open(span: Span): OpenSpan {
	const { traceId, spanId, traceFlags } = span.spanContext();
	return {
		traceparent: traceparentOf(traceId, spanId, (traceFlags & 1) === 1),
		set: (attributes) => void span.setAttributes(attributes)
	};
}

function fail(span: Span, error: unknown): void {
	span.setStatus({ code: SpanStatusCode.ERROR, message: maskText(causeChain(error)).slice(0, 500) });
	span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
}

/** What was told by another room, process or day is a parent like any other; what is no context begins a trace. */
function contextOf(traceparent: string | null): Context {
	if (traceparent === null || !TRACEPARENT.test(traceparent)) return ROOT_CONTEXT;
	const [, traceId, spanId, flags] = traceparent.split('-') as [string, string, string, string];
	return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16) & 1 });
}

/** capture ▶ flow ▶ detection ▶ rules, one after the other within the frame's own span. */
function tellFrame(tracer: OtelTracer, ids: Ids, frame: FrameTrace, origin: FrameOrigin): void {
	const attributes = {
		'stream.id': origin.streamId,
		'stream.name': origin.streamName,
		'run.id': origin.runId
	};
	const { capturedAt, receivedAt, measuredAt, searchedAt, judgedAt, width, height, objects } = frame;
	const root = ids.giving(frame, () =>
		tracer.startSpan(
			'process frame',
			{ startTime: capturedAt, attributes: { ...attributes, 'frame.width': width, 'frame.height': height } },
			asTold(ROOT_CONTEXT)
		)
	);
	const within = trace.setSpan(ROOT_CONTEXT, root);
	const stage = (name: string, startTime: number, endTime: number, more = {}) =>
		tracer.startSpan(name, { startTime, attributes: { ...attributes, ...more } }, within).end(endTime);

	stage('capture', capturedAt, receivedAt);
	stage('measure flow', receivedAt, measuredAt);
	stage('detect objects', measuredAt, searchedAt, { 'frame.objects': objects });
	stage('judge rules', searchedAt, judgedAt);
	for (const { ruleId, state, spanId, at } of frame.changes)
		ids.giving({ traceId: frame.traceId, spanId }, () =>
			stage(`rule ${state}`, at, judgedAt, { 'rule.id': ruleId })
		);
	root.end(judgedAt);
}
