// The alerts room on a real database: one alert a breach, through restarts, outages and whatever happens to its rule.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { alertRecord, alertsQuery, type AlertRecord, type RuleState } from '#lib/contracts/alert.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createMemoryBus, subjects, type Bus, type StreamChange } from '../bus/index.ts';
import { schema } from '../db/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createFiles } from '../files/index.ts';
import { createStreams, type StreamsRoom } from '../streams/index.ts';
import { createAlerts, type Alerts, type AlertsDeps, type StatusFeed } from './index.ts';
import { LOST_PICTURE, type Still } from './snapshot.ts';

const log = pino({ level: 'silent' });
const JPEG = Buffer.from('a picture');
const still: Still = { drawn: async () => JPEG };
const BEGIN = Date.parse('2026-11-20T10:00:00.000Z');

let database: TestDatabase;
let dataDir: string;
let bus: Bus;
let streams: StreamsRoom;
let alerts: Alerts;
let streamId: string;
let ruleId: string;
/** Of the stream, while it is run here. */
let token: number | null;
const opened: Alerts[] = [];

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	dataDir = mkdtempSync(join(tmpdir(), 'vf-alerts-'));
	bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	const onChange = (change: StreamChange) => bus.publish(subjects.streamChange, change);
	streams = createStreams({ db: database.db, log, config, onChange });
	streamId = (await streams.create(streamInputOf({ name: 'Yard', rtsp_url: 'rtsp://10.0.0.5/live' }), 'test'))
		.id;
	ruleId = await addRule();
	token = await grantLease(database.db, streamId);
	alerts = room();
	alerts.start();
	await alerts.settled();
});
afterEach(async () => {
	await Promise.all(opened.splice(0).map((one) => one.stop(100)));
	rmSync(dataDir, { recursive: true, force: true });
});

function streamInputOf(fields: object) {
	return streamInput.parse(fields);
}

/** Every status is this instance's own. */
const told: StatusFeed = (handler) => bus.subscribe(subjects.status, (status) => handler(status, 'here'));

function room(over: Partial<AlertsDeps> = {}): Alerts {
	const one = createAlerts({
		db: database.db,
		bus,
		log,
		dataDir,
		files: createFiles({ dataDir, instance: 'test', objects: null, bus, log }),
		leaseOf: () => token,
		onStatus: told,
		speaksForUnheld: true,
		ffmpegPath: null,
		clipRingDir: null,
		stillAt: async () => still,
		timing: { backoff: { baseMs: 20, capMs: 50 } },
		...over
	});
	opened.push(one);
	return one;
}

async function addRule(over: Partial<typeof schema.rules.$inferInsert> = {}): Promise<string> {
	const [row] = await database.db
		.insert(schema.rules)
		.values({
			stream_id: streamId,
			name: 'Person in the yard',
			enabled: true,
			severity: 'critical',
			condition: {
				type: 'object_in_zone',
				classes: ['person'],
				min_confidence: 0.4,
				mode: 'forbidden',
				presence: 'present'
			},
			sustain_s: 1,
			release_s: 3,
			cooldown_s: 30,
			clip: false,
			...over
		})
		.returning();
	return row!.id;
}

function say(state: RuleState['state'], at = 0, over: Partial<RuleState> = {}): void {
	bus.publish(subjects.ruleState, {
		ruleId,
		streamId,
		state,
		at: BEGIN + at,
		value: 1,
		peak: state === 'clear' ? 3 : 1,
		labels: { class: 'person' },
		...over
	});
}

const all = (query: object = {}) => alerts.list(alertsQuery.parse(query));
const outbox = () => database.db.select().from(schema.outbox).orderBy(schema.outbox.id);

async function only(): Promise<AlertRecord> {
	await alerts.settled();
	const found = await all();
	expect(found).toHaveLength(1);
	return found[0]!;
}

