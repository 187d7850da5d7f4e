// One line of the log for each request, the id it is known by, and what its span says of it.
import type { RequestEvent } from '@sveltejs/kit';
import { randomUUID } from 'node:crypto';
import type { Logger } from '../base/log.ts';
import { maskUrl } from '../base/mask.ts';

/** A request that takes longer is told where no debugging is: an answer's first byte counts, not how long it is watched. */
const SLOW_S = 1;
/** As proxies make them: UUIDs, hexadecimal, base64url, ULIDs, traces. */
const WELL_FORMED = /^[A-Za-z0-9][A-Za-z0-9._:+/=@-]{7,127}$/;

/** A proxy's X-Request-Id, so that its log and ours tell of the same request; a new one where there is none to be trusted in a log. */
export function requestIdOf(headers: Headers): string {
	const given = headers.get('x-request-id');
	return given !== null && WELL_FORMED.test(given) ? given : randomUUID();
}

export function noteAccess(log: Logger, event: RequestEvent, status: number, seconds: number): void {
	describe(event, status);
	const level = status >= 500 || seconds > SLOW_S ? 'info' : 'debug';
	if (!log.isLevelEnabled(level)) return;
	log[level](accessOf(event, status, seconds), 'request');
}

function accessOf(event: RequestEvent, status: number, seconds: number): Record<string, unknown> {
	const { traceId, traceFlags } = event.tracing.root.spanContext();
	return {
		requestId: event.locals.requestId,
		method: event.request.method,
		// Without its query, which may hold anything.
		path: event.url.pathname.slice(0, 500),
		status,
		ms: Math.round(seconds * 1000),
		...(streamOf(event) !== undefined && { streamId: streamOf(event) }),
		...(traceFlags === 1 && { traceId })
	};
}

/** SvelteKit opens the span and names it after itself; here it gets the names that others search for. */
function describe(event: RequestEvent, status: number): void {
	const { root } = event.tracing;
	if (!root.isRecording()) return;
	const { method } = event.request;
	const route = event.route.id;
	const stream = streamOf(event);
	root.updateName(route === null ? method : `${method} ${route}`);
	root.setAttributes({
		'http.request.method': method,
		'http.response.status_code': status,
		'http.url': maskUrl(event.url.href),
		'url.path': event.url.pathname.slice(0, 500),
		'request.id': event.locals.requestId,
		...(stream !== undefined && { 'stream.id': stream })
	});
	if (status >= 500) root.setStatus({ code: 2 });
}

function streamOf({ route, params }: RequestEvent): string | undefined {
	return route.id?.startsWith('/api/v1/streams/[id]') ? params['id'] : undefined;
}
