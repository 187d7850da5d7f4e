// Received alerts on a real PostgreSQL: one row an alert, whatever order, however often, from however many at once.
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { webhookMessage } from '#lib/contracts/received.ts';
import { createAlerts, type Alerts } from '../alerts/index.ts';
import { createAttemptLimiter } from '../auth/index.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { schema } from '../db/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createFiles } from '../files/index.ts';
import { createStreams } from '../streams/index.ts';
import { createReceived, type Received } from './index.ts';
import {
	alertmanager,
	datasourceError,
	datasourceNoData,
	grafana,
	grafanaAlert,
	grafanaResolved,
	prometheusAlert,
	type AlertJson,
	type MessageJson
} from './testing/payloads.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let bus: Bus;
let alerts: Alerts;
let received: Received;
let streamId: string;
let told: AlertRecord[];

beforeAll(async () => {
	database = await startTestDatabase();
	const { db } = database;
	bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	const streams = createStreams({ db, log, config });
	const dataDir = '/nonexistent';
	alerts = createAlerts({
		...{ db, bus, log, dataDir, ffmpegPath: null, clipRingDir: null, leaseOf: () => null },
		files: createFiles({ dataDir, instance: 'test', objects: null, bus, log }),
		...{ onStatus: () => () => {}, speaksForUnheld: true, stillAt: async () => null }
	});
	received = another(bus);
	streamId = (await streams.create(streamInput.parse({ name: 'Yard', rtsp_url: 'rtsp://10.0.0.5/x' }), 't'))
		.id;
	bus.subscribe(subjects.alert, (alert) => void told.push(alert));
});
beforeEach(async () => {
	told = [];
	await database.db.delete(schema.alerts);
});
afterAll(() => database.stop());

/** As an instance has it. */
function another(on: Bus): Received {
	const limiter = createAttemptLimiter;
	return createReceived({ db: database.db, bus: on, log, token: null, limiter, alerts: alerts.some });
}

const take = (message: MessageJson) => received.take(webhookMessage.parse(message));
const list = () => alerts.list({ limit: 500, source: ['grafana'] });
const labelled = (labels: Record<string, string>) => grafanaAlert({ labels: { alertname: 'A', ...labels } });

