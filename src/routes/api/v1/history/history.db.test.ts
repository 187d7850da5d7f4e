// The routes of the past with the real room and database: what is answered from which rows, as JSON and as a table, and bad input.
import { randomUUID } from 'node:crypto';
import type { RequestEvent } from '@sveltejs/kit';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
	detectionsPoint,
	directionPoint,
	fleetPoint,
	instancePoint,
	performancePoint
} from '#lib/contracts/charts.ts';
import { flowPoint } from '#lib/contracts/facts.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { Services } from '#lib/server/app/services.ts';
import { createMemoryBus, subjects, type Bus } from '#lib/server/bus/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createHistory, type History } from '#lib/server/history/index.ts';
import { addStream, still, writeSeconds } from '#lib/server/history/testing.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import * as counts from '../streams/[id]/detections/counts/+server.ts';
import * as directions from '../streams/[id]/directions/+server.ts';
import * as flow from '../streams/[id]/flow/+server.ts';
import * as performance from '../streams/[id]/performance/+server.ts';
import * as fleet from './fleet/+server.ts';
import * as instances from './instances/+server.ts';

const log = pino({ level: 'silent' });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = randomUUID();
let database: TestDatabase;
let bus: Bus;
let services: Services;
let stream: string;
let token: number;

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	stream = await addStream(database.db);
	token = await grantLease(database.db, stream);
	bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	services = {
		...{ log, history: room(), streams: createStreams({ db: database.db, log, config }) }
	} as Partial<Services> as Services;
});

function room(over: Partial<Parameters<typeof createHistory>[0]> = {}): History {
	return createHistory({
		...{ db: database.db, bus, log, leaseOf: () => token, retentionDays: async () => 30 },
		...over
	});
}

type Route = (event: RequestEvent) => Promise<Response>;

function ask(route: Route, query: object = {}, id = stream): Promise<Response> {
	const url = new URL('http://localhost/api/v1/x');
	for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
	const identity = { userId: 'u', email: 'u@example.org', name: 'U', role: 'viewer', via: 'session' };
	const locals = { services, identity, requestId: 'r' };
	return route({ request: new Request(url), url, params: { id }, locals } as unknown as RequestEvent);
}

async function points<S extends z.ZodType>(schema: S, route: Route, query: object = {}) {
	const response = await ask(route, query);
	expect(response.status).toBe(200);
	return z.array(schema).parse(await response.json());
}

async function table(route: Route, query: object = {}): Promise<string[]> {
	const response = await ask(route, { ...query, format: 'csv' });
	expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
	return (await response.text()).trimEnd().split('\r\n');
}

const at = (ms: number) => new Date(ms).toISOString();
const between = (from: number, to: number) => ({ from: at(from), to: at(to) });
const begin = (ms: number, step: number) => Math.floor(ms / step) * step;

/** Minutes, or hours, of a place: `avg` tells them apart. */
async function write(grain: 'flow_minutes' | 'flow_hours', from: number, many: number, avg: number) {
	await database.db.execute(sql`
		insert into ${sql.identifier(grain)} (stream_id, at, seconds, avg, max, count, total, direction, coherence, bins, magnitudes)
		select ${stream}, ${at(from)}::timestamptz + i * ${grain === 'flow_minutes' ? '1 minute' : '1 hour'}::interval,
			60, ${avg}, 9, 10, 576, 90, 1, array_fill(1::bigint, array[36]), array_fill(2::float8, array[36])
		from generate_series(0, ${many - 1}) i`);
}

