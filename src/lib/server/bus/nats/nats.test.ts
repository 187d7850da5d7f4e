// Instances on one NATS: what reaches whom, what is never published, what outages and strangers do.
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { AppError } from '../../base/errors.ts';
import { questions, subjects } from '../subjects.ts';
import { eventually, natsConfig, openInstance, warnings, type TestInstance } from '../testing/carriers.ts';
import { startNats, type NatsServer } from '../testing/nats-server.ts';

let nats: NatsServer;
let a: TestInstance;
let b: TestInstance;
let stranger: NatsConnection | null = null;

beforeEach(async () => {
	nats = await startNats({ jetstream: false, maxPayload: 200_000 });
	[a, b] = (await Promise.all(['a', 'b'].map((id) => openInstance(natsConfig(nats.url, id))))) as [
		TestInstance,
		TestInstance
	];
});
afterEach(async () => {
	await stranger?.close();
	stranger = null;
	await Promise.all([a.bus.close(), b.bus.close()]);
	await nats.stop();
});

const frameOf = (streamId: string, jpegBytes = 60_000): PreviewFrame => ({
	streamId,
	runId: 'run',
	seq: 7,
	capturedAt: 1_700_000_000_123.5,
	width: 640,
	height: 360,
	jpeg: Uint8Array.from({ length: jpegBytes }, (_, i) => (i * 31) % 256),
	gridSize: 16,
	flow: { avg: 1.5, max: 9, count: 2, direction: 90, coherence: 0.5 } as PreviewFrame['flow'],
	vectors: Float32Array.from({ length: 5_200 }, (_, i) => Math.fround(i / 7)),
	objects: [
		{ trackId: 3, label: 'Grüße', confidence: 0.5, box: { x: 0, y: 0, width: 1, height: 1 } }
	] as never
});

/** Through whatever a and b have under way. */
async function settled(): Promise<void> {
	const end = b.bus.answer(questions.retry, async () => null);
	await eventually(async () => {
		const asking = a.bus.ask(questions.retry, 'b', { streamId: '' }, 500);
		return asking.then(
			() => true,
			() => false
		);
	});
	end();
	await sleep(60);
}

const publishedBy = async (instance: TestInstance, work: () => void | Promise<void>) => {
	const { messages: before } = instance.bus.state().sent;
	const { in_msgs: serverBefore } = await nats.figures();
	await work();
	await sleep(100);
	const { messages } = instance.bus.state().sent;
	return { sent: messages - before, atServer: (await nats.figures()).in_msgs - serverBefore };
};

describe('what is said', () => {
	test('reaches who listens elsewhere, in order, with its origin; and not who listens to here alone', async () => {
		const heard: [unknown, unknown][] = [];
		const onlyHere = vi.fn();
		b.bus.subscribe(subjects.streamChange, (payload, origin) => heard.push([payload, origin]));
		b.bus.subscribe(subjects.streamChange, onlyHere, { from: 'here' });
		await settled();
		const at = Date.now();
		for (let i = 0; i < 500; i++)
			a.bus.publish(subjects.streamChange, { streamId: `Gr\u00fc\u00dfe ${i}`, change: 'created' });
		await eventually(() => heard.length === 500);
		expect(heard.map(([payload]) => payload)).toEqual(
			Array.from({ length: 500 }, (_, i) => ({ streamId: `Gr\u00fc\u00dfe ${i}`, change: 'created' }))
		);
		expect(heard[0]?.[1]).toMatchObject({ instance: 'a', here: false });
		expect((heard[0]?.[1] as { at: number }).at).toBeGreaterThanOrEqual(at);
		expect(onlyHere).not.toHaveBeenCalled();
	});

	test('of one moment leaves in one message; what is for here leaves never', async () => {
		await settled();
		const published = await publishedBy(a, () => {
			for (let i = 0; i < 50; i++) {
				a.bus.publish(subjects.settingsChange, null);
				a.bus.publish(subjects.facts, {} as never);
			}
		});
		expect(published.sent).toBe(1);
	});

	test('is asked of NATS only while somebody here takes it from afar', async () => {
		await settled();
		const subscriptions = async () => (await nats.figures()).subscriptions;
		const before = await subscriptions();
		const ends = [
			b.bus.subscribe(subjects.alert, () => {}),
			b.bus.subscribe(subjects.alert, () => {}),
			b.bus.subscribe(subjects.detection, () => {}, { from: 'here' }),
			b.bus.subscribe(subjects.facts, () => {})
		];
		await eventually(async () => (await subscriptions()) === before + 1);
		ends[0]?.();
		ends[0]?.();
		await sleep(50);
		expect(await subscriptions()).toBe(before + 1);
		ends[1]?.();
		await eventually(async () => (await subscriptions()) === before);
	});

	test('too large for NATS is dropped and counted, and the next goes through', async () => {
		const heard = vi.fn();
		b.bus.subscribe(subjects.streamChange, heard);
		await settled();
		a.bus.publish(subjects.streamChange, { streamId: 'x'.repeat(250_000), change: 'created' });
		a.bus.publish(subjects.streamChange, { streamId: 'small', change: 'created' });
		await eventually(() => heard.mock.calls.length === 1);
		expect(a.bus.state().dropped).toBe(1);
	});
});

