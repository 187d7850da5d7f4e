// Ids and sampling of spans whose ids were given elsewhere: a frame's trace begins in its worker, before any span exists.
import { createContextKey, type Context } from '@opentelemetry/api';
import { randomBytes } from 'node:crypto';

export interface GivenIds {
	traceId: string;
	spanId: string;
}

/** Marks a context whose span is told, whatever the sampler says. */
const TOLD = createContextKey('vector-flow told');

export const asTold = (context: Context): Context => context.setValue(TOLD, true);
export const isTold = (context: Context): boolean => context.getValue(TOLD) === true;

/** Random ids, but for the next span that is begun within `giving`. */
export function createIds() {
	let given: GivenIds | null = null;
	return {
		generateTraceId: () => given?.traceId ?? randomBytes(16).toString('hex'),
		generateSpanId: () => given?.spanId ?? randomBytes(8).toString('hex'),
		/** `begin` starts one span, at once. */
		giving<T>(ids: GivenIds, begin: () => T): T {
			given = ids;
			try {
				return begin();
			} finally {
				given = null;
			}
		}
	};
}

export type Ids = ReturnType<typeof createIds>;
