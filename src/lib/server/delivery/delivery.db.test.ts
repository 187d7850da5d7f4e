// The relay on a real database with real receivers: everybody told once, in order, however often somebody is away.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import {
	alertStatusEvent,
	channelConfigs,
	channelInput,
	type ChannelInput,
	type ChannelRecord,
	type DeliveryRecord
} from '#lib/contracts/channel.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { alerts } from '../db/schema/alerts.ts';
import { deliveries } from '../db/schema/delivery.ts';
import { ruleChannels, rules } from '../db/schema/rules.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createDelivery, type Delivery, type DeliveryDeps } from './index.ts';
import { testMessage } from './message.ts';
import { createMqttSender } from './senders/mqtt.ts';
import {
	startBroker,
	startHttpReceiver,
	startTcpReceiver,
	testReach,
	type Broker,
	type HttpReceiver
} from './senders/testing.ts';
import { addRuleOf, alertOf, DELIVERY_CONFIG, QUICK, resolved, until, writeEvent } from './testing.ts';

let database: TestDatabase;
let bus: Bus;
let receiver: HttpReceiver;
const log = pino({ level: 'silent' });
const running: Delivery[] = [];

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	bus = createMemoryBus(log);
	receiver = await startHttpReceiver();
});
afterEach(async () => {
	for (const delivery of running.splice(0)) await delivery.stop();
	await receiver.stop();
});

function deliveryWith(rest: Partial<DeliveryDeps> = {}): Delivery {
	const delivery = createDelivery({
		db: database.db,
		bus,
		log,
		config: DELIVERY_CONFIG,
		timing: QUICK,
		...rest
	});
	running.push(delivery);
	return delivery;
}

const addRule = async (channels: ChannelRecord[]) => (await addRuleOf(database.db, channels)).ruleId;

async function tell(
	alert: AlertRecord,
	topic: 'alert.firing' | 'alert.resolved' = 'alert.firing'
): Promise<void> {
	await writeEvent(database.db, alert, topic);
	bus.publish(subjects.outbox, null);
}

const webhook = (rest: Record<string, unknown> = {}): ChannelInput =>
	channelInput.parse({ name: 'Hook', type: 'webhook', config: { url: `${receiver.url}/hook` }, ...rest });

async function logOf(delivery: Delivery, channel: ChannelRecord): Promise<DeliveryRecord[]> {
	return (await delivery.ofChannel(channel.id, 500)).reverse();
}
const states = async (delivery: Delivery, channel: ChannelRecord) =>
	(await logOf(delivery, channel)).map(({ event, state }) => `${event} ${state}`);
const settled = async (delivery: Delivery, channel: ChannelRecord, rows: number) =>
	until(async () => {
		const found = await logOf(delivery, channel);
		return found.length === rows && found.every(({ state }) => state !== 'pending');
	});

