// Alerts over a real journal into a real database: planned once whoever brings them, whatever is away, in whatever order.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelInput, type ChannelRecord } from '#lib/contracts/channel.ts';
import { journalEvent, type JournalEvent } from '#lib/contracts/event.ts';
import { openCarriers, subjects, type Carriers, type Journal } from '../bus/index.ts';
import { natsConfig } from '../bus/testing/carriers.ts';
import { startNats, type NatsServer } from '../bus/testing/nats-server.ts';
import { enqueue } from '../db/outbox.ts';
import { channels, deliveries, inbox, outbox } from '../db/schema/delivery.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createMessages, type Messages } from '../messages/index.ts';
import { createDelivery, type Delivery, type DeliveryDeps } from './index.ts';
import { createPublishing } from './publishing/publishing.ts';
import { startHttpReceiver, type HttpReceiver } from './senders/testing.ts';
import { addRuleOf, alertOf, DELIVERY_CONFIG, QUICK, resolved, until, writeEvent } from './testing.ts';

const log = pino({ level: 'silent' });
let database: TestDatabase;
let receiver: HttpReceiver;
let nats: NatsServer;
const running: Instance[] = [];

interface Instance extends Carriers {
	delivery: Delivery;
	messages: Messages;
}

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	[receiver, nats] = await Promise.all([startHttpReceiver(), startNats()]);
});
afterEach(async () => {
	await Promise.all(
		running.splice(0).map(async ({ messages, delivery, bus }) => {
			await messages.stop();
			await delivery.stop();
			await bus.close();
		})
	);
	await Promise.all([receiver.stop(), nats.stop()]);
});

/** An instance of the fleet, of which nothing runs yet. */
async function instance(timing: DeliveryDeps['timing'] = {}): Promise<Instance> {
	const carriers = await openCarriers(natsConfig(nats.url, `i${running.length}`), log);
	const { bus, journal } = carriers;
	const delivery = createDelivery({
		db: database.db,
		bus,
		log,
		config: DELIVERY_CONFIG,
		journal,
		park: (...set) => messages.parkEvent(...set),
		timing: { ...QUICK, ...timing }
	});
	const messages: Messages = createMessages({
		db: database.db,
		journal,
		log,
		deliver: delivery.take,
		commands: { setActive: async () => {}, retryNow: async () => {}, shutdownScenario: async () => {} },
		waits: { failedMs: [20], outageMs: 50 }
	});
	running.push({ ...carriers, delivery, messages });
	return running.at(-1)!;
}

const hook = ({ delivery }: Instance): Promise<ChannelRecord> =>
	delivery.channels.create(
		channelInput.parse({ name: 'Hook', type: 'webhook', config: { url: `${receiver.url}/hook` } })
	);

async function tellOf(
	{ bus }: Instance,
	...told: Parameters<typeof writeEvent> extends [unknown, ...infer R] ? R : never
) {
	await writeEvent(database.db, ...told);
	bus.publish(subjects.outbox, null);
}

const keys = () => receiver.received.map(({ headers }) => String(headers['idempotency-key']));
const heard = () =>
	receiver.received.map(
		({ headers, body }) =>
			`${(JSON.parse(body) as { name: string }).name} ${String(headers['x-vectorflow-event'])}`
	);
const rows = () => database.db.select().from(outbox).orderBy(outbox.id);
const journalIs = (what: boolean) =>
	until(() => running.every(({ journal }) => journal?.state().available === what));

