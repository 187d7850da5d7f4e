// Alerts of several instances on one real database: who holds the stream writes, who lost it does not, and a breach stays one alert.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertsQuery, type RuleState } from '#lib/contracts/alert.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { schema } from '../db/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createFiles } from '../files/index.ts';
import { createStreams, type StreamsRoom } from '../streams/index.ts';
import { createAlerts, type Alerts, type StatusFeed } from './index.ts';
import { LOST_PICTURE, type Still } from './snapshot.ts';

const log = pino({ level: 'silent' });
const BEGIN = Date.parse('2026-11-20T10:00:00.000Z');
let database: TestDatabase;
let dataDir: string;
let streams: StreamsRoom;
let streamId: string;
let ruleId: string;
const opened: Instance[] = [];

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	dataDir = mkdtempSync(join(tmpdir(), 'vf-fence-'));
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	streams = createStreams({ db: database.db, log, config });
	streamId = (
		await streams.create(streamInput.parse({ name: 'Yard', rtsp_url: 'rtsp://10.0.0.5/live' }), 'test')
	).id;
	ruleId = await addRule({
		type: 'object_in_zone',
		...{ classes: ['person'], min_confidence: 0.4, mode: 'forbidden', presence: 'present' }
	});
});
afterEach(async () => {
	await Promise.all(opened.splice(0).map(({ alerts }) => alerts.stop(100)));
	rmSync(dataDir, { recursive: true, force: true });
});

async function addRule(condition: (typeof schema.rules.$inferInsert)['condition']): Promise<string> {
	const given = {
		stream_id: streamId,
		name: 'Rule',
		enabled: true,
		severity: 'critical',
		clip: false
	} as const;
	const times = { sustain_s: 0, release_s: 0, cooldown_s: 0 };
	const [row] = await database.db
		.insert(schema.rules)
		.values({ ...given, ...times, condition })
		.returning();
	return row!.id;
}

interface Instance {
	alerts: Alerts;
	bus: Bus;
	/** Takes the stream from whoever has it. */
	take(): Promise<void>;
	/** Knows that it has lost it. */
	lose(): void;
	say(state: RuleState['state'], at?: number): void;
	hear(status: StreamStatusWord, from: Parameters<Parameters<StatusFeed>[0]>[1]): void;
}

async function instance({
	relay = true,
	stillAt = async () => null
}: { relay?: boolean; stillAt?: () => Promise<Still | null> } = {}): Promise<Instance> {
	const bus = createMemoryBus(log);
	let token: number | null = null;
	let handle: Parameters<StatusFeed>[0] = () => {};
	const onStatus: StatusFeed = (handler) => {
		handle = handler;
		return () => {};
	};
	const alerts = createAlerts({
		...{ db: database.db, bus, log, dataDir, ffmpegPath: null, clipRingDir: null },
		files: createFiles({ dataDir, instance: 'test', objects: null, bus, log }),
		...{ leaseOf: () => token, onStatus, speaksForUnheld: relay, stillAt },
		timing: { backoff: { baseMs: 20, capMs: 50 } }
	});
	alerts.start();
	await alerts.settled();
	const one: Instance = {
		...{ alerts, bus },
		take: async () => void (token = await grantLease(database.db, streamId)),
		lose: () => void (token = null),
		say(state, at = 0) {
			const figures = { value: 1, peak: 1, labels: {} };
			bus.publish(subjects.ruleState, { ruleId, streamId, state, at: BEGIN + at, ...figures });
		},
		hear: (status, from) => handle({ streamId, status } as StreamStatus, from)
	};
	opened.push(one);
	return one;
}

async function told(): Promise<string[]> {
	await Promise.all(opened.map(({ alerts }) => alerts.settled()));
	const found = await opened[0]!.alerts.list(alertsQuery.parse({}));
	return found.map(({ status }) => status);
}
const outbox = async () => (await database.db.select().from(schema.outbox)).map(({ topic }) => topic);
const freed = () => database.db.delete(schema.leases);

describe('what a run says', () => {
	it('is dropped where the stream is not held', async () => {
		const one = await instance();
		one.say('firing');
		expect(await told()).toEqual([]);
	});

	it('is dropped where the lease was lost, known or not', async () => {
		const [one, two] = [await instance(), await instance()];
		await one.take();
		await two.take();
		one.say('firing');
		expect(await told()).toEqual([]);
		two.say('firing');
		one.say('clear', 1000);
		expect(await told()).toEqual(['firing']);
		expect(await outbox()).toEqual(['alert.firing']);
	});

	it('is dropped when the lease is lost between the word and the writing', async () => {
		let release = (_: null) => {};
		const one = await instance({ stillAt: () => new Promise((resolve) => (release = resolve)) });
		const two = await instance();
		await one.take();
		one.say('firing');
		await two.take();
		release(null);
		expect(await told()).toEqual([]);
	});

	it('counts when its lease is taken anew before it is written', async () => {
		let release = (_: null) => {};
		const one = await instance({ stillAt: () => new Promise((resolve) => (release = resolve)) });
		await one.take();
		one.say('firing');
		const first = release;
		await one.take();
		one.say('firing', 500);
		first(null);
		await expect.poll(() => release !== first && (release(null), true)).toBe(true);
		expect(await told()).toEqual(['firing']);
	});

	it('counts under a lease that expired and that nobody took', async () => {
		const one = await instance();
		await one.take();
		await database.db.execute(sql`update leases set expires_at = now() - interval '1 minute'`);
		one.say('firing');
		expect(await told()).toEqual(['firing']);
	});
});