describe('the outbox', () => {
	it('becomes one delivery a channel, sent once and in order', async () => {
		const delivery = deliveryWith();
		const [one, two] = [
			await delivery.channels.create(webhook()),
			await delivery.channels.create(webhook({ name: 'Other' }))
		];
		const rule = await addRule([one, two]);
		delivery.start();
		for (let i = 0; i < 10; i++) await tell(alertOf(rule, { name: `alert ${i}` }));
		await settled(delivery, one, 10);
		await settled(delivery, two, 10);
		expect(receiver.received).toHaveLength(20);
		const sent = (await logOf(delivery, one)).map(({ id }) => id);
		const came = receiver.received.map(({ headers }) => headers['idempotency-key']);
		expect(came.filter((key) => sent.includes(String(key)))).toEqual(sent);
		expect(await delivery.figures()).toEqual({
			outbox: 0,
			pending: 0,
			outcomes: [{ type: 'webhook', outcome: 'delivered', count: 20 }]
		});
	});

	it('is written out once by two relays at the same time', async () => {
		const relays = [deliveryWith(), deliveryWith()];
		const channel = await relays[0]!.channels.create(webhook());
		const rule = await addRule([channel]);
		for (let i = 0; i < 30; i++) {
			const alert = alertOf(rule, { name: `alert ${i}` });
			await tell(alert);
			await tell(resolved(alert), 'alert.resolved');
		}
		for (const relay of relays) relay.start();
		await settled(relays[0]!, channel, 60);
		expect(receiver.received).toHaveLength(60);
		expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(60);
	});

	it('tells nobody where there is no rule or no channel, and waits for nothing', async () => {
		const delivery = deliveryWith();
		delivery.start();
		await tell(alertOf(null));
		await tell(alertOf(await addRule([])));
		await until(async () => (await delivery.figures()).outbox === 0);
		expect(await database.db.select().from(deliveries)).toHaveLength(0);
	});

	it('keeps an attempt that a crash cut off: it comes again under the same key', async () => {
		let ahead = 0;
		const timing = { ...QUICK, leaseMs: 60_000, now: () => Date.now() + ahead };
		const crashed = deliveryWith({ timing });
		const channel = await crashed.channels.create(webhook());
		const rule = await addRule([channel]);
		// A crash between claiming and settling: the database refuses to write the end of the attempt.
		const db = new Proxy(database.db, {
			get: (target, key: keyof typeof database.db) =>
				key === 'update' && receiver.received.length > 0
					? () => {
							throw new Error('gone');
						}
					: target[key]
		});
		const dying = deliveryWith({ db, timing });
		dying.start();
		await tell(alertOf(rule));
		await until(() => receiver.received.length === 1);
		await dying.stop();
		expect(await states(crashed, channel)).toEqual(['alert.firing pending']);
		crashed.start();
		await sleep(150);
		expect(receiver.received).toHaveLength(1);
		ahead += 61_000;
		await settled(crashed, channel, 1);
		const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
		expect(keys).toHaveLength(2);
		expect(new Set(keys).size).toBe(1);
	});

	it('is flushed when the server stops', async () => {
		const delivery = deliveryWith({ timing: { ...QUICK, pictureWaitMs: 60_000 } });
		const channel = await delivery.channels.create(webhook());
		const rule = await addRule([channel]);
		delivery.start();
		await tell(alertOf(rule));
		await until(async () => (await logOf(delivery, channel)).length === 1);
		expect(receiver.received).toHaveLength(0);
		await delivery.stop();
		expect(await states(delivery, channel)).toEqual(['alert.firing delivered']);
	});

	it('gives an attempt back that the stop cut off', async () => {
		const delivery = deliveryWith({ timing: { ...QUICK, flushMs: 200 } });
		const channel = await delivery.channels.create(webhook());
		receiver.behave(() => {});
		delivery.start();
		await tell(alertOf(await addRule([channel])));
		await until(() => receiver.received.length === 1);
		const began = Date.now();
		await delivery.stop();
		expect(Date.now() - began).toBeLessThan(1500);
		expect(await logOf(delivery, channel)).toMatchObject([{ state: 'pending', attempts: 0 }]);
	});
});

