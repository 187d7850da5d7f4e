// Address search against a real HTTP server that behaves well, badly, slowly and endlessly.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGeocoder, type Geocoder } from './geocoder.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let server: Server;
let base: string;
let answer: Answer;
let requests: { url: string; agent: string | undefined; at: number }[];

beforeEach(async () => {
	requests = [];
	answer = json([{ display_name: 'Köln, Germany', lat: '50.9384', lon: '6.95997', extra: 1 }]);
	server = createServer((request, response) => {
		requests.push({ url: request.url!, agent: request.headers['user-agent'], at: performance.now() });
		answer(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
	server.closeAllConnections();
	server.close();
});

function json(body: unknown, status = 200): Answer {
	return (_, response) =>
		response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function geocoder(url: string | null = base, pauseMs = 1): Geocoder {
	return createGeocoder({ baseUrl: async () => url, userAgent: 'vector-flow/9.9.9', pauseMs });
}

describe('search', () => {
	it('answers places and says who asks', async () => {
		expect(await geocoder().search('köln & <b>')).toEqual([
			{ label: 'Köln, Germany', latitude: 50.9384, longitude: 6.95997 }
		]);
		expect(requests[0]).toMatchObject({
			url: '/search?format=jsonv2&q=k%C3%B6ln+%26+%3Cb%3E&limit=8',
			agent: 'vector-flow/9.9.9'
		});
	});

	it('finds the service whatever way its address is written, and keeps its own parameters', async () => {
		for (const form of ['', '/', '/search', '/search/', '?key=abc']) {
			await geocoder(`${base}${form}`).search('x');
		}
		await geocoder(`${base}/nominatim/`).search('x');
		const paths = requests.map(({ url }) => url.split('?')[0]);
		expect(paths).toEqual(['/search', '/search', '/search', '/search', '/search', '/nominatim/search']);
		expect(requests[4]?.url).toContain('key=abc');
	});

	it('asks once for what it was asked before, also at the same moment', async () => {
		const service = geocoder();
		await Promise.all([service.search('x'), service.search('x')]);
		await service.search('x');
		expect(requests).toHaveLength(1);
	});

	it('keeps no failure', async () => {
		const service = geocoder();
		answer = json({}, 500);
		await expect(service.search('x')).rejects.toMatchObject({ code: 'source_unavailable' });
		answer = json([]);
		expect(await service.search('x')).toEqual([]);
	});

	it('asks at most once in the pause, and sends away those for whom the queue is too long', async () => {
		const service = geocoder(base, 50);
		const all = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => service.search(`q${i}`)));
		expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
		expect(all.at(-1)).toMatchObject({ reason: { code: 'rate_limited', retryAfterS: 8 } });
		const gaps = requests.slice(1).map(({ at }, i) => at - requests[i]!.at);
		expect(Math.min(...gaps)).toBeGreaterThanOrEqual(45);
	});

	it.each<[string, Answer]>([
		['an error', json({ error: 'x' }, 503)],
		['no list', json({ hello: 1 })],
		['places without a position', json([{ display_name: 'x', lat: 'north', lon: '1' }])],
		['a page', (_, response) => response.end('<html>')],
		['nothing', (_, response) => response.destroy()],
		[
			'an endless answer',
			(_, response) => {
				const more = () => response.write('x'.repeat(65_536), (error) => error ?? more());
				more();
			}
		]
	])('tells of %s in words', async (_, given) => {
		answer = given;
		const error = await geocoder()
			.search('x')
			.catch((cause: Error) => cause);
		expect(error).toMatchObject({
			code: 'source_unavailable',
			message: expect.stringMatching(/address service/)
		});
	});

	it('does not wait for ever', async () => {
		answer = () => {};
		await expect(geocoder().search('x')).rejects.toMatchObject({
			message: expect.stringContaining('within 5 s')
		});
	}, 10_000);

	it('says what to do where none is configured', async () => {
		await expect(geocoder(null).search('x')).rejects.toMatchObject({
			code: 'not_found',
			message: expect.stringContaining('geocoder_url')
		});
	});
});

describe('reverse', () => {
	it('suggests labels for a place, shortest first', async () => {
		answer = json({
			display_name: '5, Main Street, Old Town, Springfield, 12345',
			name: '',
			address: { house_number: '5', road: 'Main Street', suburb: 'Old Town', city: 'Springfield' }
		});
		const places = await geocoder().reverse(50.123456789, 6.9);
		expect(places.map(({ label }) => label)).toEqual([
			'Main Street 5',
			'Main Street 5, Springfield',
			'Old Town, Springfield',
			'5, Main Street, Old Town, Springfield, 12345'
		]);
		expect(places[0]).toMatchObject({ latitude: 50.123456789, longitude: 6.9 });
		expect(requests[0]?.url).toContain('lat=50.12346&lon=6.90000');
	});

	it('has nothing to suggest in the middle of the sea', async () => {
		answer = json({ error: 'Unable to geocode' });
		expect(await geocoder().reverse(0, 0)).toEqual([]);
	});
});
