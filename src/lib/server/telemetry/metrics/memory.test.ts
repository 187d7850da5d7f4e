// What is told of streams' memory while their threads are busy, hang or die.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createStreamMemory, residentBytes, type StreamWorker } from './memory.ts';

const worker = (rest: Partial<StreamWorker> = {}): StreamWorker => ({
	streamId: 'a',
	decoderPid: null,
	heapShareBytes: 1000,
	...rest
});

/** A memory whose clock stands until it is moved. */
function memoryOf(workers: () => Promise<StreamWorker[]>, rssOf: (pid: number) => Promise<number | null>) {
	let now = 0;
	const memory = createStreamMemory(workers, rssOf, () => now);
	return {
		read: () => memory.read(),
		later: () => {
			now += 5000;
			return memory.read();
		}
	};
}

test('is the decoder and a share of the heap, asked once a second at most', async () => {
	let asked = 0;
	const { read, later } = memoryOf(
		async () => [worker({ decoderPid: ++asked })],
		async (pid) => 5000 * pid
	);
	expect([...(await read())]).toEqual([['a', 6000]]);
	expect([...(await read())]).toEqual([['a', 6000]]);
	expect([...(await later())]).toEqual([['a', 11_000]]);
});

test('of a thread that does not say keeps its last share, and its decoder goes on being told', async () => {
	let now = [worker({ decoderPid: 1 }), worker({ streamId: 'b' })];
	let rss = 5000;
	const { read, later } = memoryOf(
		async () => now,
		async () => rss
	);
	await read();
	now = [worker({ decoderPid: 1, heapShareBytes: null })];
	rss = 7000;
	expect([...(await later())]).toEqual([['a', 8000]]);
	// What stopped is forgotten, its share as well.
	now = [worker({ streamId: 'b', heapShareBytes: null })];
	expect([...(await later())]).toEqual([]);
});

test('is as last told while nobody answers, and asked no second time meanwhile', async () => {
	let asked = 0;
	let hangs = false;
	const { read, later } = memoryOf(
		() => {
			asked++;
			return hangs ? new Promise(() => {}) : Promise.resolve([worker()]);
		},
		async () => null
	);
	await read();
	hangs = true;
	const began = performance.now();
	expect([...(await later())]).toEqual([['a', 1000]]);
	expect([...(await later())]).toEqual([['a', 1000]]);
	expect(performance.now() - began).toBeLessThan(3000);
	expect(asked).toBe(2);
});

test('is as last told when the question fails', async () => {
	let fails = false;
	const { read, later } = memoryOf(
		async () => {
			if (fails) throw new Error('no threads');
			return [worker()];
		},
		async () => null
	);
	await read();
	fails = true;
	expect([...(await later())]).toEqual([['a', 1000]]);
});

test.runIf(process.platform === 'linux')(
	'of a real process is read, and of one that is gone is nothing',
	async () => {
		const child = spawn('sleep', ['60']);
		onTestFinished(() => void child.kill('SIGKILL'));
		await once(child, 'spawn');
		expect(await residentBytes(child.pid!)).toBeGreaterThan(100_000);
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await residentBytes(child.pid!)).toBeNull();
	}
);