describe('real messages, replayed', () => {
	it('Grafana: fires, is told again, ends; one alert all along', async () => {
		expect(await take(grafana([grafanaAlert()]))).toEqual({
			...{ received: 1, opened: 1, ended: 0, repeated: 0, late: 0 }
		});
		expect(await take(grafana([grafanaAlert({ values: { A: 2.2, C: 1 } })]))).toMatchObject({ repeated: 1 });
		const [open] = await list();
		expect(open).toMatchObject({
			...{ source: 'grafana', status: 'firing', name: 'Low Processing FPS', severity: 'warning' },
			...{ fingerprint: 'grafana:c6eadffa33fcdf37', ends_at: null, rule_id: null, stream_name: 'Yard' },
			starts_at: '2026-11-20T09:00:10.000Z',
			labels: { alertname: 'Low Processing FPS', stream_name: 'Yard' },
			deliveries: { total: 0 }
		});
		expect(await received.of(open!.id)).toMatchObject({ values: { A: 2.2, C: 1 }, deliveries: 2 });
		expect(await take(grafana([grafanaResolved()]))).toMatchObject({ ended: 1 });
		expect(await list()).toMatchObject([
			{ id: open?.id, status: 'resolved', ends_at: '2026-11-20T09:05:10.000Z', end_reason: null }
		]);
		expect(await received.of(open!.id)).toMatchObject({
			...{ sender: 'grafana', receiver: 'vectorflow-alert-webhook', rule_uid: 'vf-low-fps' },
			...{ group_status: 'resolved', alert_status: 'resolved', deliveries: 3 },
			values: { A: 2.2, C: 1 },
			annotations: { summary: 'Yard: 3.1 frames a second' },
			panel_url: expect.stringContaining('viewPanel=4') as unknown,
			raw: { alert: { endsAt: '2026-11-20T10:05:10+01:00' }, group: { state: 'ok', orgId: 1 } }
		});
		expect(told.map(({ status }) => status)).toEqual(['firing', 'firing', 'resolved']);
	});

	it('Grafana: a group of which one ended', async () => {
		const two = grafanaAlert({ fingerprint: 'two' });
		await take(grafana([grafanaAlert(), two]));
		await take(grafana([grafanaAlert(), grafanaResolved({ fingerprint: 'two' })]));
		const found = await list();
		expect(found.map(({ fingerprint, status }) => [fingerprint, status]).sort()).toEqual([
			['grafana:c6eadffa33fcdf37', 'firing'],
			['grafana:two', 'resolved']
		]);
		const over = found.find(({ status }) => status === 'resolved');
		expect(await received.of(over!.id)).toMatchObject({ group_status: 'firing', alert_status: 'resolved' });
	});

	it('Grafana: a query that failed, and one that answered nothing', async () => {
		await take(grafana([datasourceError(), datasourceNoData()]));
		const names = (await list()).map(({ name, stream_id }) => [name, stream_id]).sort();
		expect(names).toEqual([
			['DatasourceError', null],
			['DatasourceNoData', null]
		]);
	});

	it('Alertmanager: fires in nanoseconds, cut off, and ends', async () => {
		await take(alertmanager([prometheusAlert()], { truncatedAlerts: 3 }));
		await take(alertmanager([prometheusAlert({ status: 'resolved', endsAt: '2026-11-20T09:10:26.739Z' })]));
		const [alert] = await list();
		expect(alert).toMatchObject({ severity: 'critical', status: 'resolved' });
		const { sender, notes, deliveries } = await received.of(alert!.id);
		expect([sender, deliveries]).toEqual(['alertmanager', 2]);
		expect(notes).toEqual([expect.stringContaining('3 more alerts')]);
	});

	it('none at all', async () => {
		expect(await take(grafana([]))).toMatchObject({ received: 0 });
	});
});

describe('one row an alert', () => {
	it('when two instances get the same message at once, again and again', async () => {
		const other = another(createMemoryBus(log));
		const message = webhookMessage.parse(
			grafana(Array.from({ length: 20 }, (_, at) => grafanaAlert({ fingerprint: `f${at % 10}` })))
		);
		const backwards = { ...message, alerts: [...message.alerts].reverse() };
		const answers = await Promise.all([
			...[received.take(message), other.take(backwards), received.take(backwards), other.take(message)]
		]);
		expect(answers.reduce((sum, { opened }) => sum + opened, 0)).toBe(10);
		const found = await list();
		expect(found).toHaveLength(10);
		for (const { id } of found) expect((await received.of(id)).deliveries).toBe(8);
	});

	it('each episode of a series is one of its own', async () => {
		await take(grafana([grafanaAlert()]));
		await take(grafana([grafanaResolved()]));
		const again = { startsAt: '2026-11-20T11:00:10+01:00', endsAt: '2026-11-20T11:01:10+01:00' };
		await take(grafana([grafanaAlert({ startsAt: again.startsAt })]));
		expect((await list()).map(({ status }) => status)).toEqual(['firing', 'resolved']);
		await take(grafana([grafanaResolved(again)]));
		expect((await list()).map(({ status }) => status)).toEqual(['resolved', 'resolved']);
	});

	it('an end that overtook its start stays', async () => {
		await take(grafana([grafanaResolved()]));
		expect(await take(grafana([grafanaAlert()]))).toMatchObject({ late: 1, opened: 0 });
		const found = await list();
		expect(found).toMatchObject([{ status: 'resolved', ends_at: '2026-11-20T09:05:10.000Z' }]);
		expect(await received.of(found[0]!.id)).toMatchObject({ deliveries: 2, alert_status: 'resolved' });
		expect(told).toHaveLength(1);
	});

	it('a lost end is concluded from the next start, and corrected when it comes late', async () => {
		await take(grafana([grafanaAlert()]));
		await take(grafana([grafanaAlert({ startsAt: '2026-11-20T11:00:00+01:00' })]));
		expect(await list()).toMatchObject([
			{ status: 'firing' },
			{ status: 'resolved', ends_at: '2026-11-20T10:00:00.000Z', end_reason: expect.any(String) as unknown }
		]);
		await take(grafana([grafanaResolved()]));
		expect(await list()).toMatchObject([
			{ status: 'firing' },
			{ ends_at: '2026-11-20T09:05:10.000Z', end_reason: null }
		]);
	});

	it('from a clock in the future, told again', async () => {
		const ahead = new Date(Date.now() + 3_600_000).toISOString();
		await take(grafana([grafanaAlert({ startsAt: ahead })]));
		await take(grafana([grafanaAlert({ startsAt: ahead })]));
		await take(grafana([grafanaResolved({ startsAt: ahead, endsAt: ahead })]));
		const found = await list();
		expect(found).toHaveLength(1);
		expect(Date.parse(found[0]!.ends_at!)).toBeLessThanOrEqual(Date.now());
		const { notes } = await received.of(found[0]!.id);
		expect(notes.filter((note) => note.includes('start was told'))).not.toEqual([]);
	});

	it('with everything too long', async () => {
		const long = 'é'.repeat(10_000);
		const labels = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`${long}${at}`, long]));
		await take(
			grafana([grafanaAlert({ labels: { alertname: long, ...labels }, annotations: { summary: long } })])
		);
		const [alert] = await list();
		expect(Object.keys(alert!.labels).length).toBeLessThanOrEqual(64);
		expect((await received.of(alert!.id)).notes).toHaveLength(2);
	});
});

