// Seconds on a real PostgreSQL: written in batches while streams run, read thinned or whole, pruned, never in the way.
import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rangeQuery } from '#lib/contracts/charts.ts';
import { flowPoint, type FlowRange, type StreamFacts, type ZoneFacts } from '#lib/contracts/facts.ts';
import { dryRunInput } from '#lib/contracts/rule.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { facts, flow, people } from '#lib/rules/testing.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { schema } from '../db/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createRules } from '../rules/index.ts';
import { createStreams } from '../streams/index.ts';
import { createHistory, type History } from './index.ts';
import { createQueue } from './queue.ts';
import { timeRange } from './reading/rules.ts';
import { createRecorder } from './recorder.ts';
import { MOST_WAITING, rowsOf } from './seconds.ts';
import { insertSamples, type SampleRow } from './store.ts';

const log = pino({ level: 'silent' });
const ZONE = randomUUID();
let database: TestDatabase;
let bus: Bus;
let history: History;
let stream: string;
/** Of every stream, while they are run here. */
let token: number | null;

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	bus = createMemoryBus(log);
	history = createHistory({
		...{ db: database.db, bus, log },
		leaseOf: () => token,
		retentionDays: async () => 30
	});
	const streams = createStreams({
		...{ db: database.db, log },
		config: { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'one' }
	});
	stream = (await streams.create(streamInput.parse({ name: 'One', rtsp_url: 'rtsp://10.0.0.5/x' }), 'test'))
		.id;
	token = await grantLease(database.db, stream);
});

/** Writes these seconds, the last of them now. */
async function keep(zones: ZoneFacts[][], now = Date.now()): Promise<void> {
	history.start();
	zones.forEach((shown, i) => {
		const told: StreamFacts = { streamId: stream, at: now - (zones.length - 1 - i) * 1000, zones: shown };
		bus.publish(subjects.facts, told);
	});
	await history.stop();
}

async function all(zoneId: string | null, directions = true) {
	return [...(await history.seconds(stream, zoneId, new Date(0), { directions }))];
}

const read = (zoneId: string | null, range: FlowRange) =>
	history.flow(stream, zoneId, timeRange(rangeQuery.parse({ range })));

const rows = async () =>
	Number((await database.db.execute<{ n: string }>(sql`select count(*) n from flow_samples`))[0]!.n);

describe('what is stored', () => {
	const picture = facts({ zoneId: null, flow: flow(10, 2.5, 90) });
	const gate = {
		...people(3, { maxConfidence: 0.75, longestS: 4.5 }),
		zoneId: ZONE,
		flow: flow(4, 1.5, 350)
	};
	const door = facts({ zoneId: randomUUID(), flow: null, crossings: { person: { in: 1, out: 2 } } });

	it('comes back as it was', async () => {
		await keep([[picture, gate, door]]);
		expect((await all(null)).map((second) => second.facts)).toEqual([picture]);
		expect((await all(ZONE)).map((second) => second.facts)).toEqual([gate]);
		expect((await all(door.zoneId)).map((second) => second.facts)).toEqual([door]);
		const [bare] = await all(null, false);
		expect(bare!.facts.flow).toMatchObject({ avg: 2.5, count: 10 });
		expect(bare!.facts.flow!.bins.every((vectors) => vectors === 0)).toBe(true);
	});

	it('is in order, from a moment on', async () => {
		const now = Date.now();
		await keep(
			Array.from({ length: 30 }, (_, i) => [people(i)]).map(([one]) => [{ ...one!, zoneId: null }]),
			now
		);
		const seconds = await all(null);
		expect(seconds).toHaveLength(30);
		expect(seconds.at(-1)).toMatchObject({ at: now, facts: { objects: { person: { count: 29 } } } });
		expect([
			...(await history.seconds(stream, null, new Date(now - 9500), { directions: false }))
		]).toHaveLength(10);
	});

	it('leaves out streams that are gone, and keeps the rest of the batch', async () => {
		history.start();
		bus.publish(subjects.facts, { streamId: randomUUID(), at: Date.now(), zones: [picture] });
		bus.publish(subjects.facts, { streamId: stream, at: Date.now(), zones: [picture] });
		await history.stop();
		expect(await rows()).toBe(1);
	});

	it('is written every second while streams run, and nothing after the end', async () => {
		history.start();
		bus.publish(subjects.facts, { streamId: stream, at: Date.now(), zones: [picture] });
		await vi.waitFor(async () => expect(await rows()).toBe(1), { timeout: 5000, interval: 100 });
		await history.stop();
		bus.publish(subjects.facts, { streamId: stream, at: Date.now(), zones: [picture] });
		await sleep(50);
		expect(await rows()).toBe(1);
	});

	it('is what the holder of the lease saw: nothing said without it, and nothing of a lease lost meanwhile', async () => {
		history.start();
		const say = () => bus.publish(subjects.facts, { streamId: stream, at: Date.now(), zones: [picture] });
		say();
		token = null;
		say();
		token = await grantLease(database.db, stream, 'other');
		say();
		say();
		await history.stop();
		expect(await rows()).toBe(2);
	});

	it('goes with its stream', async () => {
		history.start();
		bus.publish(subjects.facts, { streamId: stream, at: Date.now(), zones: [picture] });
		await history.flush();
		expect(await rows()).toBe(1);
		await database.db.delete(schema.streams);
		bus.publish(subjects.streamChange, { streamId: stream, change: 'deleted' });
		await vi.waitFor(async () => expect(await rows()).toBe(0), { timeout: 5000, interval: 50 });
		await history.stop();
	});
});

