// The journal and the files on JetStream: kept once, handed out until done, through every way of losing the server.
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { JournalMessage, Outcome } from '../journal.ts';
import { eventually, natsConfig, openInstance, type TestInstance } from '../testing/carriers.ts';
import { startNats, type NatsServer } from '../testing/nats-server.ts';

let nats: NatsServer;
let a: TestInstance;
let b: TestInstance;
let outside: NatsConnection;
const consumers: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
	nats = await startNats();
	a = await openInstance(natsConfig(nats.url, 'a'));
	b = await openInstance(natsConfig(nats.url, 'b'));
	outside = await connect({ servers: `127.0.0.1:${nats.port}`, maxReconnectAttempts: -1 });
	await eventually(() => a.journal.state().available && b.journal.state().available);
});
afterEach(async () => {
	await Promise.all(consumers.splice(0).map((consumer) => consumer.stop()));
	await Promise.all([a.bus.close(), b.bus.close(), outside.close()]);
	await nats.stop();
});

/** Collects what comes to the instance; what becomes of each is up to the test. */
function collect(
	instance: TestInstance,
	judge: (message: JournalMessage) => Outcome | Promise<Outcome> = () => 'done',
	part: 'events' | 'commands' = 'events'
): JournalMessage[] {
	const came: JournalMessage[] = [];
	consumers.push(
		instance.journal.consume(part, 'relay', async (message) => {
			came.push(message);
			return judge(message);
		})
	);
	return came;
}

const append = (id: string, instance = a, subject = 'alert.firing') =>
	instance.journal.append({ id, subject, payload: { id, text: 'Grüße' } });

const ids = (messages: JournalMessage[]) => messages.map(({ id }) => id).sort();
const manager = (): Promise<JetStreamManager> => jetstreamManager(outside);

describe('the journal', () => {
	test('keeps a message once, whoever tells it how often, and hands it out as it was told', async () => {
		await append('1');
		await append('1');
		await append('1', b);
		await append('2', b, 'run.state.abc');
		await append('3', b, 'result.detections');
		const came = collect(a);
		await eventually(() => came.length === 3);
		await sleep(200);
		expect(ids(came)).toEqual(['1', '2', '3']);
		const first = came.find(({ id }) => id === '1');
		expect(first).toMatchObject({ subject: 'alert.firing', attempts: 1 });
		expect(JSON.parse(new TextDecoder().decode(first?.data))).toEqual({ id: '1', text: 'Grüße' });
		expect(came.find(({ id }) => id === '2')?.subject).toBe('run.state.abc');
	});

	test('hands only one family of subjects to who asks for that', async () => {
		const came: (string | null)[] = [];
		const alerts = async ({ id }: JournalMessage): Promise<Outcome> => {
			came.push(id);
			return 'done';
		};
		consumers.push(a.journal.consume('events', 'alerts', alerts, 'alert.>'));
		await append('result', b, 'result.detections');
		await append('alert', b);
		await eventually(() => came.length > 0);
		await sleep(100);
		expect(came).toEqual(['alert']);
	});

	test('hands each message to one of those that share a name', async () => {
		const [atA, atB] = [collect(a), collect(b)];
		await Promise.all(Array.from({ length: 200 }, (_, i) => append(String(i))));
		await eventually(() => atA.length + atB.length === 200);
		await sleep(100);
		expect(new Set(ids([...atA, ...atB])).size).toBe(200);
		expect(atA.length + atB.length).toBe(200);
	});

	test('brings a message again when it is asked to, and when the handler throws; the others pass by', async () => {
		const came = collect(a, ({ id, attempts }) => {
			if (id === 'later' && attempts === 1) return { againInMs: 300 };
			if (id === 'poison' && attempts < 3) throw new Error('no');
			return 'done';
		});
		for (const id of ['poison', 'later', 'well']) await append(id);
		await eventually(() => ids(came).join() === 'later,later,poison,poison,poison,well', 10_000);
		await sleep(200);
		expect(came).toHaveLength(6);
		const attempts = came.filter(({ id }) => id === 'poison').map((message) => message.attempts);
		expect(attempts).toEqual([1, 2, 3]);
	});

	test('hands out what was told while nobody listened, and nothing after the stop', async () => {
		await append('1');
		const began: string[] = [];
		const slow = a.journal.consume('events', 'relay', async ({ id }) => {
			began.push(id ?? '');
			await sleep(200);
			return 'done';
		});
		await eventually(() => began.length === 1);
		await slow.stop();
		await append('2');
		await sleep(200);
		expect(began).toEqual(['1']);
		const came = collect(b);
		await eventually(() => came.length === 1);
		expect(ids(came)).toEqual(['2']);
	});

	test('keeps commands of other programs until they are done; without an id they have none', async () => {
		outside.publish('vf.commands.stream.activate', '{"x":1}');
		await outside.flush();
		const came = collect(a, undefined, 'commands');
		await eventually(() => came.length === 1);
		expect(came[0]).toMatchObject({ id: null, subject: 'stream.activate' });
		const { streams } = await manager();
		await eventually(async () => (await streams.info('VF_COMMANDS')).state.messages === 0);
	});

	test('goes through a kill of the server with nothing lost', async () => {
		const came = collect(a);
		await append('before');
		await eventually(() => came.length === 1);
		await nats.kill();
		await eventually(() => !a.journal.state().available);
		expect(a.journal.state().reason).toContain('is away');
		await expect(append('during')).rejects.toMatchObject({ code: 'unavailable' });
		await nats.restart();
		await eventually(() => a.journal.state().available, 10_000);
		await append('after');
		await eventually(() => ids(came).includes('after'), 10_000);
	});

	test('makes a deleted stream anew, for who appends and for who consumes', async () => {
		const came = collect(b);
		await append('1');
		await eventually(() => came.length === 1);
		await (await manager()).streams.delete('VF_EVENTS');
		await append('2');
		await eventually(() => ids(came).includes('2'), 15_000);
		expect(ids(came)).toEqual(['1', '2']);
	});

	test('makes a deleted consumer anew', async () => {
		const came = collect(a);
		await append('1');
		await eventually(() => came.length === 1);
		await (await manager()).consumers.delete('VF_EVENTS', 'relay');
		await append('2');
		await eventually(() => ids(came).includes('2'), 15_000);
	});

	test('refuses alerts when it is full, and leaves what an operator changed as it is', async () => {
		const { streams } = await manager();
		await streams.update('VF_EVENTS', { max_bytes: 2_000 });
		const told = Array.from({ length: 30 }, (_, i) => append(`alert ${i}`));
		const outcomes = await Promise.allSettled(told);
		const refused = outcomes.filter(({ status }) => status === 'rejected');
		expect(refused.length).toBeGreaterThan(0);
		expect(refused.length).toBeLessThan(30);
		expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({ code: 'unavailable' });
		const c = await openInstance(natsConfig(nats.url, 'c'));
		await eventually(() => c.journal.state().available);
		await c.bus.close();
		expect((await streams.info('VF_EVENTS')).config.max_bytes).toBe(2_000);
	});
});

