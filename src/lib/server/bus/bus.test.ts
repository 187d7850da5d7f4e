// What every kind of bus does for those on one instance: fan-out, containment of errors, questions, endings.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AppError } from '../base/errors.ts';
import type { Bus } from './bus.ts';
import { openCarriers } from './carriers.ts';
import { questions, subjects, type StreamChange } from './subjects.ts';
import { natsConfig, quietLog } from './testing/carriers.ts';
import { startNats, type NatsServer } from './testing/nats-server.ts';

const change: StreamChange = { streamId: 'a', change: 'created' };
let nats: NatsServer;

beforeAll(async () => void (nats = await startNats()));
afterAll(() => nats.stop());

describe.each(['memory', 'nats'] as const)('the %s bus', (kind) => {
	const log = quietLog();
	let bus: Bus;

	beforeEach(async () => {
		vi.clearAllMocks();
		const config = natsConfig(nats.url, 'here');
		({ bus } = await openCarriers(kind === 'nats' ? config : { ...config, natsUrl: null }, log));
	});
	afterEach(() => bus.close());

	test('hands a payload at once to every subscriber of its subject and to nobody else', () => {
		const seen: string[] = [];
		bus.subscribe(subjects.streamChange, (payload) => seen.push(`1 ${payload.streamId}`));
		bus.subscribe(subjects.streamChange, (payload) => seen.push(`2 ${payload.streamId}`), { from: 'here' });
		bus.subscribe(subjects.status, () => seen.push('status'));
		bus.publish(subjects.streamChange, change);
		expect(seen).toEqual(['1 a', '2 a']);
	});

	test('hands over the very payload, and says that it comes from here', () => {
		const heard = vi.fn();
		bus.subscribe(subjects.streamChange, heard);
		bus.publish(subjects.streamChange, change);
		expect(heard.mock.calls[0]?.[0]).toBe(change);
		expect(heard.mock.calls[0]?.[1]).toMatchObject({ instance: 'here', here: true });
	});

	test('says nothing twice', async () => {
		const heard = vi.fn();
		bus.subscribe(subjects.streamChange, heard);
		bus.publish(subjects.streamChange, change);
		await sleep(100);
		expect(heard).toHaveBeenCalledOnce();
	});

	test('a throwing subscriber is logged and the others still hear', () => {
		const heard = vi.fn();
		bus.subscribe(subjects.streamChange, () => {
			throw new Error('broken');
		});
		bus.subscribe(subjects.streamChange, heard);
		expect(() => bus.publish(subjects.streamChange, change)).not.toThrow();
		expect(heard).toHaveBeenCalledOnce();
		expect(log.error).toHaveBeenCalledOnce();
	});

	test('ending one subscription leaves an equal one alone', () => {
		const heard = vi.fn();
		const end = bus.subscribe(subjects.streamChange, heard);
		bus.subscribe(subjects.streamChange, heard);
		end();
		end();
		bus.publish(subjects.streamChange, change);
		expect(heard).toHaveBeenCalledOnce();
	});

	test('a subscriber may end itself while being called', () => {
		const heard = vi.fn();
		const end = bus.subscribe(subjects.streamChange, () => {
			heard();
			end();
		});
		bus.publish(subjects.streamChange, change);
		bus.publish(subjects.streamChange, change);
		expect(heard).toHaveBeenCalledOnce();
	});

	test('after close nobody hears, and closing twice is no error', async () => {
		const heard = vi.fn();
		bus.subscribe(subjects.streamChange, heard);
		await bus.close();
		await bus.close();
		bus.publish(subjects.streamChange, change);
		expect(heard).not.toHaveBeenCalled();
	});

	test('what is watched here alone is watched nowhere else', async () => {
		const end = bus.watch(subjects.frame, 'a');
		await sleep(50);
		expect(bus.watchedElsewhere(subjects.frame, 'a')).toBe(false);
		end();
		end();
	});

	test.each(['here', 'any'])('answers its own questions, asked of %s', async (asked) => {
		bus.answer(questions.retry, async ({ streamId }) => (streamId === 'a' ? null : undefined));
		await expect(bus.ask(questions.retry, asked, { streamId: 'a' }, 500)).resolves.toBeNull();
	});

	test('throws what the answerer threw', async () => {
		const thrown = new AppError('not_found', 'There is no such stream.', { retryAfterS: 3 });
		bus.answer(questions.retry, () => Promise.reject(thrown));
		await expect(bus.ask(questions.retry, 'here', { streamId: 'a' }, 500)).rejects.toMatchObject({
			code: 'not_found',
			message: 'There is no such stream.',
			retryAfterS: 3
		});
	});

	test.each([
		['nobody answers', () => {}],
		['the answerer is silent', () => bus.answer(questions.retry, async () => undefined)],
		['the answer takes too long', () => bus.answer(questions.retry, () => sleep(2_000, null))],
		['the answerer has gone', () => bus.answer(questions.retry, async () => null)()]
	])('a question is unavailable when %s', async (_, prepare) => {
		prepare();
		for (const asked of ['here', 'any', 'elsewhere']) {
			const asking = bus.ask(questions.retry, asked, { streamId: 'a' }, 50);
			await expect(asking).rejects.toMatchObject({ name: 'AppError', code: 'unavailable' });
		}
	});

	test('the newest answerer answers, and an older one that ends takes nothing with it', async () => {
		const endOlder = bus.answer(questions.probe, () => Promise.reject(new Error('older')));
		bus.answer(questions.probe, async () => ({ newer: true }) as never);
		endOlder();
		await expect(bus.ask(questions.probe, 'here', {} as never, 500)).resolves.toEqual({ newer: true });
	});

	test('tells how it does', () => {
		expect(bus.state()).toMatchObject({ kind, connected: true, lostAt: null, reason: null, dropped: 0 });
	});
});
