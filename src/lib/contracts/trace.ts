// Traces: what one frame took on its way through a worker, and the context that makes spans of many places one trace.

/** One frame that is told as a trace. Moments are ms since the epoch, with fractions, in order. */
export interface FrameTrace {
	/** 32 hexadecimal digits: the trace. */
	traceId: string;
	/** 16 hexadecimal digits: the frame's own span in it. */
	spanId: string;
	/** When it was captured, as estimated; received from the decoder; measured; searched for objects; judged by the rules. */
	capturedAt: number;
	receivedAt: number;
	measuredAt: number;
	searchedAt: number;
	judgedAt: number;
	/** Pixels of the analysed frame. */
	width: number;
	height: number;
	/** Objects on it. */
	objects: number;
	/** Rules that changed their mind at this frame. */
	changes: { ruleId: string; state: 'firing' | 'clear'; spanId: string; at: number }[];
}

/** The context as the W3C header `traceparent` has it. */
export function traceparentOf(traceId: string, spanId: string, sampled: boolean): string {
	return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** The W3C form, the first version of it; ids of zeros alone are none. */
export const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