describe('one breach', () => {
	it('is one alert, told with its outbox row, however often it is told', async () => {
		const heard: AlertRecord[] = [];
		bus.subscribe(subjects.alert, (alert) => heard.push(alert));
		for (let i = 0; i < 5; i++) say('firing', i * 100);
		await alerts.settled();
		say('firing', 900);
		const alert = await only();
		expect(() => alertRecord.parse(alert)).not.toThrow();
		expect(alert).toMatchObject({
			status: 'firing',
			severity: 'critical',
			name: 'Person in the yard',
			stream_name: 'Yard',
			rule_id: ruleId,
			starts_at: new Date(BEGIN).toISOString(),
			ends_at: null,
			summary: 'A person in the picture.',
			labels: { class: 'person' },
			deliveries: { total: 0, delivered: 0, pending: 0, failed: 0 }
		});
		const [row, ...more] = await outbox();
		expect(more).toEqual([]);
		expect(row).toMatchObject({ topic: 'alert.firing', subject_id: alert.id, handled_at: null });
		expect(alertRecord.parse(row!.payload)).toMatchObject({
			id: alert.id,
			snapshot_url: `/api/v1/alerts/${alert.id}/snapshot.jpg`
		});
		expect(heard.map(({ id }) => id)).toEqual([alert.id, alert.id]);
	});

	it('ends with its peak and its reason, and the next one is another alert of the same fingerprint', async () => {
		say('firing');
		say('clear', 8000);
		say('clear', 9000);
		const first = await only();
		expect(first).toMatchObject({
			status: 'resolved',
			ends_at: new Date(BEGIN + 8000).toISOString(),
			end_reason: null,
			peak: 3
		});
		say('firing', 60_000);
		await alerts.settled();
		const [second] = await all();
		expect(second).toMatchObject({ status: 'firing', fingerprint: first.fingerprint });
		expect((await outbox()).map(({ topic }) => topic)).toEqual([
			'alert.firing',
			'alert.resolved',
			'alert.firing'
		]);
	});

	it('never ends before it began', async () => {
		say('firing');
		say('clear', -60_000);
		expect((await only()).ends_at).toBe(new Date(BEGIN).toISOString());
	});

	it('is recorded whatever a model calls its classes', async () => {
		say('firing', 0, { labels: { class: 'nul \u0000 and half \ud83d' } });
		expect((await only()).labels).toEqual({ class: 'nul  and half \ufffd' });
	});

	it('goes on through a restart, and is ended by the first clear after it', async () => {
		say('firing');
		const { id } = await only();
		await alerts.stop();
		alerts = room();
		alerts.start();
		say('firing', 20_000);
		expect(await only()).toMatchObject({ id, status: 'firing' });
		say('clear', 30_000, { peak: null });
		expect(await only()).toMatchObject({ id, status: 'resolved', peak: 1 });
	});

	it('of two instances at once is one alert', async () => {
		const other = room();
		other.start();
		say('firing');
		await other.settled();
		await only();
		expect(await outbox()).toHaveLength(1);
	});
});

