// The routes of zones, rules and flow with the real rooms and database: roles, statuses, bad input.
import { randomUUID } from 'node:crypto';
import type { RequestEvent } from '@sveltejs/kit';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import type { Services } from '#lib/server/app/services.ts';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createHistory } from '#lib/server/history/index.ts';
import { createRules } from '#lib/server/rules/index.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import * as flow from '../streams/[id]/flow/+server.ts';
import * as zones from '../streams/[id]/zones/+server.ts';
import * as zone from '../streams/[id]/zones/[zone]/+server.ts';
import * as rules from './+server.ts';
import * as rule from './[id]/+server.ts';
import * as dryRun from './dry-run/+server.ts';

const AREA = {
	name: 'Gate',
	kind: 'polygon',
	points: [
		[0, 0],
		[1, 0],
		[1, 1]
	]
};
const CONDITION = { type: 'count', classes: ['person'], op: 'over', value: 8 };
let database: TestDatabase;
let services: Services;
let stream: string;

beforeAll(async () => {
	database = await startTestDatabase();
	const { db } = database;
	const log = pino({ level: 'silent' });
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	const history = createHistory({
		...{ db, bus: createMemoryBus(log), log, leaseOf: () => null },
		retentionDays: async () => 30
	});
	services = {
		...{ log, history },
		streams: createStreams({ db, log, config }),
		rules: createRules({ db, seconds: history.seconds, onChange: () => {} })
	} as Partial<Services> as Services;
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	const input = streamInput.parse({ name: 'Gate', rtsp_url: 'rtsp://10.0.0.5/live' });
	stream = (await services.streams.create(input, 'test')).id;
});

type Route = (event: RequestEvent) => Promise<Response>;
interface Asked {
	role?: Role | null;
	params?: Record<string, string>;
	query?: string;
	body?: unknown;
	headers?: Record<string, string>;
}

function ask(route: Route, { role = 'operator', params = {}, query = '', body, headers = {} }: Asked = {}) {
	const url = new URL(`http://localhost/api/v1/x${query}`);
	const request = new Request(
		url,
		body === undefined ? { headers } : { method: 'POST', body: JSON.stringify(body), headers }
	);
	const identity = role && { userId: 'u', email: 'u@example.org', name: 'U', role, via: 'session' as const };
	const event = {
		request,
		url,
		params: { id: stream, ...params },
		locals: { services, identity, requestId: 'r' }
	};
	return route(event as unknown as RequestEvent);
}

type Saved = Record<string, unknown> & { id: string };
async function made(route: Route, body: object): Promise<Saved> {
	const response = await ask(route, { body });
	expect(response.status).toBe(201);
	return (await response.json()) as Saved;
}
const addZone = () => made(zones.POST, AREA);
const addRule = (over: object = {}) =>
	made(rules.POST, { stream_id: stream, name: 'Crowd', condition: CONDITION, ...over });

describe('who may do what', () => {
	const ofZone = async () => ({ params: { zone: (await addZone()).id } });
	const ofRule = async () => ({ params: { id: (await addRule()).id } });
	const calls: [string, Route, Role, () => Promise<Asked> | Asked][] = [
		['list zones', zones.GET, 'viewer', () => ({})],
		['read a zone', zone.GET, 'viewer', ofZone],
		['list rules', rules.GET, 'viewer', () => ({})],
		['read a rule', rule.GET, 'viewer', ofRule],
		['read the flow', flow.GET, 'viewer', () => ({})],
		['draw a zone', zones.POST, 'operator', () => ({ body: AREA })],
		['replace a zone', zone.PUT, 'operator', async () => ({ ...(await ofZone()), body: AREA })],
		['rename a zone', zone.PATCH, 'operator', async () => ({ ...(await ofZone()), body: { name: 'Yard' } })],
		['remove a zone', zone.DELETE, 'operator', ofZone],
		[
			'make a rule',
			rules.POST,
			'operator',
			() => ({ body: { stream_id: stream, name: 'x', condition: CONDITION } })
		],
		[
			'replace a rule',
			rule.PUT,
			'operator',
			async () => ({ ...(await ofRule()), body: { stream_id: stream, name: 'x', condition: CONDITION } })
		],
		[
			'change a rule',
			rule.PATCH,
			'operator',
			async () => ({ ...(await ofRule()), body: { enabled: false } })
		],
		['remove a rule', rule.DELETE, 'operator', ofRule],
		['try a rule', dryRun.POST, 'operator', () => ({ body: { stream_id: stream, condition: CONDITION } })]
	];
	const ORDER: (Role | null)[] = [null, 'viewer', 'operator', 'admin'];

	it.each(calls)('%s', async (_, route, least, prepare) => {
		for (const role of ORDER) {
			const { status } = await ask(route, { ...(await prepare()), role });
			if (role === null) expect(status).toBe(401);
			else if (ORDER.indexOf(role) < ORDER.indexOf(least)) expect(status, role).toBe(403);
			else expect(status, role).toBeLessThan(300);
		}
	});
});