describe('an alert on its way', () => {
	it('waits a moment for its picture, and is told with it as it was when it began', async () => {
		const fresh = (id: string) =>
			Promise.resolve(
				resolved(alertOf(null, { id, snapshot_url: `/api/v1/alerts/${id}/snapshot.jpg`, summary: 'later' }))
			);
		const delivery = deliveryWith({ alert: fresh, timing: { ...QUICK, pictureWaitMs: 300 } });
		const channel = await delivery.channels.create(webhook());
		const alert = alertOf(await addRule([channel]), { summary: 'told' });
		delivery.start();
		const began = Date.now();
		await tell(alert);
		await settled(delivery, channel, 1);
		expect(Date.now() - began).toBeGreaterThan(250);
		expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
			id: alert.id,
			status: 'firing',
			summary: 'told',
			snapshot_url: `https://vf.example/api/v1/alerts/${alert.id}/snapshot.jpg`
		});
	});

	it('is tried again under one key until it is taken; its end waits', async () => {
		const delivery = deliveryWith();
		const channel = await delivery.channels.create(webhook({ config: { url: receiver.url, secret: 's' } }));
		const alert = alertOf(await addRule([channel]));
		let refusals = 5;
		receiver.behave((_, response) => response.writeHead(refusals-- > 0 ? 500 : 200).end());
		delivery.start();
		await tell(alert);
		await tell(resolved(alert), 'alert.resolved');
		await settled(delivery, channel, 2);
		const came = receiver.received.map(({ headers }) => [
			headers['x-vectorflow-event'],
			headers['idempotency-key']
		]);
		expect(came.map(([event]) => event)).toEqual([
			...Array<string>(6).fill('alert.firing'),
			'alert.resolved'
		]);
		expect(new Set(came.map(([, key]) => key)).size).toBe(2);
		expect((await logOf(delivery, channel)).map(({ attempts }) => attempts)).toEqual([6, 1]);
	});

	it('that is given up says why, and can be sent again by hand', async () => {
		const delivery = deliveryWith({ timing: { ...QUICK, schedule: () => null } });
		const secret = 'very-secret-token';
		const channel = await delivery.channels.create(
			webhook({
				config: { url: `${receiver.url}/x?token=${secret}`, headers: { Authorization: `Bearer ${secret}9` } }
			})
		);
		const alert = alertOf(await addRule([channel]));
		receiver.behave((request, response) =>
			response.writeHead(400).end(`no ${request.url} with ${request.headers.authorization}`)
		);
		delivery.start();
		await tell(alert);
		await settled(delivery, channel, 1);
		const [row] = await logOf(delivery, channel);
		expect(row).toMatchObject({ state: 'failed', answer: expect.stringContaining('answered 400') as string });
		expect(row?.answer).not.toContain(secret);
		expect(await delivery.channels.get(channel.id)).toMatchObject({ last_error: row?.answer, pending: 0 });
		await expect(delivery.retry(channel.id, randomUUID())).rejects.toMatchObject({ code: 'not_found' });
		receiver.behave((_, response) => response.end());
		await delivery.retry(channel.id, row!.id);
		await until(async () => (await states(delivery, channel))[0] === 'alert.firing delivered');
		await expect(delivery.retry(channel.id, row!.id)).rejects.toMatchObject({ code: 'conflict' });
		expect(receiver.received[1]?.headers['idempotency-key']).toBe(row?.id);
		expect((await delivery.channels.get(channel.id)).last_error).toBeNull();
	});

	it('does not wait behind one that its receiver refuses for good', async () => {
		const delivery = deliveryWith({
			timing: { ...QUICK, leaseMs: 500, schedule: ({ kind }) => (kind === 'permanent' ? 60_000 : 20) }
		});
		const channel = await delivery.channels.create(webhook());
		const rule = await addRule([channel]);
		receiver.behave((_, response, body) => response.writeHead(body.includes('poison') ? 400 : 200).end());
		delivery.start();
		await tell(alertOf(rule, { name: 'poison' }));
		await tell(alertOf(rule, { name: 'good' }));
		await until(
			async () => (await states(delivery, channel)).join() === 'alert.firing pending,alert.firing delivered'
		);
	});
});

