// The event stream's handler: who may listen, what may be asked for, and headers that keep events flowing.
import { expect, test, vi } from 'vitest';
import type { Identity } from '#lib/contracts/account.ts';
import { GET } from './+server.ts';

const VIEWER: Identity = { userId: 'u', email: 'v@example.org', name: 'V', role: 'viewer', via: 'session' };

async function ask(query: string, identity: Identity | null = VIEWER) {
	const events = vi.fn(() => new ReadableStream<Uint8Array>());
	const accompany = vi.fn();
	const services = {
		live: { events },
		streams: { list: async () => [{ id: 'a' }, { id: 'b' }] },
		scenarios: { sessions: { accompany } }
	};
	const url = new URL(`http://localhost/api/v1/live${query}`);
	const event = {
		url,
		params: {},
		request: new Request(url),
		locals: { identity, services, requestId: 'r' }
	};
	const response = await GET(event as unknown as Parameters<typeof GET>[0]);
	return { response, events, accompany };
}

const problem = async (response: Response) => (await response.json()) as { code: string; detail: string };

test('needs somebody who is signed in', async () => {
	const { response, events } = await ask('', null);
	expect(response.status).toBe(401);
	expect(events).not.toHaveBeenCalled();
});

test.each([
	['', 'all', {}],
	['?streams=a,b', ['a', 'b'], {}],
	['?streams=%20a%20,,a', ['a'], {}],
	['?streams=', [], {}],
	['?streams=&detections=all', [], { detections: 'all' }],
	['?statuses=all&streams=b', ['b'], { statuses: 'all' }]
])('%s', async (query, streams, options) => {
	const { response, events, accompany } = await ask(query);
	expect(response.status).toBe(200);
	expect(events).toHaveBeenCalledWith(streams, expect.any(AbortSignal), options);
	// Sessions live while their owner watches.
	const watched = streams === 'all' ? null : streams;
	expect(accompany).toHaveBeenCalledWith(VIEWER, watched, expect.any(AbortSignal));
	expect(Object.fromEntries(response.headers)).toMatchObject({
		'content-type': 'text/event-stream',
		'cache-control': 'no-cache, no-transform',
		'x-accel-buffering': 'no'
	});
});

test('an unknown stream is named and refused', async () => {
	const { response, events } = await ask('?streams=a,nope');
	expect(response.status).toBe(404);
	expect(await problem(response)).toMatchObject({
		code: 'not_found',
		detail: expect.stringContaining('nope')
	});
	expect(events).not.toHaveBeenCalled();
});

test.each([
	'?statuses=some',
	'?detections=some',
	'?stream=a',
	`?streams=${Array.from({ length: 1001 }, (_, i) => i).join()}`
])('%.40s is bad input', async (query) => {
	const { response } = await ask(query);
	expect(response.status).toBe(400);
	expect((await problem(response)).code).toBe('invalid_input');
});
