// A supervised source on a real RTSP camera: connecting, being lost in every way, coming back, and keeping its password.
import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import { startRtspCamera, type RtspCamera } from '../../../../tests/cameras/camera.ts';
import { clip } from '../../../../tests/cameras/clips.ts';
import { running, scratchFolder, sleep, until } from '../../../../tests/cameras/tools.ts';
import { watch, type Watched, type WatchOptions } from '../../../../tests/cameras/watch.ts';

const folder = scratchFolder();
const PASSWORD = 'gehe1m/@ß';
const cameras: RtspCamera[] = [];
const watched: Watched[] = [];
let file: string;
let shared: RtspCamera;

beforeAll(async () => {
	file = await clip(folder.path, { bFrames: true });
	shared = await camera({ user: 'admin', password: PASSWORD });
});

afterAll(async () => {
	await Promise.all(watched.map(({ source }) => source.close()));
	await Promise.all(cameras.map((each) => each.stop()));
	folder.remove();
});

async function camera(options: Parameters<typeof startRtspCamera>[0] = {}): Promise<RtspCamera> {
	const started = await startRtspCamera({ file, ...options });
	cameras.push(started);
	return started;
}

function open(
	url: string,
	options: Omit<WatchOptions, 'source'> & { transport?: 'auto' | 'tcp' | 'udp' } = {}
): Watched {
	const one = watch({ ...options, source: { kind: 'rtsp', url, transport: options.transport ?? 'auto' } });
	watched.push(one);
	return one;
}

describe.concurrent('connecting', () => {
	it.each(['tcp', 'udp'] as const)('yields frames over %s with a login', async (transport) => {
		const one = open(shared.url, { transport });
		await one.moreFrames(20);
		expect(one.infos[0]).toEqual({
			codec: 'h264',
			width: 640,
			height: 360,
			fps: 25,
			analysisWidth: 320,
			analysisHeight: 180
		});
		expect(one.phases.map(({ phase }) => phase)).toEqual(['waiting', 'connecting', 'live']);
		expect(one.logs.join()).toContain(`over ${transport.toUpperCase()}`);
		await one.source.close();
	});

	it('goes on to UDP by itself where the camera refuses TCP', async () => {
		const one = open((await camera({ transports: 'udp' })).url);
		await one.moreFrames(5);
		expect(one.failures).toEqual([]);
		expect(one.logs.join()).toContain('over UDP');
		await one.source.close();
	});

	it('shows previews of analysed frames only, at their rate', async () => {
		const one = open(shared.url, { preview: { fps: 5, maxWidth: 160, quality: 80 } });
		await one.moreFrames(60);
		await one.source.close();
		const analysed = new Set(one.frames.map(({ pts }) => pts));
		const steps = one.previews.slice(1).map(({ pts }, k) => (pts - one.previews[k]!.pts) / 90);
		expect(steps.length).toBeGreaterThan(5);
		expect(Math.min(...steps)).toBeGreaterThan(150);
		// The newest preview may be of a frame still on its way at the end; others lack theirs only where frames were dropped.
		const alone = one.previews.slice(0, -1).filter(({ pts }) => !analysed.has(pts));
		expect(alone.length).toBeLessThanOrEqual(one.counts.dropped);
		for (const { jpeg } of one.previews)
			expect(Buffer.from(jpeg).subarray(0, 2).toString('hex')).toBe('ffd8');
	});

	it('gives rising times that keep pace with the clock', async () => {
		const one = open(shared.url);
		await one.moreFrames(60);
		await one.source.close();
		const { frames } = one;
		for (let k = 1; k < frames.length; k++) {
			expect(frames[k]!.pts).toBeGreaterThan(frames[k - 1]!.pts);
			expect(frames[k]!.capturedAt).toBeGreaterThan(frames[k - 1]!.capturedAt);
		}
		const [first, last] = [frames[10]!, frames.at(-1)!];
		const pace = (last.pts - first.pts) / 90 / (last.capturedAt - first.capturedAt);
		expect(pace).toBeCloseTo(1, 1);
		for (const { capturedAt, arrivedAt } of frames) expect(capturedAt).toBeLessThanOrEqual(arrivedAt + 1);
	});
});

describe.concurrent('being lost', () => {
	it('says so when the camera dies, and is live again when it is back', async () => {
		const one = await camera();
		const stream = open(one.url);
		await stream.moreFrames(5);
		await one.kill();
		await until('a failure', () => stream.failures.length > 0);
		expect(stream.failures[0]).toMatchObject({
			code: 'ended',
			message: `127.0.0.1:${one.port} closed the stream`
		});
		await stream.failed('refused');
		await one.revive();
		stream.source.retryNow();
		await until('being live again', () => stream.live());
		await stream.moreFrames(5);
		expect(stream.counts.reconnects).toBe(1);
		await stream.source.close();
	});

	it('takes a camera that hangs for stalled, in the time it was given', async () => {
		const one = await camera();
		const stream = open(one.url, { staleAfterS: 2 });
		await stream.moreFrames(5);
		one.hang();
		const hungAt = Date.now();
		const failure = await stream.failed('stalled', 6_000);
		expect(Date.now() - hungAt).toBeLessThan(4_000);
		expect(failure.message).toContain('for 2 s');
		one.resume();
		await stream.moreFrames(5, 20_000);
		await stream.source.close();
	});

	it('replaces an ffmpeg that was killed, and one that hangs', async () => {
		const stream = open(shared.url, { staleAfterS: 1 });
		await stream.moreFrames(5);
		const first = stream.pid()!;
		process.kill(first, 'SIGKILL');
		const failure = await stream.failed('decoder_crashed');
		expect(failure.message).toContain('SIGKILL');
		await until('another ffmpeg', () => stream.live());
		const second = stream.pid()!;
		process.kill(second, 'SIGSTOP');
		await stream.failed('stalled');
		await until('a third ffmpeg', () => stream.live());
		expect(new Set([first, second, stream.pid()]).size).toBe(3);
		expect([first, second].filter(running)).toEqual([]);
		await stream.source.close();
	});

	it('keeps telling why while nothing answers, with growing waits', async () => {
		const stream = open('rtsp://127.0.0.1:9/live');
		await until('three failures', () => stream.failures.length >= 3, 15_000);
		expect(new Set(stream.failures.map(({ code }) => code))).toEqual(new Set(['refused']));
		const attempts = stream.phases.flatMap((state) => (state.phase === 'connecting' ? [state.attempt] : []));
		expect(attempts.slice(0, 3)).toEqual([1, 2, 3]);
		await stream.source.close();
	});
});