it('what was read can be sent back whole, and only as it was read where the caller asks for that', async () => {
	const [gate, crowd] = [await addZone(), await addRule()];
	for (const [route, params, record] of [
		[zone, { zone: gate.id }, gate],
		[rule, { id: crowd.id }, crowd]
	] as const) {
		const read = await ask(route.GET, { params });
		const etag = read.headers.get('etag')!;
		expect(await read.json()).toEqual(record);
		const sent = await ask(route.PUT, { params, body: record, headers: { 'if-match': etag } });
		expect(sent.status).toBe(200);
		expect(await sent.json()).toEqual({ ...record, updated_at: expect.any(String) });
		const late = await ask(route.PATCH, { params, body: { name: 'Late' }, headers: { 'if-match': etag } });
		expect(late.status).toBe(409);
	}
});

it('rules are listed by stream', async () => {
	const crowd = await addRule();
	const listed = async (query: string) => (await ask(rules.GET, { query })).json();
	expect(await listed('')).toEqual([crowd]);
	expect(await listed(`?stream_id=${stream}`)).toEqual([crowd]);
	expect(await listed(`?stream_id=${randomUUID()}`)).toEqual([]);
});

describe('bad input', () => {
	it.each<[string, () => Promise<Response>, number, string]>([
		[
			'a zone that crosses itself',
			() =>
				ask(zones.POST, {
					body: {
						...AREA,
						points: [
							[0, 0],
							[1, 1],
							[1, 0],
							[0, 1]
						]
					}
				}),
			400,
			'cross'
		],
		[
			'a zone out of the picture',
			() =>
				ask(zones.POST, {
					body: {
						...AREA,
						points: [
							[0, 0],
							[2, 0],
							[1, 1]
						]
					}
				}),
			400,
			'points.1.0'
		],
		[
			'a zone of no stream',
			() => ask(zones.POST, { params: { id: randomUUID() }, body: AREA }),
			404,
			'no stream'
		],
		[
			'a rule of no stream',
			() => ask(rules.POST, { body: { stream_id: randomUUID(), name: 'x', condition: CONDITION } }),
			400,
			'stream_id'
		],
		[
			'a rule without a condition',
			() => ask(rules.POST, { body: { stream_id: stream, name: 'x' } }),
			400,
			'condition'
		],
		[
			'a crossing without a line',
			() =>
				ask(rules.POST, {
					body: { stream_id: stream, name: 'x', condition: { type: 'line_crossed', classes: [] } }
				}),
			400,
			'needs a line'
		],
		['a rule that is none', () => ask(rule.GET, { params: { id: 'crowd' } }), 404, 'no rule'],
		[
			'a dry run over a year',
			() => ask(dryRun.POST, { body: { stream_id: stream, condition: CONDITION, range_s: 31_536_000 } }),
			400,
			'range_s'
		],
		['a range nobody knows', () => ask(flow.GET, { query: '?range=2h' }), 400, 'range'],
		['a zone that is no id', () => ask(flow.GET, { query: '?zone_id=gate' }), 400, 'zone_id'],
		['the flow of no stream', () => ask(flow.GET, { params: { id: randomUUID() } }), 404, 'no stream']
	])('%s', async (_, call, status, words) => {
		const response = await call();
		expect(response.status).toBe(status);
		expect(response.headers.get('content-type')).toBe('application/problem+json');
		expect(await response.text()).toContain(words);
		expect([await (await ask(zones.GET)).json(), await (await ask(rules.GET)).json()]).toEqual([[], []]);
	});
});

it('the flow of a camera that has not run is empty, and a dry run says so', async () => {
	for (const range of ['5m', '7d'])
		expect(await (await ask(flow.GET, { query: `?range=${range}` })).json()).toEqual([]);
	const answer = await ask(dryRun.POST, { body: { stream_id: stream, condition: CONDITION } });
	expect(await answer.json()).toMatchObject({
		covered_s: 0,
		firings: [],
		note: expect.stringContaining('Nothing is stored')
	});
});
