// Messages of a real journal: commands done once, poison set aside and shown, nothing set aside because of an outage.
import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../base/errors.ts';
import { openCarriers, type Carriers } from '../bus/index.ts';
import { eventually, natsConfig } from '../bus/testing/carriers.ts';
import { startNats, type NatsServer } from '../bus/testing/nats-server.ts';
import { projectRoot } from '../config/index.ts';
import { connect as connectDatabase, migrate, type Client } from '../db/index.ts';
import { startCluster, type Cluster } from '../db/embedded/cluster.ts';
import { createMessages, type CommandPorts, type Messages, type MessagesDeps } from './index.ts';

const log = pino({ level: 'silent' });
const WAITS = { failedMs: [10], outageMs: 50 };
let folder: string;
let cluster: Cluster;
let client: Client;
let nats: NatsServer;
let stranger: NatsConnection;
let carriers: Carriers;
let ports: CommandPorts;
let done: string[];
const running: Messages[] = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'vf-messages-'));
	cluster = await startCluster({ folder: join(folder, 'postgres'), log, throwaway: true });
	await migrate(cluster.connection, projectRoot().dir);
	client = connectDatabase(cluster.connection);
});
afterAll(async () => {
	await client.close(1);
	await cluster.stop();
	rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
	await client.db.execute(sql`truncate inbox, parked_messages`);
	nats = await startNats();
	stranger = await connect({ servers: nats.url });
	carriers = await openCarriers(natsConfig(nats.url, 'a'), log);
	await eventually(() => carriers.journal!.state().available);
	done = [];
	ports = {
		setActive: async (id, active) => void done.push(`${id} ${active}`),
		retryNow: async (id) => void done.push(`${id} retried`),
		shutdownScenario: async (id) => void done.push(`${id} shut down`)
	};
});
afterEach(async () => {
	for (const messages of running.splice(0)) await messages.stop();
	await Promise.all([carriers.bus.close(), stranger.close()]);
	await nats.stop();
});

function messagesWith(rest: Partial<MessagesDeps> = {}): Messages {
	const { journal } = carriers;
	const messages = createMessages({
		...{ db: client.db, journal, log, commands: ports, deliver: async () => 'done', waits: WAITS },
		...rest
	});
	running.push(messages);
	return messages;
}

type Given = Uint8Array | string | object;
async function publish(subject: string, message: Given, msgID?: string): Promise<void> {
	const data =
		message instanceof Uint8Array || typeof message === 'string' ? message : JSON.stringify(message);
	await jetstream(stranger).publish(subject, data, msgID === undefined ? {} : { msgID });
}
const command = (name: string, rest: object = {}) => ({
	...{ id: randomUUID(), command: name, stream_id: randomUUID() },
	...rest
});

describe('commands', () => {
	it('are done, each once, however often they come and whoever hears them', async () => {
		const [a, b] = [messagesWith(), messagesWith()];
		a.start();
		b.start();
		const given = [
			command('stream.activate'),
			command('stream.deactivate'),
			command('stream.retry'),
			{ id: randomUUID(), command: 'scenario.shutdown', scenario_uuid: randomUUID() }
		];
		for (let times = 0; times < 4; times++) for (const one of given) await publish('vf.commands.any', one);
		await eventually(() => done.length >= 4);
		await sleep(300);
		const [first, second, third, fourth] = given.map((one) => Object.values(one)[2] as string);
		expect(done.toSorted()).toEqual(
			[`${first} true`, `${second} false`, `${third} retried`, `${fourth} shut down`].toSorted()
		);
		expect(await a.parkedCount()).toBe(0);
	});

	it('for what is not there are set aside with the reason, and may be tried again', async () => {
		let there = false;
		const messages = messagesWith({
			commands: {
				...ports,
				async setActive(id, active) {
					if (!there) throw new AppError('not_found', `There is no stream ${id}.`);
					done.push(`${id} ${active}`);
				}
			}
		});
		messages.start();
		const given = command('stream.activate');
		await publish('vf.commands.stream', given);
		await eventually(async () => (await messages.parkedCount()) === 1);
		const [parked] = await messages.parked(10);
		expect(parked).toMatchObject({
			consumer: 'commands',
			subject: 'stream',
			payload: JSON.stringify(given),
			reason: `There is no stream ${given.stream_id}.`,
			attempts: 1
		});
		await expect(messages.retry(parked!.id)).rejects.toMatchObject({ code: 'not_found' });
		there = true;
		await messages.retry(parked!.id);
		expect(done).toEqual([`${given.stream_id} true`]);
		expect(await messages.parkedCount()).toBe(0);
		await expect(messages.retry(parked!.id)).rejects.toMatchObject({ code: 'not_found' });
		await publish('vf.commands.stream', given);
		await sleep(300);
		expect(done).toHaveLength(1);
	});

	it('that fail are tried five times', async () => {
		let tries = 0;
		const messages = messagesWith({
			commands: {
				...ports,
				async retryNow() {
					tries++;
					throw new Error('the engine is broken');
				}
			}
		});
		messages.start();
		await publish('vf.commands.stream', command('stream.retry'));
		await eventually(() => messages.parkedHere().length === 1);
		expect(tries).toBe(5);
		expect((await messages.parked(1))[0]).toMatchObject({ reason: 'the engine is broken', attempts: 5 });
		expect(messages.parkedHere()).toEqual([{ consumer: 'commands', count: 1 }]);
	});
});

