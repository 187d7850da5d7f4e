// Tracing as rooms see it: spans around what they do. Where nothing is traced, the work alone is done.
import type { FrameTrace } from '#lib/contracts/trace.ts';

export type SpanAttributes = Record<string, string | number | boolean>;

export interface SpanOptions {
	/** What it is part of, as W3C `traceparent`; null begins a trace, if the sampler takes it. */
	parent: string | null;
	/** `internal` unless told. */
	kind?: 'internal' | 'client' | 'producer' | 'consumer';
	attributes?: SpanAttributes;
}

/** The span that is open while its work is done. */
export interface OpenSpan {
	/** To be handed to whatever follows from it, however much later and wherever; null where nothing is traced. */
	readonly traceparent: string | null;
	set(attributes: SpanAttributes): void;
}

/** Whose frame it is. */
export interface FrameOrigin {
	streamId: string;
	streamName: string;
	runId: string;
}

export interface Tracer {
	/** Share of frames that is told as traces, 0..1, beside those at which a rule changes its mind; null: none at all. */
	readonly frameRatio: number | null;
	/** Does the work within a span, which ends with it; a rejection is recorded on it and passed on. */
	span<T>(name: string, options: SpanOptions, work: (span: OpenSpan) => Promise<T>): Promise<T>;
	/** Tells a frame that has gone through its worker. */
	frame(frame: FrameTrace, origin: FrameOrigin): void;
}

const NO_SPAN: OpenSpan = { traceparent: null, set: () => {} };

/** Traces nothing. */
export const NO_TRACER: Tracer = {
	frameRatio: null,
	span: (_name, _options, work) => work(NO_SPAN),
	frame: () => {}
};
