// A client of the event stream: what a slow one costs, what it is told, and how it ends.
import { expect, test, vi } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createClient } from './client.ts';

const bytes = (text: string) => () => Buffer.from(text);
const status = (streamId: string, detail: string) => ({ streamId, detail }) as StreamStatus;

function clientOf(over = {}) {
	const onEnd = vi.fn();
	const client = createClient({ frames: 'all', statuses: 'all', detections: 'all', onEnd, ...over });
	const reader = client.stream.getReader();
	const read = async () => {
		const { value, done } = await reader.read();
		return done ? null : Buffer.from(value).toString();
	};
	return { client, reader, read, onEnd };
}

test('begins with the retry hint', async () => {
	expect(await clientOf().read()).toBe('retry: 2000\n\n');
});

test('a client that does not read holds one picture a stream, and hears how many it missed', async () => {
	const { client, read } = clientOf();
	await read();
	const encoded = vi.fn();
	for (let i = 0; i < 1000; i++) {
		for (const id of ['a', 'b']) {
			client.frame(id, () => {
				encoded(id, i);
				return Buffer.from(`${id}${i}`);
			});
		}
	}
	client.heartbeat(new Date(0));
	expect(JSON.parse((await read())!.split('data: ')[1]!)).toEqual({
		at: '1970-01-01T00:00:00.000Z',
		dropped: 1998,
		missed: 0
	});
	expect([await read(), await read()]).toEqual(['a999', 'b999']);
	expect(encoded, 'pictures nobody gets are never encoded').toHaveBeenCalledTimes(2);
});

test('statuses are never lost: the newest of each stream comes, before pictures', async () => {
	const { client, read } = clientOf();
	await read();
	client.frame('a', bytes('picture'));
	client.status(status('a', 'first'));
	client.status(status('b', 'other'));
	client.status(status('a', 'last'));
	const told = [await read(), await read()].map((text) => JSON.parse(text!.split('data: ')[1]!));
	expect(told).toEqual([
		{ streamId: 'a', detail: 'last' },
		{ streamId: 'b', detail: 'other' }
	]);
	expect(await read()).toBe('picture');
});

test('alerts and detections wait within bounds: the newest of an alert, the newest detections, the rest counted', async () => {
	const { client, read } = clientOf();
	await read();
	const alert = (id: number, status: string) =>
		client.alert({ id: `a${id}`, status } as unknown as AlertRecord);
	for (let i = 0; i < 250; i++) alert(i, 'firing');
	alert(249, 'resolved');
	for (let i = 0; i < 150; i++) client.detection({ id: `d${i}` } as DetectionRecord);
	client.heartbeat(new Date(0));
	const told: { id?: string; status?: string; missed?: number }[] = [];
	for (let i = 0; i < 301; i++) told.push(JSON.parse((await read())!.split('data: ')[1]!) as object);
	expect(told[0]).toMatchObject({ id: 'a50' });
	expect(told[199]).toEqual({ id: 'a249', status: 'resolved' });
	expect(told[200]).toMatchObject({ missed: 100 });
	expect(told[201]).toEqual({ id: 'd50' });
	expect(told[300]).toEqual({ id: 'd149' });
});

test('a busy stream does not keep another one waiting', async () => {
	const { client, read } = clientOf();
	await read();
	client.frame('busy', bytes('busy0'));
	client.frame('calm', bytes('calm'));
	expect(await read()).toBe('busy0');
	client.frame('busy', bytes('busy1'));
	client.frame('busy', bytes('busy2'));
	expect(await read()).toBe('calm');
	expect(await read()).toBe('busy2');
});

test('a waiting reader gets what comes at once, and the end when it is closed', async () => {
	const { client, read, onEnd } = clientOf();
	await read();
	const next = read();
	client.frame('a', bytes('now'));
	expect(await next).toBe('now');
	const end = read();
	client.close();
	client.close();
	expect(await end).toBeNull();
	expect(onEnd).toHaveBeenCalledOnce();
});

test('a reader that goes away ends the client', async () => {
	const { client, reader, onEnd } = clientOf();
	await reader.cancel();
	expect(onEnd).toHaveBeenCalledOnce();
	expect(() => client.frame('a', bytes('late'))).not.toThrow();
	expect(() => client.close()).not.toThrow();
});

test('only what was asked for is wanted', () => {
	const { client } = clientOf({ frames: new Set(['a']), statuses: new Set(['b']) });
	expect([client.wantsFrames('a'), client.wantsFrames('b')]).toEqual([true, false]);
	expect([client.wantsStatus('a'), client.wantsStatus('b')]).toEqual([false, true]);
});
