// GET /api/v1/live: pictures and statuses as server-sent events.
import { z } from 'zod';
import { AppError } from '#lib/server/base/errors.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

const MAX_IDS = 1000;

const ids = z
	.string()
	.max(64 * 1024)
	.transform((text) => [...new Set(text.split(',').map((id) => id.trim()))].filter((id) => id !== ''))
	.refine((list) => list.length <= MAX_IDS, { error: `at most ${MAX_IDS} streams` });

const query = z.strictObject({
	streams: ids
		.optional()
		.describe('whose pictures come, by id, separated by commas; every stream when left out'),
	statuses: z.literal('all').optional().describe('statuses of every stream, whichever pictures come'),
	detections: z
		.literal('all')
		.optional()
		.describe('stored detections of every stream, whichever pictures come')
});

/** Nothing between here and the browser may hold back, join or rewrite events. */
const HEADERS = {
	'content-type': 'text/event-stream',
	'cache-control': 'no-cache, no-transform',
	'x-accel-buffering': 'no'
};

export const GET = endpoint(
	{ role: 'viewer', query },
	async ({ event, services, identity, query: { streams, ...also } }) => {
		const asked = streams ?? 'all';
		if (asked !== 'all' && asked.length > 0)
			requireKnown(asked, await services.streams.list({ ephemeral: true }));
		const { signal } = event.request;
		services.scenarios.sessions.accompany(identity, asked === 'all' ? null : asked, signal);
		const body = services.live.events(asked, signal, also);
		return new Response(body, { headers: HEADERS });
	}
);

function requireKnown(asked: string[], known: { id: string }[]): void {
	const unknown = asked.find((id) => !known.some((stream) => stream.id === id));
	if (unknown === undefined) return;
	throw new AppError(
		'not_found',
		`There is no stream ${unknown.slice(0, 64)}. GET /api/v1/streams lists them.`
	);
}