describe('a rule or a camera that is gone', () => {
	const firing = async () => {
		say('firing');
		return only();
	};

	it('ends the alert when the rule is deleted', async () => {
		await firing();
		await database.db.delete(schema.rules);
		bus.publish(subjects.watchChange, { streamId });
		expect(await only()).toMatchObject({
			status: 'resolved',
			end_reason: 'The rule was deleted.',
			rule_id: null
		});
	});

	it('ends it when the rule is switched off, and opens none of such a rule', async () => {
		await firing();
		await database.db.update(schema.rules).set({ enabled: false });
		bus.publish(subjects.watchChange, { streamId });
		expect(await only()).toMatchObject({ end_reason: 'The rule was switched off.' });
		say('firing', 60_000);
		await only();
	});

	it('ends it when the camera is deactivated', async () => {
		await firing();
		await streams.setActive(streamId, false);
		expect(await only()).toMatchObject({ status: 'resolved', end_reason: 'The camera was deactivated.' });
	});

	it('ends it when the camera is removed, and keeps the alert', async () => {
		await firing();
		await streams.remove(streamId);
		expect(await only()).toMatchObject({
			status: 'resolved',
			end_reason: 'The camera was removed.',
			stream_name: 'Yard'
		});
	});

	it.each([
		['is deleted', () => database.db.delete(schema.zones), 'The zone was deleted.'],
		[
			'becomes a line',
			() =>
				database.db.update(schema.zones).set({
					kind: 'line',
					points: [
						[0, 0],
						[1, 1]
					]
				}),
			'The zone was drawn anew as one that the rule cannot look at.'
		]
	])('ends it when its zone %s, and opens none of such a rule', async (_, change, end_reason) => {
		const points: [number, number][] = [
			[0, 0],
			[1, 0],
			[1, 1]
		];
		const [zone] = await database.db
			.insert(schema.zones)
			.values({ stream_id: streamId, name: 'Dock', kind: 'polygon', points })
			.returning();
		await database.db.update(schema.rules).set({ zone_id: zone!.id });
		await firing();
		await change();
		bus.publish(subjects.watchChange, { streamId });
		expect(await only()).toMatchObject({ status: 'resolved', end_reason, zone_name: 'Dock' });
		say('firing', 60_000);
		await only();
	});

	it('ends at start what lost its rule while the server was down', async () => {
		await firing();
		await alerts.stop();
		await database.db.delete(schema.rules);
		alerts = room();
		alerts.start();
		expect(await only()).toMatchObject({ status: 'resolved', end_reason: 'The rule was deleted.' });
	});

	it('leaves alerts of other rules alone', async () => {
		await firing();
		await addRule({ name: 'Other' });
		bus.publish(subjects.watchChange, { streamId });
		expect(await only()).toMatchObject({ status: 'firing' });
	});
});

describe('a database that is away', () => {
	/** A handle on the database whose transactions fail as a driver without a server fails. */
	function flaky() {
		const down = { is: true };
		const away = Object.assign(new Error('Failed query'), {
			query: 'begin',
			cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', query: 'begin' })
		});
		const db = new Proxy(database.db, {
			get(target, key, receiver) {
				if (down.is && (key === 'transaction' || key === 'update' || key === 'select'))
					return () => {
						throw away;
					};
				return Reflect.get(target, key, receiver) as unknown;
			}
		});
		return { db, down };
	}

	it('loses no alert, and keeps when each began', async () => {
		await alerts.stop();
		const { db, down } = flaky();
		const cut = room({ db });
		cut.start();
		say('firing', 0);
		say('clear', 5000);
		say('firing', 60_000);
		await new Promise((resolve) => setTimeout(resolve, 150));
		expect(await all()).toEqual([]);
		down.is = false;
		await cut.settled();
		const found = await all();
		expect(found.map(({ starts_at, status }) => [Date.parse(starts_at) - BEGIN, status])).toEqual([
			[60_000, 'firing'],
			[0, 'resolved']
		]);
		expect(await outbox()).toHaveLength(3);
		expect(found.every(({ snapshot_url }) => snapshot_url !== null)).toBe(true);
	});

	it('holds a bounded number of begins and ends of a rule, joining the newest breaches', async () => {
		await alerts.stop();
		const { db, down } = flaky();
		const cut = room({ db });
		cut.start();
		for (let i = 0; i < 1000; i++) {
			say('firing', i * 2000);
			say('clear', i * 2000 + 1000);
		}
		down.is = false;
		await cut.settled();
		const found = await all({ limit: 1000 });
		expect(found).toHaveLength(120);
		expect(found[0]).toMatchObject({
			starts_at: new Date(BEGIN + 119 * 2000).toISOString(),
			ends_at: new Date(BEGIN + 999 * 2000 + 1000).toISOString()
		});
	});

	it('a state that the database refuses does not hold up others', async () => {
		const second = await addRule({ name: 'Second' });
		say('firing', NaN);
		say('firing', 10, { ruleId: second });
		expect(await only()).toMatchObject({ name: 'Second' });
	});
});