describe('what is watched', () => {
	test('crosses exactly as it was, only for the key watched, and ends at once', async () => {
		const heard: PreviewFrame[] = [];
		b.bus.subscribe(subjects.frame, (frame) => heard.push(frame));
		const end = b.bus.watch(subjects.frame, 'one.*.stream');
		await eventually(() => a.bus.watchedElsewhere(subjects.frame, 'one.*.stream'));
		expect(a.bus.watchedElsewhere(subjects.frame, 'other')).toBe(false);
		const frame = frameOf('one.*.stream');
		const published = await publishedBy(a, () => {
			a.bus.publish(subjects.frame, frame);
			a.bus.publish(subjects.frame, frameOf('other'));
		});
		expect(heard).toEqual([frame]);
		expect(published.sent).toBe(1);
		end();
		await eventually(() => !a.bus.watchedElsewhere(subjects.frame, 'one.*.stream'), 1_000);
	});

	test('by nobody publishes nothing: the server counts no message', async () => {
		b.bus.subscribe(subjects.frame, () => {});
		await settled();
		const published = await publishedBy(a, () => {
			for (let i = 0; i < 100; i++) a.bus.publish(subjects.frame, frameOf(`s${i}`));
		});
		expect(published).toEqual({ sent: 0, atServer: 0 });
	});

	test('as a whole (*) brings every key once, also one that is watched by itself', async () => {
		const heard: string[] = [];
		b.bus.subscribe(subjects.frame, ({ streamId }) => heard.push(streamId));
		const endOne = b.bus.watch(subjects.frame, 'one');
		const endAll = b.bus.watch(subjects.frame, '*');
		await eventually(() => a.bus.watchedElsewhere(subjects.frame, 'two'));
		for (const id of ['one', 'two']) a.bus.publish(subjects.frame, frameOf(id, 100));
		await eventually(() => heard.length === 2);
		endAll();
		await eventually(() => !a.bus.watchedElsewhere(subjects.frame, 'two'), 1_000);
		expect(a.bus.watchedElsewhere(subjects.frame, 'one')).toBe(true);
		await settled();
		for (const id of ['one', 'two']) a.bus.publish(subjects.frame, frameOf(id, 100));
		await settled();
		expect(heard).toEqual(['one', 'two', 'one']);
		endOne();
	});

	test('is known to an instance that comes later, at once', async () => {
		b.bus.watch(subjects.frame, 'one');
		const late = await openInstance(natsConfig(nats.url, 'late'));
		try {
			await eventually(() => late.bus.watchedElsewhere(subjects.frame, 'one'), 1_000);
		} finally {
			await late.bus.close();
		}
	});

	test('by an instance that died is watched no more after ten seconds', async () => {
		stranger = await connect({ servers: `127.0.0.1:${nats.port}` });
		const watching = { v: 1, from: 'dead', watches: { 'stream.frame': ['one'] }, ask: false };
		stranger.publish('vf.watch', JSON.stringify(watching));
		await eventually(() => a.bus.watchedElsewhere(subjects.frame, 'one'));
		vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 10_001);
		expect(a.bus.watchedElsewhere(subjects.frame, 'one')).toBe(false);
		vi.restoreAllMocks();
	});

	test('a frame above max_payload is dropped, counted and logged once', async () => {
		b.bus.watch(subjects.frame, 'one');
		await eventually(() => a.bus.watchedElsewhere(subjects.frame, 'one'));
		for (let i = 0; i < 3; i++) a.bus.publish(subjects.frame, frameOf('one', 200_000));
		expect(a.bus.state().dropped).toBe(3);
		expect(warnings(a, 'max_payload')).toHaveLength(1);
	});
});

describe('what is asked', () => {
	test('is answered by the instance named, or by whoever knows', async () => {
		b.bus.answer(questions.logs, async ({ streamId, tail }) => [{ at: streamId, tail }] as never);
		a.bus.answer(questions.logs, async () => undefined);
		await settled();
		for (const asked of ['b', 'any']) {
			const lines = await a.bus.ask(questions.logs, asked, { streamId: 's', tail: 3 }, 1_000);
			expect(lines).toEqual([{ at: 's', tail: 3 }]);
		}
	});

	test('fails as the answerer failed; anything but an AppError is internal, without detail', async () => {
		const errors = [{ path: 'url', message: 'is no address' }];
		b.bus.answer(questions.probe, () => Promise.reject(new AppError('invalid_input', 'No.', { errors })));
		b.bus.answer(questions.retry, () => Promise.reject(new Error('password=hunter2')));
		await settled();
		b.bus.answer(questions.retry, () => Promise.reject(new Error('password=hunter2')));
		await sleep(50);
		await expect(a.bus.ask(questions.probe, 'b', {} as never, 1_000)).rejects.toMatchObject({
			name: 'AppError',
			code: 'invalid_input',
			message: 'No.',
			errors
		});
		const broken = a.bus.ask(questions.retry, 'b', { streamId: 's' }, 1_000);
		await expect(broken).rejects.toMatchObject({ code: 'internal' });
		await expect(broken).rejects.not.toThrow('hunter2');
		expect(b.log.error).toHaveBeenCalled();
	});

	test('an answer larger than NATS takes is a failure, not a silence', async () => {
		b.bus.answer(questions.file, async () => ({ part: 'x'.repeat(250_000), size: 250_000 }));
		await settled();
		const asking = a.bus.ask(questions.file, 'b', { path: 'p', offset: 0 }, 2_000);
		await expect(asking).rejects.toMatchObject({ code: 'internal' });
	});

	test('of an instance that is not there fails at once', async () => {
		await settled();
		const began = Date.now();
		const asking = a.bus.ask(questions.logs, 'nobody', { streamId: 's', tail: 1 }, 5_000);
		await expect(asking).rejects.toMatchObject({ code: 'unavailable' });
		expect(Date.now() - began).toBeLessThan(1_000);
	});
});