describe('a NATS without JetStream', () => {
	test('has a bus, and says what is missing; with JetStream everything heals by itself', async () => {
		const came = collect(b);
		await nats.restart({ jetstream: false });
		await eventually(() => a.bus.state().connected && a.journal.state().reason?.includes('-js') === true);
		expect(a.journal.state()).toEqual({
			available: false,
			reason: 'NATS has no JetStream: start nats-server with -js'
		});
		await expect(append('1')).rejects.toMatchObject({ code: 'unavailable' });
		await expect(a.objects.get('x')).rejects.toMatchObject({ code: 'unavailable' });
		await nats.restart({ jetstream: true });
		await eventually(() => a.journal.state().available, 10_000);
		await append('2');
		await eventually(() => came.length === 1, 10_000);
		expect(ids(came)).toEqual(['2']);
	});

	test('with little room keeps less', async () => {
		await nats.stop();
		nats = await startNats({ maxStore: 100_000_000 });
		const c = await openInstance(natsConfig(nats.url, 'c'));
		await eventually(() => c.journal.state().available);
		await append('1', c);
		await c.bus.close();
	});
});

describe('files', () => {
	const read = async (name: string, instance = b) => {
		const content = await instance.objects.get(name);
		if (content === null) return null;
		const chunks: Buffer[] = [];
		for await (const chunk of content) chunks.push(chunk as Buffer);
		return Buffer.concat(chunks);
	};

	test('are read elsewhere as they were written, replaced, listed and removed', async () => {
		const large = randomBytes(1_500_000);
		await a.objects.put(
			'models/ä 線 1.onnx',
			Readable.from([large.subarray(0, 70_000), large.subarray(70_000)])
		);
		await a.objects.put('alerts/1.jpg', Readable.from([Buffer.from('old')]));
		await a.objects.put('alerts/1.jpg', Readable.from([Buffer.from('new')]));
		await a.objects.put('empty', Readable.from([]));
		expect((await read('models/ä 線 1.onnx'))?.equals(large)).toBe(true);
		expect((await read('alerts/1.jpg'))?.toString()).toBe('new');
		expect((await read('empty'))?.length).toBe(0);
		expect(await read('none')).toBeNull();
		const listed = await b.objects.list('models/');
		expect(listed.map(({ name }) => name)).toEqual(['models/ä 線 1.onnx']);
		expect(Math.abs((listed[0]?.writtenAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
		for (const name of ['models/ä 線 1.onnx', 'alerts/1.jpg', 'empty', 'none']) await b.objects.remove(name);
		expect(await read('models/ä 線 1.onnx', a)).toBeNull();
		expect(await a.objects.list('')).toEqual([]);
		expect((await (await manager()).streams.info('OBJ_vf-files')).state.messages).toBe(0);
	});

	test('that break off while they are written are not there, and leave nothing behind', async () => {
		async function* breaking() {
			yield randomBytes(400_000);
			throw new Error('the disk is gone');
		}
		const writing = a.objects.put('broken', Readable.from(breaking()));
		await expect(writing).rejects.toMatchObject({ code: 'unavailable' });
		expect(await b.objects.get('broken')).toBeNull();
		expect((await (await manager()).streams.info('OBJ_vf-files')).state.messages).toBe(0);
	});

	test('that are replaced while they are read fail, and never come mixed', async () => {
		const [first, second] = [randomBytes(600_000), randomBytes(600_000)];
		await a.objects.put('x', Readable.from([first]));
		const content = (await b.objects.get('x')) as Readable;
		const hash = createHash('sha256');
		const reading = (async () => {
			for await (const chunk of content) {
				hash.update(chunk as Buffer);
				await a.objects.put('x', Readable.from([second]));
			}
		})();
		await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
	});

	test('outlive a kill of the server', async () => {
		await a.objects.put('x', Readable.from([Buffer.from('kept')]));
		await nats.restart();
		const kept = vi.fn(() => read('x').catch(() => null));
		await eventually(async () => (await kept())?.toString() === 'kept', 10_000);
	});
});