describe('limits', () => {
	it('hold back what comes too soon or too often, with the reason, and the ends that belong to it', async () => {
		const delivery = deliveryWith();
		const rare = await delivery.channels.create(webhook({ name: 'Rare', min_interval_s: 600 }));
		const few = await delivery.channels.create(webhook({ name: 'Few', max_per_hour: 2 }));
		const [ruleA, ruleB] = [await addRule([rare, few]), await addRule([rare, few])];
		delivery.start();
		const [first, second, other] = [alertOf(ruleA), alertOf(ruleA), alertOf(ruleB)];
		for (const alert of [first, second, other, resolved(second), resolved(first)]) {
			await tell(alert, alertStatusEvent[alert.status]);
			await until(async () => (await delivery.figures()).outbox === 0);
		}
		await settled(delivery, rare, 5);
		await settled(delivery, few, 5);
		expect(await states(delivery, rare)).toEqual([
			'alert.firing delivered',
			'alert.firing held_back',
			'alert.firing delivered',
			'alert.resolved held_back',
			'alert.resolved delivered'
		]);
		expect(await states(delivery, few)).toEqual([
			'alert.firing delivered',
			'alert.firing delivered',
			'alert.firing held_back',
			'alert.resolved delivered',
			'alert.resolved delivered'
		]);
		const reasons = (await logOf(delivery, rare)).map(({ answer }) => answer ?? '');
		expect(reasons[1]).toContain('it may every 600 s');
		expect(reasons[3]).toContain('beginning was held back');
		const { outcomes } = await delivery.figures();
		expect(outcomes.find(({ outcome }) => outcome === 'held_back')?.count).toBe(3);
	});

	it('keep ends from channels that want none, and everything from one that is off', async () => {
		const delivery = deliveryWith();
		const begins = await delivery.channels.create(webhook({ notify_resolved: false }));
		const off = await delivery.channels.create(webhook({ enabled: false }));
		const alert = alertOf(await addRule([begins, off]));
		delivery.start();
		await tell(alert);
		await tell(resolved(alert), 'alert.resolved');
		await settled(delivery, off, 2);
		await settled(delivery, begins, 1);
		expect(await states(delivery, off)).toEqual(['alert.firing held_back', 'alert.resolved held_back']);
		expect(receiver.received).toHaveLength(1);
	});

	it('tell the end where the beginning was told, even after the rule is gone', async () => {
		const delivery = deliveryWith();
		const channel = await delivery.channels.create(webhook());
		const late = await delivery.channels.create(webhook({ name: 'Late' }));
		const rule = await addRule([channel]);
		const alert = alertOf(rule);
		delivery.start();
		await tell(alert);
		await settled(delivery, channel, 1);
		await database.db.insert(ruleChannels).values({ rule_id: rule, channel_id: late.id });
		await database.db.delete(rules);
		await tell(resolved(alert), 'alert.resolved');
		await settled(delivery, channel, 2);
		expect(await states(delivery, late)).toEqual([]);
	});

	it('bound the log, but not what waits and not the beginning of an alert that goes on', async () => {
		const { prune } = await import('./log/store.ts');
		const delivery = deliveryWith();
		const channel = await delivery.channels.create(webhook());
		const going = randomUUID();
		await database.db.insert(alerts).values({
			id: going,
			source: 'rule',
			name: 'x',
			severity: 'info',
			status: 'firing',
			starts_at: new Date(),
			summary: 'x',
			fingerprint: 'x'
		});
		const row = (at: number, state: 'delivered' | 'pending', alert: string | null = null) => ({
			outbox_id: at,
			channel_id: channel.id,
			alert_id: alert,
			event: 'alert.firing' as const,
			payload: {},
			state,
			created_at: new Date(at * 1000)
		});
		const old = Array.from({ length: 8 }, (_, index) => row(index + 3, 'delivered'));
		await database.db.insert(deliveries).values([row(1, 'delivered', going), row(2, 'pending'), ...old]);
		expect(await prune(database.db, 5)).toBe(3);
		expect((await logOf(delivery, channel)).map(({ created_at }) => Date.parse(created_at) / 1000)).toEqual([
			1, 2, 6, 7, 8, 9, 10
		]);
	});
});