describe('poison', () => {
	it('is set aside once, cut, shown, and not tried for ever', async () => {
		const messages = messagesWith();
		messages.start();
		const good = command('stream.activate');
		await publish('vf.commands.x', 'no JSON {');
		await publish('vf.commands.x', Uint8Array.of(0xff, 0x00, 0x01));
		await publish('vf.commands.x', JSON.stringify({ command: 'stream.explode', id: randomUUID() }));
		await publish('vf.commands.x', `{"id": "\\u0000", "text": "${'x'.repeat(200_000)}"}`);
		await publish('vf.events.alert.firing', '{"topic":"alert.firing"}');
		await publish('vf.commands.x', good);
		await eventually(async () => (await messages.parkedCount()) === 5 && done.length === 1);
		const parked = await messages.parked(10);
		expect(parked.map(({ consumer }) => consumer).toSorted()).toEqual([
			...Array<string>(4).fill('commands'),
			'deliveries'
		]);
		for (const { attempts, payload, reason } of parked) {
			expect(attempts).toBe(1);
			expect(payload.length).toBeLessThanOrEqual(64 * 1024);
			expect(reason).toMatch(/^It is no/);
		}
		expect(parked.some(({ payload }) => payload === '/wAB')).toBe(true);
		await expect(messages.retry(parked[0]!.id)).rejects.toMatchObject({ code: 'conflict' });
		await messages.remove(parked[0]!.id);
		expect(await messages.parkedCount()).toBe(4);
		await sleep(500);
		expect(await messages.parkedCount()).toBe(4);
	});

	it('of an event is set aside when its effect fails five times; results are nobody’s', async () => {
		let tries = 0;
		const messages = messagesWith({
			deliver: async () => {
				tries++;
				throw new TypeError('nobody thought of this');
			}
		});
		messages.start();
		const { testMessage } = await import('../delivery/message.ts');
		const event = {
			...{ id: randomUUID(), topic: 'alert.firing', subject_id: randomUUID() },
			...{ created_at: new Date().toISOString(), payload: testMessage('x', '').alert }
		};
		await publish('vf.events.alert.firing', event, event.id);
		await publish('vf.events.result.detections', 'nonsense');
		await eventually(async () => (await messages.parkedCount()) === 1);
		expect(tries).toBe(5);
		expect((await messages.parked(5))[0]).toMatchObject({ reason: 'nobody thought of this' });
	});

	it('is bounded: of each consumer the newest thousand stay', async () => {
		const messages = messagesWith();
		await client.db.execute(sql`
			insert into parked_messages (consumer, subject, payload, reason, attempts, parked_at)
			select 'commands', 'x', '', '', 1, now() - n * interval '1 minute' from generate_series(1, 1010) n`);
		messages.start();
		await publish('vf.commands.x', 'poison');
		await eventually(async () => (await messages.parked(1))[0]?.payload === 'poison');
		await eventually(async () => (await messages.parkedCount()) === 1000);
	});
});

describe('an outage of the database', () => {
	it('sets nothing aside: what came meanwhile has its effect, or its place, when it is back', async () => {
		const messages = messagesWith();
		messages.start();
		await cluster.stop();
		const given = Array.from({ length: 3 }, () => command('stream.activate'));
		for (const one of given) await publish('vf.commands.x', one);
		await publish('vf.commands.x', 'poison');
		await sleep(1500);
		expect(done).toEqual([]);
		cluster = await startCluster({ folder: join(folder, 'postgres'), log, throwaway: true });
		await eventually(() => done.length === 3, 15_000);
		await eventually(async () => (await messages.parkedCount()) === 1, 15_000);
		expect((await messages.parked(5))[0]).toMatchObject({ payload: 'poison' });
		expect(new Set(done).size).toBe(3);
	}, 40_000);
});