describe.concurrent('being told', () => {
	it('asks for leave before every attempt and gives it back with the first frame', async () => {
		let held = 0;
		let asked = 0;
		let grant = () => {};
		const turn = new Promise<void>((resolve) => (grant = resolve));
		const acquire = async () => {
			asked++;
			await turn;
			held++;
			return () => void held--;
		};
		const stream = open(shared.url, { deps: { acquire } });
		await sleep(300);
		expect(stream.phases).toEqual([{ phase: 'waiting' }]);
		expect(stream.pid()).toBeNull();
		grant();
		await stream.moreFrames(1);
		expect({ held, asked }).toEqual({ held: 0, asked: 1 });
		process.kill(stream.pid()!, 'SIGKILL');
		await stream.failed('decoder_crashed');
		expect(held).toBe(0);
		await stream.source.close();
	});

	it('tells a denial as its failure', async () => {
		const denied: SourceFailure = { code: 'not_allowed', message: 'no', advice: 'no.', evidence: '' };
		const stream = open(shared.url, { deps: { acquire: () => Promise.resolve(denied) } });
		expect(await stream.failed('not_allowed')).toEqual(denied);
		expect(stream.pid()).toBeNull();
		await stream.source.close();
	});

	it('changes its previews without a failure', async () => {
		const stream = open(shared.url);
		await stream.moreFrames(10);
		stream.source.setPreview({ fps: 3, maxWidth: 100, quality: 50 });
		stream.source.setPreview({ fps: 12, maxWidth: 200, quality: 90 });
		await until('a new ffmpeg', () => stream.phases.filter(({ phase }) => phase === 'live').length === 2);
		const before = stream.previews.length;
		await until('new previews', () => stream.previews.length >= before + 3);
		expect(jpegWidth(stream.previews.at(-1)!.jpeg)).toBe(200);
		expect(stream.failures).toEqual([]);
		expect(stream.counts.reconnects).toBe(0);
		await stream.source.close();
	});

	it('leaves no ffmpeg behind, whenever it is closed', async () => {
		for (const afterMs of [0, 60, 250, 900]) {
			const stream = open(shared.url);
			await sleep(afterMs);
			const pid = stream.pid();
			const closingAt = performance.now();
			await stream.source.close();
			expect(performance.now() - closingAt).toBeLessThan(2_500);
			const told = stream.phases.length + stream.frames.length;
			await sleep(50);
			expect(stream.phases.length + stream.frames.length).toBe(told);
			if (pid !== null) expect(running(pid)).toBe(false);
		}
	});
});

it('keeps the password off every command line, out of ffmpeg’s surroundings, logs and failures', async () => {
	process.env['VF_SECRET_KEY'] = 'a-key-of-the-server';
	const good = open(shared.url);
	const bad = open(shared.address({ password: `${PASSWORD}x` }));
	const seen: string[] = [];
	for (let k = 0; k < 40; k++) {
		seen.push(...commandLines());
		if (good.pid() !== null) seen.push(readFileSync(`/proc/${good.pid()}/environ`, 'latin1'));
		await sleep(20);
	}
	await good.moreFrames(1);
	await bad.failed('unauthorized');
	process.kill(good.pid()!, 'SIGKILL');
	await good.failed('decoder_crashed');
	const told = JSON.stringify([good.phases, good.logs, good.failures, bad.phases, bad.logs, bad.failures]);
	await Promise.all([good.source.close(), bad.source.close()]);
	delete process.env['VF_SECRET_KEY'];
	expect(seen.some((line) => line.includes('ffconcat') || line.includes('pipe:0'))).toBe(true);
	// The camera's own command line, of the test's making, holds it.
	const ours = seen.filter((line) => !line.includes('rtsp_camera.py'));
	for (const secret of ['gehe1m', 'gehe1m%2F', 'a-key-of-the-server']) {
		expect(ours.filter((line) => line.includes(secret))).toEqual([]);
		expect(told).not.toContain(secret);
	}
	expect(told).toContain('admin:***@');
});

function commandLines(): string[] {
	const lines: string[] = [];
	for (const entry of readdirSync('/proc')) {
		if (!/^\d+$/.test(entry)) continue;
		try {
			lines.push(readFileSync(`/proc/${entry}/cmdline`, 'latin1').replaceAll('\0', ' '));
		} catch {
			// gone since
		}
	}
	return lines;
}

/** The width in a JPEG's frame header. */
function jpegWidth(jpeg: Uint8Array): number {
	const bytes = Buffer.from(jpeg);
	const header = bytes.indexOf(Buffer.from([0xff, 0xc0]));
	return bytes.readUInt16BE(header + 7);
}