describe('motion', () => {
	it('is read from seconds, minutes and hours, as the range asks for and what is kept', async () => {
		const now = Date.now();
		await writeSeconds(
			database.db,
			[20, 10].map((minutes) => ({ ...still(stream, now - minutes * MINUTE), avg: 1 }))
		);
		await write('flow_minutes', begin(now - 9 * 24 * HOUR, MINUTE), 9 * 1440, 2);
		await write('flow_hours', begin(now - 40 * 24 * HOUR, HOUR), 40 * 24, 3);
		const avgs = async (query: object) =>
			[...new Set((await points(flowPoint, flow.GET, query)).map(({ avg }) => avg))].sort();
		expect(await avgs({ range: '1h' })).toEqual([1]);
		expect(await avgs({ range: '24h' })).toEqual([2]);
		expect(await avgs({ range: '7d' })).toEqual([2]);
		expect(await avgs(between(now - 8 * 24 * HOUR, now - HOUR))).toContain(3);
		expect(await avgs(between(now - 2 * 24 * HOUR, now - 2 * 24 * HOUR + HOUR))).toEqual([2]);
		expect(await avgs(between(now - 39 * 24 * HOUR, now - 38.9 * 24 * HOUR))).toEqual([3]);
		for (const range of ['24h', '7d'])
			expect((await points(flowPoint, flow.GET, { range })).length).toBeLessThanOrEqual(1000);
	});

	it('has its newest seconds before they are rolled up, once', async () => {
		const now = Date.now();
		const minute = begin(now, MINUTE) - 3 * MINUTE;
		await write('flow_minutes', minute, 1, 2);
		await writeSeconds(database.db, [
			{ ...still(stream, minute + 1000), avg: 50 },
			{ ...still(stream, minute + MINUTE), avg: 6 },
			{ ...still(stream, now - 1000), avg: 6 }
		]);
		const told = await points(flowPoint, flow.GET, { range: '3h' });
		expect(told.map(({ avg }) => avg)).not.toContain(50);
		expect(told[0]!.avg).toBe(2);
		expect(told.at(-1)!.avg).toBe(6);
	});

	it('leaves gaps where nothing was recorded', async () => {
		const from = begin(Date.now() - 5 * HOUR, HOUR);
		await write('flow_minutes', from, 10, 1);
		await write('flow_minutes', from + 2 * HOUR, 10, 1);
		const told = await points(flowPoint, flow.GET, between(from, from + 3 * HOUR));
		expect(told.map((point) => (Date.parse(point.at) - from) / MINUTE)).toEqual([
			...Array.from({ length: 10 }, (_, i) => i),
			...Array.from({ length: 10 }, (_, i) => 120 + i)
		]);
	});

	it('is told by direction, and of a zone, through a new name of its stream', async () => {
		const now = Date.now();
		const bins = Array.from({ length: 36 }, (_, i) => i);
		const moved = { ...still(stream, begin(now, 5000) - 9000, ZONE), count: 3, bins, magnitudes: bins };
		await writeSeconds(database.db, [moved, { ...moved, at: moved.at + 1000 }, still(stream, now)]);
		await services.streams.patch(stream, { name: 'Another' });
		const [point, ...more] = await points(directionPoint, directions.GET, { range: '1h', zone_id: ZONE });
		expect(more).toEqual([]);
		expect(point).toMatchObject({ bins: bins.map((n) => 2 * n), magnitudes: bins.map((n) => 2 * n) });
		const [quiet] = await points(directionPoint, directions.GET, { range: '1h' });
		expect(quiet!.bins).toEqual(new Array(36).fill(0));
		const [header, row] = await table(directions.GET, { zone_id: ZONE });
		expect(header!.split(',').slice(0, 3)).toEqual(['at', 'vectors 0', 'vectors 10']);
		expect(row!.split(',')).toHaveLength(73);
	});

	it('is a table with a column each class', async () => {
		const seen = { count: 2, maxConfidence: 1, longestS: 3 };
		const now = Date.now();
		await writeSeconds(database.db, [
			{ ...still(stream, now - 20_000), objects: { person: seen } },
			{ ...still(stream, now - 2000), objects: { car: seen } }
		]);
		const [header, first, second] = await table(flow.GET);
		expect(header).toBe('at,zone_id,avg,max,count,direction,coherence,objects car,objects person');
		expect(first).toMatch(/,0,2$/);
		expect(second).toMatch(/,2,0$/);
	});
});