describe('the charts', () => {
	it('get a point a second for a short time', async () => {
		const shown = { ...people(2), zoneId: null, flow: flow(10, 2, 90) };
		await keep([[shown], [shown], [shown]]);
		const points = await read(null, '5m');
		expect(points).toHaveLength(3);
		expect(flowPoint.parse(points[0])).toMatchObject({
			...{ zone_id: null, avg: 2, max: 2, count: 10, coherence: 1, objects: { person: 2 } }
		});
		expect(points[0]!.direction).toBeCloseTo(90, 3);
		expect(await read(ZONE, '5m')).toEqual([]);
	});

	it('get means and greatest of several for a longer one', async () => {
		// An hour in at most 1000 points: five seconds each. These four are one of them.
		const now = Math.floor(Date.now() / 5000) * 5000 - 1000;
		await keep(
			[
				[{ ...people(1), zoneId: ZONE, flow: flow(10, 1, 350) }],
				[{ ...people(4), zoneId: ZONE, flow: flow(10, 3, 10) }],
				[
					{
						...facts({ objects: { car: { count: 1, maxConfidence: 1, longestS: 0 } } }),
						zoneId: ZONE,
						flow: flow(10, 2, 0)
					}
				],
				[{ ...facts(), zoneId: ZONE }]
			],
			now
		);
		const [point, ...more] = await read(ZONE, '1h');
		expect(more).toEqual([]);
		expect(point).toMatchObject({
			avg: 1.5,
			max: 3,
			count: 8,
			coherence: 0.75,
			objects: { person: 4, car: 1 }
		});
		// Around the circle, not through it.
		expect(Math.min(point!.direction!, 360 - point!.direction!)).toBeLessThan(0.01);
	});

	it('say nothing of a direction where nothing moved', async () => {
		await keep([[facts({ zoneId: null })]]);
		expect(await read(null, '5m')).toMatchObject([{ direction: null, avg: 0, objects: {} }]);
	});
});

it('a day is thinned to a thousand points, and tried in about a second while nobody waits long', async () => {
	await database.db.execute(sql`
		insert into flow_samples (stream_id, zone_id, at, avg, max, count, total, direction, coherence, bins, magnitudes, objects)
		select ${stream}, null, now() - i * interval '1 second', random() * 3, 4, 20, 576, 90, 0.8,
			array_fill(2::smallint, array[36]), array_fill(2.5::real, array[36]),
			'{"person":{"count":3,"maxConfidence":0.8,"longestS":12.5}}'
		from generate_series(0, 86399) i`);
	await history.rollUp();
	const points = await read(null, '24h');
	// Two minutes each.
	expect(points.length).toBeGreaterThan(715);
	expect(points.length).toBeLessThanOrEqual(722);

	const rules = createRules({ db: database.db, seconds: history.seconds, onChange: () => {} });
	const waits = monitorEventLoopDelay({ resolution: 5 });
	waits.enable();
	const started = performance.now();
	const condition = { type: 'flow_direction', direction_deg: 90 };
	const result = await rules.dryRun(dryRunInput.parse({ stream_id: stream, condition, range_s: 86_400 }));
	const took = performance.now() - started;
	waits.disable();
	expect(result.covered_s).toBeGreaterThan(86_000);
	expect(result.firings).toHaveLength(1);
	expect(result.series.points.length).toBeLessThanOrEqual(1000);
	// Some 1.5 s to read and judge, and waits of 50 ms; a machine that is busy elsewhere may take several times that.
	expect(took).toBeLessThan(15_000);
	expect(waits.max / 1e6).toBeLessThan(1000);
});

describe('a database that is away', () => {
	const away = () =>
		Object.assign(new Error('connect ECONNREFUSED'), { query: 'insert', code: 'ECONNREFUSED' });
	const second: StreamFacts = { streamId: randomUUID(), at: 0, zones: [facts({ zoneId: null })] };

	function recorder(take: (rows: readonly SampleRow[]) => Promise<void>) {
		const queue = createQueue<SampleRow>(MOST_WAITING, async (rows) => {
			await take(rows);
			return rows.length;
		});
		const add = (told: StreamFacts) => queue.add(rowsOf(told, 1));
		return { add, ...createRecorder([queue], () => {}, log) };
	}

	it('gets what waited once it is back, the oldest given up beyond the bound', async () => {
		let isAway = true;
		const got: SampleRow[] = [];
		const { add, start, stop } = recorder(async (batch) => {
			if (isAway) throw away();
			got.push(...batch);
		});
		start();
		for (let i = 0; i < MOST_WAITING + 500; i++) add({ ...second, at: i });
		await sleep(1200);
		expect(got).toEqual([]);
		isAway = false;
		await stop(5000);
		expect(got).toHaveLength(MOST_WAITING);
		expect(got[0]!.at).toBe(new Date(500).toISOString());
	});

	it('does not hold up the end', async () => {
		const { add, stop } = recorder(() => new Promise(() => {}));
		add(second);
		const started = performance.now();
		await stop(100);
		expect(performance.now() - started).toBeLessThan(2000);
	});

	it('is not what refuses a batch: that is given up, and the next is written', async () => {
		const got: SampleRow[] = [];
		let asked = 0;
		const { add, start, stop } = recorder(async (batch) => {
			if (asked++ === 0) throw new Error('invalid input syntax');
			got.push(...batch);
		});
		start();
		add(second);
		await sleep(1200);
		add({ ...second, at: 7 });
		await stop(1000);
		expect(got.map(({ at }) => at)).toEqual([new Date(7).toISOString()]);
	});

	it('is told apart from one that works', async () => {
		const bad = { stream_id: stream, at: 'never' } as SampleRow;
		await expect(insertSamples(database.db, [bad])).rejects.toThrow();
	});
});
