// The engine with its real worker, real ffmpeg and the demo cameras: pictures with their own vectors, stops, deaths, dead cameras.
import { createServer, type Server, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { pino } from 'pino';
import sharp from 'sharp';
import { afterEach, expect, test } from 'vitest';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { compileFlowModule, createFlow } from '#lib/workers/flow/kernel.ts';
import { summarise } from '#lib/workers/flow/summary.ts';
import { subjects } from '../bus/index.ts';
import type { RunnableStream } from '../streams/ports.ts';
import type { EngineDeps } from './index.ts';
import { createStreamPool } from './pool.ts';
import { benchOf, fakeRegistry, livingChildren, streamOf, until } from './testing/bench.ts';

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });
const clip = (name: string) => resolve('scenes/loops', `${name}.mp4`);
let stop: () => Promise<void> = async () => {};
const servers: Server[] = [];
afterEach(async () => {
	await stop();
	for (const server of servers.splice(0)) server.close();
});

function running(streams: RunnableStream[], over: Partial<Omit<EngineDeps, 'streams'>> = {}) {
	const registry = fakeRegistry(streams);
	const bench = benchOf({ ...over, streams: registry });
	const frames: PreviewFrame[] = [];
	bench.bus.subscribe(subjects.frame, (frame) => frames.push(frame));
	stop = bench.engine.stop;
	return { ...bench, registry, frames };
}

const ffmpegs = () => livingChildren('ffmpeg');

test('pictures arrive with figures, at the preview rate, numbered and in order', async () => {
	const { engine, frames, word } = running([streamOf('a', clip('junction'))]);
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	await until('two seconds of pictures came', () => frames.length >= 11);
	const [first] = frames;
	expect(first).toMatchObject({
		streamId: 'a',
		seq: 1,
		width: 320,
		gridSize: 16,
		runId: engine.status('a').runId
	});
	expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, i) => i + 1));
	expect(frames.every((frame, i) => i === 0 || frame.capturedAt > frames[i - 1]!.capturedAt)).toBe(true);
	expect((await sharp(first!.jpeg).metadata()).width).toBe(320);
	const rate = (frames.length - 1) / ((frames.at(-1)!.capturedAt - first!.capturedAt) / 1000);
	expect(rate).toBeGreaterThan(4);
	expect(rate).toBeLessThan(6.5);
	await until('a second was counted', () => (engine.status('a').fps ?? 0) > 8);
	const status = engine.status('a');
	expect(status).toMatchObject({ state: 'active', source: { codec: 'h264', analysisWidth: 320 } });
	expect(status.latencyMs).toBeLessThan(1000);
	expect(status.flow?.total).toBeGreaterThan(100);
});

test('the vectors are of the very picture they come with', async () => {
	// Every analysed frame has a picture here, so that the test can measure the pictures themselves.
	const analysis = {
		width: 320,
		fps: 10,
		gridSize: 16,
		winRadius: 8,
		threshold: 1,
		mode: 'faithful'
	} as const;
	const preview = { fps: 10, maxWidth: 320, quality: 95 };
	const { engine, frames } = running([streamOf('a', clip('concourse'), { analysis })], { preview });
	await engine.start();
	await until('three seconds of pictures came', () => frames.length >= 30);
	await engine.stop();
	const { width, height, gridSize, winRadius } = { ...frames[0]!, ...analysis };
	const flow = createFlow(
		{ width, height, gridSize, winRadius, mode: 'faithful' },
		await compileFlowModule()
	);
	const agreement: number[] = [];
	for (const frame of frames) {
		const gray = await sharp(frame.jpeg).resize(width, height).grayscale().raw().toBuffer();
		const { vectors } = summarise(flow.measure(new Uint8Array(gray)), analysis.threshold);
		agreement.push(sharedVectors(frame.vectors, vectors));
	}
	// The first has no frame before it in the test; those after it must agree with their own picture's motion.
	const sorted = agreement.slice(1).sort((a, b) => a - b);
	expect(sorted[Math.floor(sorted.length / 2)]).toBeGreaterThan(0.8);
});

/** Share of a's vectors that b holds at the same point, within half a pixel. */
function sharedVectors(a: Float32Array, b: Float32Array): number {
	const at = new Map<string, [number, number]>();
	for (let i = 0; i < b.length; i += 4) at.set(`${b[i]},${b[i + 1]}`, [b[i + 2]!, b[i + 3]!]);
	let shared = 0;
	for (let i = 0; i < a.length; i += 4) {
		const other = at.get(`${a[i]},${a[i + 1]}`);
		if (other && Math.hypot(a[i + 2]! - other[0], a[i + 3]! - other[1]) < 0.5) shared++;
	}
	return a.length === 0 ? 1 : shared / (a.length / 4);
}

test('a stop takes less than two seconds and leaves no ffmpeg', async () => {
	const { engine, word, registry } = running(['junction', 'yard'].map((name) => streamOf(name, clip(name))));
	await engine.start();
	await until('both are connected', () => word('junction') === 'connected' && word('yard') === 'connected');
	expect(ffmpegs()).toBe(2);
	registry.runnable = registry.runnable.slice(1);
	const asked = performance.now();
	await engine.reconcile();
	await until('junction is gone', () => engine.statuses().length === 1);
	expect(performance.now() - asked).toBeLessThan(2000);
	expect(ffmpegs()).toBe(1);
	expect(word('yard')).toBe('connected');
});