describe('a broker', () => {
	let broker: Broker;
	beforeAll(async () => {
		broker = await startBroker();
	});
	afterAll(() => broker.stop());

	const mqtt = (rest: object = {}): ChannelInput =>
		channelInput.parse({
			name: 'Broker',
			type: 'mqtt',
			config: { url: `mqtt://127.0.0.1:${broker.port}`, topic: 'vf/{{severity}}/{{name}}', ...rest }
		});

	async function listenTo(port: number) {
		const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
		const came: { topic: string; alert: AlertRecord & { delivery_id: string } }[] = [];
		client.on('message', (topic, payload) =>
			came.push({ topic, alert: JSON.parse(payload.toString()) as AlertRecord & { delivery_id: string } })
		);
		client.on('error', () => {});
		await client.subscribeAsync('vf/#', { qos: 2 });
		return { came, end: () => client.endAsync(true) };
	}

	it.each([0, 1, 2] as const)('is told at qos %s', async (qos) => {
		const listener = await listenTo(broker.port);
		const delivery = deliveryWith();
		const channel = await delivery.channels.create(mqtt({ qos }));
		delivery.start();
		await tell(alertOf(await addRule([channel]), { name: 'a/b+c#' }));
		await settled(delivery, channel, 1);
		await until(() => listener.came.length === 1);
		expect(listener.came[0]).toMatchObject({ topic: 'vf/info/a_b_c_', alert: { event: 'alert.firing' } });
		const [row] = await logOf(delivery, channel);
		expect(row?.id).toBe(listener.came[0]?.alert.delivery_id);
		await listener.end();
	});

	it('that knows one user takes nobody else, and says so', async () => {
		const guarded = await startBroker({ user: 'vf', password: 'broker-secret' });
		const delivery = deliveryWith();
		const url = `mqtt://127.0.0.1:${guarded.port}`;
		const known = await delivery.channels.create(mqtt({ url, username: 'vf', password: 'broker-secret' }));
		const unknown = await delivery.channels.create(mqtt({ url, username: 'vf', password: 'guess' }));
		expect(await delivery.test(known.id)).toMatchObject({ ok: true });
		expect(await delivery.test(unknown.id)).toMatchObject({
			ok: false,
			answer: expect.stringMatching(/Check user and password/) as string
		});
		await guarded.stop();
	});

	it('that says nothing is left when the attempt is', async () => {
		const silent = await startTcpReceiver();
		const target = channelConfigs.mqtt.parse({ url: `mqtt://127.0.0.1:${silent.port}` });
		const sending = createMqttSender(target, testReach()).send(
			testMessage('x', ''),
			AbortSignal.timeout(300)
		);
		await expect(sending).rejects.toThrow(/timeout/i);
		await silent.stop();
	});

	it('that is down for an hour loses nothing, and gets everything in order when it is back', async () => {
		let clock = Date.now();
		const { schedule } = await import('./rules.ts');
		const delivery = deliveryWith({
			timing: { pictureWaitMs: 0, pollMs: 20, now: () => clock, schedule }
		});
		const channel = await delivery.channels.create(mqtt());
		const rule = await addRule([channel]);
		await broker.kill();
		delivery.start();
		const told: AlertRecord[] = [];
		// An hour in steps of a minute; an alert begins and ends every ten of them.
		for (let step = 0; step < 60; step++) {
			if (step % 10 === 0) {
				const alert = alertOf(rule, { name: `alert ${step}` });
				told.push(alert, resolved(alert));
				await tell(alert);
				await tell(resolved(alert), 'alert.resolved');
			}
			clock += 60_000;
			await sleep(15);
		}
		expect(await delivery.figures()).toMatchObject({ outbox: 0, pending: told.length });
		const waiting = await delivery.oldestWaiting();
		expect(waiting).toBeInstanceOf(Date);
		expect(Math.abs(clock - (waiting?.getTime() ?? 0))).toBeLessThan(24 * 3_600_000);
		expect(await delivery.channels.get(channel.id)).toMatchObject({
			last_error: expect.stringContaining('refused the connection') as string
		});
		await broker.revive();
		const listener = await listenTo(broker.port);
		const back = setInterval(() => (clock += 10_000), 20);
		await settled(delivery, channel, told.length);
		clearInterval(back);
		expect(await delivery.oldestWaiting()).toBeNull();
		await until(() => listener.came.length === told.length);
		expect(listener.came.map(({ alert }) => `${alert.name} ${alert.status}`)).toEqual(
			told.map(({ name, status }) => `${name} ${status}`)
		);
		expect(new Set(listener.came.map(({ alert }) => alert.delivery_id)).size).toBe(told.length);
		await listener.end();
	}, 30_000);
});