describe('the picture', () => {
	it('is stored whole after the alert, and told', async () => {
		const drawn = vi.fn(still.drawn);
		await alerts.stop();
		alerts = room({ stillAt: async () => ({ drawn }) });
		alerts.start();
		const [zone] = await database.db
			.insert(schema.zones)
			.values({
				stream_id: streamId,
				name: 'Dock',
				kind: 'polygon',
				points: [
					[0, 0],
					[1, 0],
					[1, 1]
				]
			})
			.returning();
		await database.db.update(schema.rules).set({ zone_id: zone!.id });
		say('firing');
		const { id, snapshot_url, zone_name, summary } = await only();
		expect(snapshot_url).toBe(`/api/v1/alerts/${id}/snapshot.jpg`);
		expect(zone_name).toBe('Dock');
		expect(summary).toBe('A person in Dock.');
		expect(drawn).toHaveBeenCalledWith({
			arrows: true,
			zone: expect.objectContaining({ name: 'Dock' }) as unknown
		});
		expect(readFileSync(await alerts.file(id, 'snapshot'))).toEqual(JPEG);
		await expect(alerts.file(id, 'clip')).rejects.toThrow('This alert has no clip.');
	});

	it.each<[string, Partial<AlertsDeps>, RegExp]>([
		['no camera picture', { stillAt: async () => null }, /No current picture/],
		[
			'a drawing that fails',
			{ stillAt: async () => ({ drawn: () => Promise.reject(new Error('x')) }) },
			/drawn/
		],
		['a live room that fails', { stillAt: () => Promise.reject(new Error('x')) }, /No current picture/]
	])('is missing with a reason: %s', async (_, over, words) => {
		await alerts.stop();
		alerts = room(over);
		alerts.start();
		say('firing');
		const alert = await only();
		expect(alert).toMatchObject({ status: 'firing', snapshot_url: null });
		expect(alert.snapshot_problem).toMatch(words);
		await expect(alerts.file(alert.id, 'snapshot')).rejects.toThrow(alert.snapshot_problem!);
	});

	it('that a killed server never stored says so after the next start', async () => {
		say('firing');
		const { id } = await only();
		await database.db.update(schema.alerts).set({ snapshot_path: null }).where(eq(schema.alerts.id, id));
		const next = room();
		next.start();
		await next.settled();
		expect(await next.get(id)).toMatchObject({ snapshot_url: null, snapshot_problem: LOST_PICTURE });
	});

	it('that cannot be written harms nothing: a file stands where its folder should', async () => {
		writeFileSync(join(dataDir, 'alerts'), 'in the way');
		say('firing');
		say('clear', 1000);
		expect(await only()).toMatchObject({
			status: 'resolved',
			snapshot_url: null,
			snapshot_problem: expect.stringMatching(/file stands where a folder/) as string
		});
	});
});

describe('rules on health', () => {
	it('fire while the stream is not connected, and end', async () => {
		ruleId = await addRule({
			name: 'Lost',
			condition: { type: 'stream_health', state: 'not_connected' },
			sustain_s: 0,
			release_s: 0,
			cooldown_s: 0
		});
		bus.publish(subjects.watchChange, { streamId });
		await alerts.settled();
		const status = (word: StreamStatus['status']) =>
			bus.publish(subjects.status, { streamId, status: word } as StreamStatus);
		status('connected');
		status('stream_error');
		expect(await only()).toMatchObject({ name: 'Lost', status: 'firing' });
		status('connected');
		expect(await only()).toMatchObject({ status: 'resolved', end_reason: null });
	});
});