describe('a breach over a failover', () => {
	it('that goes on stays one alert', async () => {
		const [one, two] = [await instance(), await instance()];
		await one.take();
		one.say('firing');
		expect(await told()).toEqual(['firing']);
		await two.take();
		two.say('firing', 9000);
		one.say('clear', 9500);
		expect(await told()).toEqual(['firing']);
		two.say('clear', 20_000);
		expect(await told()).toEqual(['resolved']);
		expect(await outbox()).toEqual(['alert.firing', 'alert.resolved']);
	});

	it('that ended meanwhile is ended by the first word of the next holder', async () => {
		const [one, two] = [await instance(), await instance()];
		await one.take();
		one.say('firing');
		await told();
		await two.take();
		two.say('clear', 7000);
		expect(await told()).toEqual(['resolved']);
	});

	it('leaves the picture of the other instance to it, for a while', async () => {
		const one = await instance();
		await one.take();
		one.say('firing');
		await told();
		await database.db.update(schema.alerts).set({ snapshot_problem: null });
		const two = await instance();
		const [alert] = await two.alerts.list(alertsQuery.parse({}));
		await two.alerts.settled();
		expect(await two.alerts.get(alert!.id)).toMatchObject({ snapshot_problem: null });
		await database.db.update(schema.alerts).set({ created_at: sql`now() - interval '1 hour'` });
		await (await instance()).alerts.settled();
		expect(await two.alerts.get(alert!.id)).toMatchObject({ snapshot_problem: LOST_PICTURE });
	});
});

describe('rules on health', () => {
	beforeEach(async () => {
		ruleId = await addRule({ type: 'stream_health', state: 'not_connected' });
	});

	it('of a camera that nobody runs are told by every relay, and are one alert that its next holder ends', async () => {
		const [one, two, worker] = [await instance(), await instance(), await instance({ relay: false })];
		for (const each of opened) each.hear('worker_down', 'nobody');
		expect(await told()).toEqual(['firing']);
		await worker.take();
		for (const relay of [one, two]) relay.hear('connected', 'elsewhere');
		expect(await told()).toEqual(['firing']);
		worker.hear('connected', 'here');
		expect(await told()).toEqual(['resolved']);
		expect(await outbox()).toEqual(['alert.firing', 'alert.resolved']);
	});

	it('of such a camera are no business of an instance that is no relay', async () => {
		const worker = await instance({ relay: false });
		worker.hear('worker_down', 'nobody');
		expect(await told()).toEqual([]);
	});

	it('are not told by whoever believes that nobody runs it while somebody does, until it is so', async () => {
		const [relay, holder] = [await instance(), await instance({ relay: false })];
		await holder.take();
		relay.hear('worker_down', 'nobody');
		expect(await told()).toEqual([]);
		await database.db.execute(sql`update leases set expires_at = now() - interval '1 second'`);
		await expect.poll(told, { timeout: 5000 }).toEqual(['firing']);
	});

	it('go on over a failover of their holder: the next one knows how they stand', async () => {
		const [one, two] = [await instance(), await instance()];
		await one.take();
		one.hear('stream_error', 'here');
		two.hear('stream_error', 'elsewhere');
		expect(await told()).toEqual(['firing']);
		one.lose();
		await two.take();
		two.hear('stream_error', 'here');
		one.hear('stream_error', 'elsewhere');
		expect(await told()).toEqual(['firing']);
		two.hear('connected', 'here');
		one.hear('connected', 'elsewhere');
		expect(await told()).toEqual(['resolved']);
	});

	it('raise what nobody was left to tell: the holder died with its camera', async () => {
		const [one, two] = [await instance(), await instance()];
		await one.take();
		one.hear('connected', 'here');
		two.hear('connected', 'elsewhere');
		await one.alerts.stop(0);
		await freed();
		two.hear('worker_down', 'nobody');
		expect(await told()).toEqual(['firing']);
	});

	it('end when the camera is deactivated, though its lease is given back a moment later', async () => {
		const [one] = [await instance()];
		await one.take();
		one.hear('stream_error', 'here');
		expect(await told()).toEqual(['firing']);
		await streams.setActive(streamId, false);
		one.lose();
		one.bus.publish(subjects.watchChange, { streamId });
		await new Promise((resolve) => setTimeout(resolve, 1200));
		expect(await told()).toEqual(['firing']);
		await freed();
		await expect.poll(told, { timeout: 5000 }).toEqual(['resolved']);
	});
});