async function manage<T>(
	work: (jsm: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>
): Promise<T> {
	const stranger = await connect({ servers: nats.url });
	try {
		return await work(await jetstreamManager(stranger));
	} finally {
		await stranger.close();
	}
}
/** Messages that the journal has and the consumer was not given, or is not through with. */
const unread = (which: 'given' | 'through' = 'through') =>
	manage(async (jsm) => {
		const consumer = await jsm.consumers.info('VF_EVENTS', 'deliveries');
		return consumer.num_pending + (which === 'through' ? consumer.num_ack_pending : 0);
	});

/** The message of a row of the outbox, as the relay appends it. */
async function messageOf(at: number): Promise<JournalEvent> {
	const row = (await rows())[at]!;
	return {
		id: row.message_id,
		topic: row.topic,
		subject_id: row.subject_id,
		created_at: row.created_at.toISOString(),
		payload: row.payload
	} as unknown as JournalEvent;
}

describe('several instances', () => {
	it('publish and consume at once: each event is told once', async () => {
		const [a, b] = [await instance(), await instance()];
		const channel = await hook(a);
		const { ruleId } = await addRuleOf(database.db, [channel]);
		await journalIs(true);
		const told = Array.from({ length: 25 }, (_, i) => alertOf(ruleId, { name: `alert ${i}` }));
		for (const alert of told.slice(0, 10)) await tellOf(a, alert);
		for (const one of [a, b]) {
			one.delivery.start();
			one.messages.start();
		}
		for (const alert of told.slice(10)) await tellOf(b, alert);
		for (const alert of told) await tellOf(a, resolved(alert), 'alert.resolved');
		await until(() => receiver.received.length >= 50, 15_000);
		await until(async () =>
			(await rows()).every(({ published_at, handled_at }) => published_at && handled_at)
		);
		await until(async () => (await unread()) === 0);
		expect(new Set(keys()).size).toBe(50);
		expect(receiver.received).toHaveLength(50);
		expect(await database.db.$count(inbox)).toBe(50);
		expect(await manage(async (jsm) => (await jsm.streams.info('VF_EVENTS')).state.messages)).toBe(50);
	}, 40_000);

	it('whose clocks are an hour apart time deliveries by the database', async () => {
		const [ahead, behind] = [1, -1].map((sign) => ({ ownClock: () => Date.now() + sign * 3_600_000 }));
		const [a, b] = [await instance(ahead), await instance(behind)];
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		let refusals = 2;
		receiver.behave((_, response) => response.writeHead(refusals-- > 0 ? 503 : 200).end());
		for (const one of [a, b]) {
			one.delivery.start();
			one.messages.start();
		}
		await tellOf(a, alertOf(ruleId));
		await until(() => receiver.received.length >= 3);
		await until(async () => (await database.db.select().from(deliveries))[0]?.state === 'delivered');
		const [row] = await database.db.select().from(deliveries);
		for (const at of [row?.created_at, row?.delivered_at])
			expect(Math.abs(Date.now() - at!.getTime())).toBeLessThan(30_000);
		expect(new Set(keys()).size).toBe(1);
	});
});

describe('the same event', () => {
	it('twice, at once or later, under whatever id the journal had it, has one effect', async () => {
		const a = await instance();
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		await journalIs(true);
		await writeEvent(database.db, alertOf(ruleId));
		const message = await messageOf(0);
		const outcomes = await Promise.all([1, 1, 2].map((attempts) => a.delivery.take(message, attempts)));
		expect(outcomes).toEqual(['done', 'done', 'done']);
		for (let times = 0; times < 3; times++)
			await a.journal!.append({ id: randomUUID(), subject: 'alert.firing', payload: message });
		a.delivery.start();
		a.messages.start();
		await until(() => receiver.received.length === 1);
		await until(async () => (await unread()) === 0);
		expect(await database.db.$count(deliveries)).toBe(1);
		expect(receiver.received).toHaveLength(1);
	});

	it('of an end waits for its beginning, wherever it stands on the journal', async () => {
		const a = await instance();
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		await journalIs(true);
		const alert = alertOf(ruleId);
		await writeEvent(database.db, alert);
		await writeEvent(database.db, resolved(alert), 'alert.resolved');
		const [beginning, end] = [await messageOf(0), await messageOf(1)];
		expect(await a.delivery.take(end, 1)).toEqual({ againInMs: expect.any(Number) as number });
		await a.journal!.append({ id: end.id, subject: 'alert.resolved', payload: end });
		a.messages.start();
		await sleep(400);
		await a.journal!.append({ id: beginning.id, subject: 'alert.firing', payload: beginning });
		a.delivery.start();
		await until(() => receiver.received.length === 2);
		expect(heard()).toEqual(['Intruder alert.firing', 'Intruder alert.resolved']);
	});
});

describe('a journal', () => {
	it('that goes away is not waited for; when it is back it has everything, and nobody is told again', async () => {
		const a = await instance();
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		await journalIs(true);
		a.delivery.start();
		a.messages.start();
		await tellOf(a, alertOf(ruleId, { name: 'before' }));
		await until(() => receiver.received.length === 1);
		await nats.kill();
		await journalIs(false);
		const began = Date.now();
		await tellOf(a, alertOf(ruleId, { name: 'during' }));
		await until(() => receiver.received.length === 2);
		expect(Date.now() - began).toBeGreaterThan(QUICK.awayMs / 2);
		expect((await rows()).map(({ published_at }) => published_at !== null)).toEqual([true, false]);
		await nats.restart();
		await until(async () => (await rows()).every(({ published_at }) => published_at !== null), 20_000);
		await tellOf(a, alertOf(ruleId, { name: 'after' }));
		await until(() => receiver.received.length === 3, 15_000);
		// What the kill forgot of acknowledgements comes again half a minute later; all else has come by now.
		await until(async () => (await unread('given')) === 0, 15_000);
		await sleep(200);
		expect(heard()).toEqual(['before', 'during', 'after'].map((name) => `${name} alert.firing`));
	}, 60_000);

	it('that NATS has not is done without: alerts go out, results stay within bounds', async () => {
		await nats.restart({ jetstream: false });
		const a = await instance();
		const { ruleId, streamId } = await addRuleOf(database.db, [await hook(a)]);
		a.delivery.start();
		a.messages.start();
		await tellOf(a, alertOf(ruleId));
		await until(() => receiver.received.length === 1);
		for (let i = 0; i < 12; i++)
			await database.db.transaction((tx) =>
				enqueue(tx, {
					topic: 'result.detections',
					subjectId: randomUUID(),
					payload: { stream_id: streamId, detections: [] }
				})
			);
		const timing = { now: Date.now, awayMs: 0, lateMs: 0 };
		const bounded = createPublishing({ db: database.db, journal: a.journal, log, timing, maxResults: 5 });
		await bounded.bound();
		expect(bounded.dropped()).toBe(7);
		const left = await rows();
		expect(left.map(({ topic }) => topic)).toEqual([
			'alert.firing',
			...Array<string>(5).fill('result.detections')
		]);
		expect(await a.delivery.figures()).toMatchObject({ outbox: 0, pending: 0 });
		expect(await a.delivery.publishing()).toMatchObject({ waiting: 6 });
	});

	it('that forgot what it had been given costs a moment, and no alert', async () => {
		const a = await instance({ lateMs: 500 });
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		await writeEvent(database.db, alertOf(ruleId));
		await database.db.update(outbox).set({ published_at: new Date() });
		a.delivery.start();
		a.messages.start();
		await until(() => receiver.received.length === 1);
	});

	it('is told results and runs as well, which have no effect here', async () => {
		const a = await instance();
		const { streamId } = await addRuleOf(database.db, []);
		await journalIs(true);
		await database.db.transaction((tx) =>
			enqueue(tx, {
				topic: 'result.detections',
				subjectId: randomUUID(),
				payload: { stream_id: streamId, detections: [] }
			})
		);
		a.delivery.start();
		a.messages.start();
		await until(async () =>
			(await rows()).every(({ handled_at, published_at }) => handled_at && published_at)
		);
		const subject = await manage(
			async (jsm) => (await jsm.streams.getMessage('VF_RESULTS', { seq: 1 }))?.subject
		);
		expect(subject).toMatch(new RegExp(`result\\.detections\\.${streamId}$`));
		expect(await database.db.$count(inbox)).toBe(0);
	});
});

it('an alert stays part of its trace across the journal, and tells of it beside itself', async () => {
	const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
	const a = await instance();
	const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
	await journalIs(true);
	await writeEvent(database.db, Object.assign(alertOf(ruleId), { traceparent }));
	const published: { payload: unknown }[] = [];
	const journal: Journal = {
		...a.journal!,
		append: (entry) => (published.push({ payload: entry.payload }), a.journal!.append(entry))
	};
	const timing = { now: Date.now, awayMs: 60_000, lateMs: 60_000 };
	await createPublishing({ db: database.db, journal, log, timing }).pass();
	expect(published).toMatchObject([{ payload: { traceparent, payload: { rule_id: ruleId } } }]);
	expect(journalEvent.parse(published[0]!.payload)).toMatchObject({ traceparent });
	await database.db.execute(sql`truncate outbox`);
	a.delivery.start();
	a.messages.start();
	await until(() => receiver.received.length === 1, 20_000);
	expect(receiver.received[0]!.headers['traceparent']).toBe(traceparent);
	expect(receiver.received[0]!.body.toString()).not.toContain('traceparent');
}, 40_000);

describe('a restored database', () => {
	it('takes what the journal still has, in order, and goes on with numbers it had before', async () => {
		const a = await instance();
		const channel = await hook(a);
		const { ruleId } = await addRuleOf(database.db, [channel]);
		await journalIs(true);
		const alerts = [1, 2, 3].map((i) => alertOf(ruleId, { name: `old ${i}` }));
		for (const alert of alerts) {
			await writeEvent(database.db, alert);
			await writeEvent(database.db, resolved(alert), 'alert.resolved');
		}
		const publishing = createPublishing({
			...{ db: database.db, journal: a.journal, log },
			timing: { now: Date.now, awayMs: 60_000, lateMs: 60_000 }
		});
		await publishing.pass();
		expect((await rows()).every(({ published_at }) => published_at !== null)).toBe(true);
		await database.db.execute(sql`truncate outbox restart identity`);
		a.delivery.start();
		a.messages.start();
		await until(() => receiver.received.length === 6, 20_000);
		for (const { name } of alerts)
			expect(heard().filter((one) => one.startsWith(name))).toEqual([
				`${name} alert.firing`,
				`${name} alert.resolved`
			]);
		await tellOf(a, alertOf(ruleId, { name: 'new' }));
		await until(() => receiver.received.length === 7);
		expect((await rows())[0]?.id).toBe(1);
		expect(new Set(keys()).size).toBe(7);
	}, 40_000);

	it('that forgot a delivery makes it again under the same key', async () => {
		const a = await instance();
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		a.delivery.start();
		a.messages.start();
		await tellOf(a, alertOf(ruleId));
		await until(async () => (await database.db.select().from(deliveries))[0]?.state === 'delivered');
		await database.db.transaction(async (tx) => {
			await tx.delete(deliveries);
			await tx.delete(inbox);
			await tx.update(outbox).set({ handled_at: null, published_at: null, created_at: new Date(0) });
		});
		await until(() => receiver.received.length === 2, 15_000);
		expect(new Set(keys()).size).toBe(1);
		expect(await database.db.$count(channels)).toBe(1);
	});
});

describe('an event that cannot be planned', () => {
	it('is set aside after some attempts; those behind it go out', async () => {
		const a = await instance();
		const { ruleId } = await addRuleOf(database.db, [await hook(a)]);
		await journalIs(true);
		// Nothing plans a rule that is no id.
		await writeEvent(database.db, alertOf('no id'));
		a.messages.start();
		await nats.kill();
		await journalIs(false);
		a.delivery.start();
		await tellOf(a, alertOf(ruleId, { name: 'good' }));
		await until(async () => (await a.messages.parkedCount()) === 1);
		expect(await a.messages.parked(10)).toMatchObject([
			{ consumer: 'deliveries', subject: expect.stringContaining('alert.firing') as string, attempts: 5 }
		]);
		await until(() => receiver.received.length === 1);
		expect(await a.delivery.figures()).toMatchObject({ outbox: 0 });
	});
});