describe('people', () => {
	it('acknowledge once: whoever was first stays', async () => {
		say('firing');
		const { id } = await only();
		const heard = vi.fn();
		bus.subscribe(subjects.alert, heard);
		const first = await alerts.acknowledge(id, 'ann@example.org');
		expect(first).toMatchObject({ acknowledged_by: 'ann@example.org', status: 'firing' });
		expect(await alerts.acknowledge(id, 'bob@example.org')).toEqual(first);
		expect(heard).toHaveBeenCalledTimes(2);
		expect(await all({ acknowledged: 'false' })).toEqual([]);
	});

	it.each(['none', '00000000-0000-4000-8000-000000000000'])('hear that there is no alert %s', async (id) => {
		const calls = [() => alerts.get(id), () => alerts.acknowledge(id, 'x'), () => alerts.file(id, 'clip')];
		for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not_found' });
	});

	it('filter, search and page', async () => {
		const other = await addRule({ name: '100% of_it', severity: 'info' });
		for (let i = 0; i < 3; i++) {
			say('firing', i * 10_000);
			say('clear', i * 10_000 + 1000);
		}
		say('firing', 40_000, { ruleId: other });
		await alerts.settled();
		expect(await all({ severity: 'info,warning' })).toHaveLength(1);
		expect(await all({ status: 'firing' })).toHaveLength(1);
		expect(await all({ source: 'grafana' })).toEqual([]);
		expect(await all({ rule_id: ruleId })).toHaveLength(3);
		expect(await all({ q: 'YARD person' })).toHaveLength(4); // of the camera Yard; and its words
		expect(await all({ q: '0% of_' })).toHaveLength(1);
		expect(await all({ q: '%' })).toHaveLength(1);
		expect(await all({ q: '\\' })).toEqual([]);
		const page = await all({ limit: 2 });
		const next = await all({ limit: 2, before: page[1]!.starts_at });
		expect([...page, ...next].map(({ starts_at }) => Date.parse(starts_at) - BEGIN)).toEqual([
			40_000, 20_000, 10_000, 0
		]);
	});

	it('see how far its channels have it', async () => {
		say('firing');
		const { id } = await only();
		const [channel] = await database.db
			.insert(schema.channels)
			.values({
				name: 'Hook',
				type: 'webhook',
				enabled: true,
				min_interval_s: 0,
				max_per_hour: 600,
				notify_resolved: true,
				config: {},
				sealed_config: ''
			})
			.returning();
		const [{ id: outboxId } = { id: 0 }] = await outbox();
		for (const [i, state] of (['delivered', 'failed', 'pending', 'held_back'] as const).entries()) {
			await database.db.insert(schema.deliveries).values({
				outbox_id: outboxId + i,
				channel_id: channel!.id,
				alert_id: id,
				event: 'alert.firing',
				payload: {},
				state
			});
		}
		expect((await alerts.get(id)).deliveries).toEqual({ total: 4, delivered: 1, pending: 1, failed: 1 });
	});
});

describe('forgetting', () => {
	it('removes ended alerts with their files, and never one that fires', async () => {
		say('firing');
		say('clear', 1000);
		say('firing', 5000);
		await alerts.settled();
		const [, old] = await all();
		const path = await alerts.file(old!.id, 'snapshot');
		expect(await alerts.prune(new Date(BEGIN + 60_000))).toBe(1);
		expect(await alerts.prune(new Date(BEGIN + 60_000))).toBe(0);
		expect(() => readFileSync(path)).toThrow('ENOENT');
		expect(await only()).toMatchObject({ status: 'firing' });
	});

	it('names the files that belong to alerts', async () => {
		say('firing');
		const { id } = await only();
		const path = (await alerts.file(id, 'snapshot')).slice(dataDir.length + 1);
		const stranger = path.replace(id, '00000000-0000-4000-8000-000000000000');
		expect(await alerts.knownFiles([path, stranger, 'alerts/x'])).toEqual(new Set([path]));
	});

	it('removes clips before their alerts, and says so', async () => {
		say('firing');
		const { id } = await only();
		await database.db
			.update(schema.alerts)
			.set({ clip_path: '2026-11/x.mp4' })
			.where(eq(schema.alerts.id, id));
		expect(await alerts.pruneClips(new Date(BEGIN + 1))).toBe(1);
		expect(await alerts.pruneClips(new Date(BEGIN + 1))).toBe(0);
		expect(await only()).toMatchObject({
			clip_url: null,
			clip_problem: expect.stringContaining('removed') as string
		});
	});
});