describe('how it did', () => {
	const status = (over: Partial<StreamStatus>): StreamStatus =>
		({
			...{ streamId: stream, runId: 'a', status: 'connected', fps: 8, latencyMs: 120, instance: 'one' },
			...{ framesProcessed: 0, framesDropped: 0, reconnects: 0, ...over }
		}) as StreamStatus;

	it('is recorded from what runs here say, under their lease, with the instance and the fleet', async () => {
		const vitals = {
			...{ rss_bytes: 5e9, rss_percent: 12, cpu_percent: 80, streams: 1 },
			...{ gpu_percent: null, gpu_memory_bytes: null }
		};
		const ports = {
			instance: 'one',
			vitals: async () => vitals,
			fleet: async () => ({ running: 3, deactivated: 2, error: 1 })
		};
		const history = room({ ports });
		history.start();
		bus.publish(subjects.status, status({}));
		await new Promise((resolve) => setTimeout(resolve, 300));
		bus.publish(subjects.status, status({ framesDropped: 2 }));
		await history.look();
		await history.stop();
		const [point] = await points(performancePoint, performance.GET, { range: '5m' });
		expect(point).toMatchObject({ connected: 1, fps: 8, latency_ms: 120, dropped: 2, reconnects: 0 });
		expect(await points(instancePoint, instances.GET, { range: '5m' })).toMatchObject([
			{ ...vitals, instance: 'one' }
		]);
		expect(await points(fleetPoint, fleet.GET, { range: '5m' })).toMatchObject([
			{ running: 3, deactivated: 2, error: 1 }
		]);
		expect(await table(fleet.GET, { range: '5m' })).toEqual([
			'at,running,deactivated,error',
			expect.stringMatching(/,3,2,1$/)
		]);
		expect(await table(instances.GET, { range: '5m' })).toHaveLength(2);
		expect(await table(performance.GET, { range: '5m' })).toHaveLength(2);
	});

	it('is not recorded of a lease that was lost, and of the fleet once', async () => {
		const look = async () => {
			const history = room({
				ports: {
					instance: randomUUID(),
					vitals: () => Promise.reject(new Error('no /proc')),
					fleet: async () => ({ running: 1, deactivated: 0, error: 0 })
				}
			});
			history.start();
			bus.publish(subjects.status, status({}));
			await new Promise((resolve) => setTimeout(resolve, 50));
			bus.publish(subjects.status, status({}));
			await history.look();
			return history;
		};
		await grantLease(database.db, stream, 'other');
		const [one, other] = await Promise.all([look(), look()]);
		await Promise.all([one.stop(), other.stop()]);
		expect(await points(performancePoint, performance.GET)).toEqual([]);
		expect(await points(instancePoint, instances.GET)).toEqual([]);
		const [{ n }] = (await database.db.execute<{ n: number }>(
			sql`select count(*)::int as n from fleet_samples`
		)) as unknown as [{ n: number }];
		// A half minute may have ended between the two.
		expect(n).toBeLessThanOrEqual(2);
		expect(n).toBeGreaterThan(0);
	});

	it('is unknown, and not zero, where nothing was told', async () => {
		const from = begin(Date.now() - HOUR, MINUTE);
		await database.db.execute(
			sql.raw(`insert into stream_samples values
				('${stream}', to_timestamp(${from / 1000}), 10, 0, null, null, null, 0, 0, 3),
				('${stream}', to_timestamp(${from / 1000 + 600}), 10, 10, 8, 100, 300, 80, 1, 0)`)
		);
		const told = await points(performancePoint, performance.GET, between(from, from + HOUR / 2));
		expect(told).toEqual([
			{ ...{ at: at(from), connected: 0, fps: null, latency_ms: null }, ...none, reconnects: 3 },
			{
				...{ at: at(from + 600_000), connected: 1, fps: 8, latency_ms: 100, latency_max_ms: 300 },
				...{ dropped: 1, reconnects: 0 }
			}
		]);
	});
	const none = { latency_max_ms: null, dropped: 0 };
});

it('detections are counted by class', async () => {
	const from = begin(Date.now() - 2 * HOUR, HOUR);
	const seen = (label: string, ms: number) =>
		sql`(${stream}, ${at(from + ms)}::timestamptz, ${label}, 0.9, 0, 0, 0.1, 0.1, 1)`;
	await database.db.execute(sql`
		insert into detections (stream_id, timestamp, label, confidence, x, y, width, height, track_id)
		values ${seen('person', 0)}, ${seen('person', 1000)}, ${seen('car', 2000)}, ${seen('=bike', 1_800_000)}`);
	expect(await points(detectionsPoint, counts.GET, between(from, from + HOUR))).toEqual([
		{ at: at(from), classes: { car: 1, person: 2 } },
		{ at: at(from + 1_800_000), classes: { '=bike': 1 } }
	]);
	expect(await table(counts.GET, between(from, from + HOUR))).toEqual([
		`at,'=bike,car,person`,
		`${at(from)},0,1,2`,
		`${at(from + 1_800_000)},1,0,0`
	]);
});

describe('bad input', () => {
	const every: [string, Route][] = [
		['flow', flow.GET],
		['directions', directions.GET],
		['performance', performance.GET],
		['detections', counts.GET],
		['instances', instances.GET],
		['fleet', fleet.GET]
	];
	const nonsense: [object, string][] = [
		[{ range: '2h' }, 'range'],
		[{ range: '-1d' }, 'range'],
		[{ range: "1h'; drop table streams" }, 'range'],
		[{ from: 'yesterday', to: 'today' }, 'from'],
		[{ from: '2026-11-21T00:00:00Z' }, 'to'],
		[{ from: '2026-11-21T00:00:00Z', to: '2026-11-20T00:00:00Z' }, 'to'],
		[{ from: '2020-11-21T00:00:00Z', to: '2026-11-20T00:00:00Z' }, 'from'],
		[{ format: 'xml' }, 'format']
	];

	it.each(every)('is refused in words: %s', async (_, route) => {
		for (const [query, path] of nonsense) {
			const response = await ask(route, query);
			const problem = (await response.json()) as { code: string; errors: { path: string }[] };
			expect([response.status, problem.code, problem.errors[0]!.path]).toEqual([400, 'invalid_input', path]);
		}
	});

	it.each(every.slice(0, 4))('of a stream there is not: %s', async (_, route) => {
		expect((await ask(route, {}, randomUUID())).status).toBe(404);
	});

	it('empty ranges, long past or yet to come, are no error', async () => {
		for (const [, route] of every) {
			expect(await points(z.any(), route, between(Date.UTC(2001, 1, 1), Date.UTC(2001, 1, 2)))).toEqual([]);
			expect(await points(z.any(), route, between(Date.UTC(2100, 1, 1), Date.UTC(2100, 1, 2)))).toEqual([]);
			expect(await table(route, { range: '7d' })).toHaveLength(1);
		}
	});
});