describe('trouble', () => {
	test('a killed server: all here goes on, the newest is said afterwards, watchers and questions are back', async () => {
		const heard: string[] = [];
		const here = vi.fn();
		b.bus.subscribe(subjects.streamChange, ({ streamId }) => heard.push(streamId));
		b.bus.watch(subjects.frame, 'one');
		await settled();
		await nats.kill();
		await eventually(() => !a.bus.state().connected && !b.bus.state().connected);
		expect(a.bus.state().lostAt).toBeInstanceOf(Date);
		expect(a.bus.state().reason).toContain('is away');
		a.bus.subscribe(subjects.streamChange, here);
		for (let i = 0; i < 5_000; i++)
			a.bus.publish(subjects.streamChange, { streamId: `${i}`, change: 'display' });
		expect(here).toHaveBeenCalledTimes(5_000);
		expect(a.bus.state().dropped).toBe(5_000 - 4_096);
		const asking = a.bus.ask(questions.logs, 'b', { streamId: 's', tail: 1 }, 5_000);
		await expect(asking).rejects.toMatchObject({ code: 'unavailable' });
		await nats.restart();
		await eventually(() => a.bus.state().connected && b.bus.state().connected);
		b.bus.answer(questions.retry, async () => null);
		await eventually(() => a.bus.watchedElsewhere(subjects.frame, 'one'));
		await settled();
		a.bus.publish(subjects.streamChange, { streamId: 'last', change: 'display' });
		await eventually(() => heard.at(-1) === 'last');
	});

	test('a server that hangs fills no memory: what it does not take is dropped and counted', async () => {
		b.bus.watch(subjects.frame, 'one');
		await eventually(() => a.bus.watchedElsewhere(subjects.frame, 'one'));
		nats.freeze();
		try {
			const frame = frameOf('one', 150_000);
			for (let i = 0; i < 200; i++) a.bus.publish(subjects.frame, frame);
			expect(a.bus.state().dropped).toBeGreaterThan(50);
		} finally {
			nats.thaw();
		}
		await eventually(() => a.bus.state().connected);
		await settled();
		const heard = vi.fn();
		b.bus.subscribe(subjects.frame, heard);
		a.bus.publish(subjects.frame, frameOf('one'));
		await eventually(() => heard.mock.calls.length > 0);
	});

	test('messages of strangers and of other versions are dropped, and logged once a minute', async () => {
		const heard = vi.fn();
		b.bus.subscribe(subjects.streamChange, heard);
		b.bus.subscribe(subjects.frame, heard);
		b.bus.answer(questions.retry, async () => null);
		b.bus.watch(subjects.frame, '*');
		stranger = await connect({ servers: `127.0.0.1:${nats.port}` });
		const wire = ['bus.stream.change', 'bus.stream.frame.one', 'watch', 'ask.b.engine.retry'];
		const bad = [
			'',
			'no json',
			'null',
			'{"v":2,"from":"c","said":[]}',
			'{"v":1,"from":"c","said":[[1]]}',
			new Uint8Array([0x56, 0x46, 1, 0, 255, 255, 255, 255, 0, 0, 0, 0]),
			new Uint8Array([0x56, 0x46, 1, 0, 2, 0, 0, 0, 4, 0, 0, 0, 123, 125, 0, 0, 0, 0])
		];
		for (const subject of wire) for (const data of bad) stranger.publish(`vf.${subject}`, data);
		await stranger.flush();
		await eventually(() => warnings(b, 'does not read').length > 0);
		await sleep(50);
		expect(heard).not.toHaveBeenCalled();
		expect(warnings(b, 'does not read')).toHaveLength(1);
		expect(b.bus.state().connected).toBe(true);
	});

	test('two installations on one NATS do not hear each other', async () => {
		const other = await openInstance(natsConfig(nats.url, 'b', { prefix: 'other' }));
		const heard = vi.fn();
		other.bus.subscribe(subjects.streamChange, heard);
		await settled();
		a.bus.publish(subjects.streamChange, { streamId: 's', change: 'created' });
		await sleep(100);
		await other.bus.close();
		expect(heard).not.toHaveBeenCalled();
	});
});