test('other settings restart the run with them', async () => {
	const { engine, word, registry, frames } = running([streamOf('a', clip('junction'))]);
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	const before = engine.status('a').runId;
	const analysis = { ...registry.runnable[0]!.analysis, gridSize: 32 };
	registry.runnable = [streamOf('a', clip('junction'), { analysis, processingVersion: '2' })];
	await engine.reconcile();
	await until('pictures of the new grid come', () => frames.at(-1)?.gridSize === 32);
	expect(engine.status('a').runId).not.toBe(before);
	expect(ffmpegs()).toBe(1);
});

test('another preview rate and size apply to what runs', async () => {
	const { engine, frames } = running([streamOf('a', clip('junction'))]);
	await engine.start();
	await until('pictures come', () => frames.length > 0);
	const run = engine.status('a').runId;
	engine.setPreview({ fps: 2, maxWidth: 160, quality: 50 });
	await until('smaller pictures come', () => frames.length > 0 && frames.at(-1)!.jpeg.byteLength < 6000);
	expect((await sharp(frames.at(-1)!.jpeg).metadata()).width).toBe(160);
	expect(engine.status('a').runId).toBe(run);
});

test('a dead thread takes its own streams alone and its ffmpegs with it; they come back', async () => {
	const pool = createStreamPool({ threads: 2, log });
	const names = ['junction', 'concourse', 'yard'];
	const { engine, told } = running(
		names.map((name) => streamOf(name, clip(name))),
		{ pool }
	);
	await engine.start();
	await until('all are connected', () => engine.statuses().every(({ status }) => status === 'connected'));
	const runs = new Map(engine.statuses().map(({ streamId, runId }) => [streamId, runId!]));
	const thread = pool.threadOf(runs.get('junction')!);
	const victims = names.filter((name) => pool.threadOf(runs.get(name)!) === thread);
	expect(victims.length).toBeLessThan(3);
	pool.terminateThreadOf(runs.get('junction')!);
	await until('its streams are down', () =>
		victims.every((id) => engine.status(id).status === 'worker_down')
	);
	expect(ffmpegs()).toBe(3 - victims.length);
	await until('all are connected again', () =>
		engine.statuses().every(({ status }) => status === 'connected')
	);
	expect(ffmpegs()).toBe(3);
	for (const name of names.filter((name) => !victims.includes(name))) {
		expect(engine.status(name).runId).toBe(runs.get(name));
		expect(
			told.every(({ streamId, status }) => streamId !== name || ['starting', 'connected'].includes(status))
		).toBe(true);
	}
});

/** A camera that accepts a connection and never says a word. */
async function silentCamera(): Promise<string> {
	const sockets: Socket[] = [];
	const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
	servers.push(server);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	server.on('close', () => sockets.forEach((socket) => socket.destroy()));
	const { port } = server.address() as { port: number };
	return `rtsp://127.0.0.1:${port}/live`;
}

test('twenty cameras that do not answer disturb nobody, and each says why', async () => {
	const silent = await silentCamera();
	const dead = Array.from({ length: 20 }, (_, i) =>
		streamOf(`dead${i}`, i % 2 ? silent : 'rtsp://127.0.0.1:9/live')
	);
	const { engine, word, told, registry } = running([...dead, streamOf('good', clip('junction'))], {
		maxStreams: 32
	});
	await engine.start();
	await until('the good one is connected', () => word('good') === 'connected', 30_000);
	await new Promise((done) => setTimeout(done, 12_000));
	expect(ffmpegs(), 'connection attempts at once, and the good one').toBeLessThanOrEqual(9);
	const good = told.filter(
		({ streamId, status, fps }) => streamId === 'good' && status === 'connected' && fps !== null
	);
	expect(Math.min(...good.slice(2).map(({ fps }) => fps!))).toBeGreaterThan(7);
	expect(engine.status('dead0')).toMatchObject({ status: 'stream_error', code: 'refused' });
	await until(
		'the silent ones say so',
		() => engine.statuses().some(({ code }) => code === 'timed_out'),
		30_000
	);
	expect(registry.runnable).toHaveLength(21);
	const asked = performance.now();
	await engine.stop();
	expect(performance.now() - asked).toBeLessThan(3000);
	expect(ffmpegs()).toBe(0);
});

test('a probe tells what a source is, or why not', async () => {
	const { engine, registry } = running([]);
	const found = await engine.probe(streamOf('a', clip('yard')).source);
	expect(found).toMatchObject({ ok: true, codec: 'h264' });
	const refused = await engine.probe(streamOf('a', 'rtsp://127.0.0.1:9/live').source);
	expect(refused).toMatchObject({ ok: false, failure: { code: 'refused' } });
	registry.deny = { code: 'not_allowed', message: 'No', advice: 'Ask', evidence: '' };
	expect(await engine.probe(streamOf('a', clip('yard')).source)).toMatchObject({
		ok: false,
		failure: { code: 'not_allowed' }
	});
});

test('shutdown with many streams ends within three seconds and leaves no ffmpeg', async () => {
	const silent = await silentCamera();
	const streams = Array.from({ length: 10 }, (_, i) => streamOf(`s${i}`, i % 2 ? clip('yard') : silent));
	const { engine, told } = running(streams);
	await engine.start();
	await until(
		'some are connected',
		() => new Set(told.filter((s) => s.status === 'connected').map((s) => s.streamId)).size >= 2,
		30_000
	);
	const asked = performance.now();
	await engine.stop();
	expect(performance.now() - asked).toBeLessThan(3000);
	expect(ffmpegs()).toBe(0);
});