describe('the camera', () => {
	it.each<[string, () => AlertJson, boolean]>([
		['by its id', () => labelled({ stream_id: streamId }), true],
		['by its name', () => labelled({ stream_name: 'Yard' }), true],
		['by its name and where it runs', () => labelled({ name: 'Yard', instance: 'test' }), true],
		[
			'not by a name that somebody else uses',
			() => labelled({ name: 'Yard', instance: '10.0.0.9:9100' }),
			false
		],
		['not by an id that is none', () => labelled({ stream_id: "' or 1=1" }), false],
		['not without a label', () => labelled({}), false]
	])('%s', async (_, alert, found) => {
		await grantLease(database.db, streamId, 'test');
		await take(grafana([alert()]));
		expect(await list()).toMatchObject([
			{ stream_id: found ? streamId : null, stream_name: found ? 'Yard' : null }
		]);
	});
});

describe('beside our own', () => {
	it('it is acknowledged, told live, and not sent on', async () => {
		await take(grafana([grafanaAlert()]));
		const [{ id } = { id: '' }] = await list();
		await alerts.acknowledge(id, 'anna@example.org');
		expect(told.at(-1)).toMatchObject({ id, acknowledged_by: 'anna@example.org' });
		expect(await database.db.select().from(schema.outbox)).toEqual([]);
	});

	it('it is forgotten with them, and what nobody speaks of any more ends', async () => {
		await take(grafana([grafanaAlert(), grafanaResolved({ fingerprint: 'over' })]));
		const later = new Date(Date.now() + 1000);
		expect(await received.prune(new Date('2026-01-01'))).toBe(0);
		expect(await received.prune(later)).toBe(1);
		expect(told.at(-1)).toMatchObject({ status: 'resolved', end_reason: 'Nothing more was told about it.' });
		expect(await received.prune(later)).toBe(0);
		expect(await alerts.prune(new Date(Date.now() + 2000))).toBe(2);
		expect(await database.db.select().from(schema.receivedAlerts)).toEqual([]);
	});

	it.each(['none', '00000000-0000-4000-8000-000000000000'])('nothing is told of %s', async (id) => {
		await expect(received.of(id)).rejects.toMatchObject({ code: 'not_found' });
	});
});
