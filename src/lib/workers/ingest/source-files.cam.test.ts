// A supervised source on files and over HTTP: real time, seams, rates and sizes, a late reader, and what is no good.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureCode } from '#lib/contracts/failure.ts';
import * as clips from '../../../../tests/cameras/clips.ts';
import { startFileServer, startMjpegCamera, type HttpCamera } from '../../../../tests/cameras/http-camera.ts';
import { scratchFolder, sleep, until } from '../../../../tests/cameras/tools.ts';
import { watch, type Watched, type WatchOptions } from '../../../../tests/cameras/watch.ts';

const folder = scratchFolder();
const watched: Watched[] = [];
const servers: HttpCamera[] = [];
let short: string;
let files: HttpCamera;

beforeAll(async () => {
	[short, files] = await Promise.all([
		clips.clip(folder.path, { seconds: 3, bFrames: true }),
		startFileServer(folder.path)
	]);
	servers.push(files);
});

afterAll(async () => {
	await Promise.all(watched.map(({ source }) => source.close()));
	await Promise.all(servers.map((server) => server.stop()));
	folder.remove();
});

function open(
	kind: 'file' | 'http',
	url: string,
	options: Omit<WatchOptions, 'source'> & { loop?: boolean } = {}
): Watched {
	const one = watch({ ...options, source: { kind, url, loop: options.loop ?? true } });
	watched.push(one);
	return one;
}

/** Frames a second by their timestamps, the first second left out. */
function rate({ frames }: Watched): number {
	const settled = frames.filter(({ pts }) => pts > 90_000);
	return ((settled.length - 1) * 90_000) / (settled.at(-1)!.pts - settled[0]!.pts);
}

describe.concurrent('a looped file', () => {
	it('plays in real time across its seams, with rising times', async () => {
		const one = open('file', short);
		await one.moreFrames(1);
		await sleep(10_000);
		await one.source.close();
		const { frames, failures, counts } = one;
		expect(failures).toEqual([]);
		expect(frames.length + counts.dropped).toBeGreaterThan(240);
		expect(frames.length + counts.dropped).toBeLessThan(260);
		expect(frames.at(-1)!.pts / 90_000).toBeGreaterThan(9);
		const steps = frames.slice(1).map(({ pts }, k) => (pts - frames[k]!.pts) / 90);
		expect(Math.min(...steps)).toBeGreaterThan(30);
		// The clip's end is two frames of reordering late; a loop that lost time would show it here.
		expect(steps.filter((step) => step > 130)).toEqual([]);
		const captures = frames.slice(1).map(({ capturedAt }, k) => capturedAt - frames[k]!.capturedAt);
		expect(Math.min(...captures)).toBeGreaterThan(0);
	});

	it.each([
		[10, 10],
		[7, 7],
		[30, 25]
	])('analysed at %d frames a second yields %d', async (fps, expected) => {
		const one = open('file', short, { fps, preview: { fps: 30, maxWidth: 0, quality: 65 } });
		await one.moreFrames(fps * 4, 15_000);
		await one.source.close();
		expect(rate(one)).toBeGreaterThan(expected * 0.93);
		expect(rate(one)).toBeLessThan(expected * 1.07);
		// Asked for more previews than analysed frames, it shows every analysed frame, and no other.
		expect(Math.abs(one.previews.length - one.frames.length - one.counts.dropped)).toBeLessThanOrEqual(2);
	});

	it('is never enlarged, and analysed at even sizes', async () => {
		const [small, odd] = await Promise.all([clips.clip(folder.path, { size: '322x182', seconds: 1 }), short]);
		const [one, two] = [open('file', small, { width: 640 }), open('file', odd, { width: 333 })];
		await Promise.all([one.moreFrames(1), two.moreFrames(1)]);
		await Promise.all([one.source.close(), two.source.close()]);
		expect(one.frames[0]).toMatchObject({ width: 322, height: 182 });
		expect(two.frames[0]).toMatchObject({ width: 332, height: 186 });
	});

	it('gives way frame by frame to a late reader, and counts what it dropped', async () => {
		let busy = true;
		const spin = () => {
			const until = performance.now() + (busy ? 150 : 0);
			while (performance.now() < until);
		};
		const one = open('file', short, { onFrame: spin });
		await one.moreFrames(25, 15_000);
		const { counts, frames } = one;
		const elapsedFrames = (frames.at(-1)!.pts - frames[0]!.pts) / 3_600;
		expect(elapsedFrames).toBeGreaterThan(60);
		busy = false;
		// The count is confirmed over some seconds; then nothing that was made is unaccounted for.
		await sleep(4_500);
		const made = (frames.at(-1)!.pts - frames[0]!.pts) / 3_600 + 1;
		expect(Math.abs(made - frames.length - counts.dropped)).toBeLessThanOrEqual(6);
		// Once the reader is in time again, it is so at once.
		const recent = frames.slice(-20).map(({ arrivedAt, capturedAt }) => arrivedAt - capturedAt);
		expect(Math.max(...recent)).toBeLessThan(150);
		await one.source.close();
	});
});

describe.concurrent('a file that ends', () => {
	it('is played again, which its failure calls by name', async () => {
		const brief = await clips.clip(folder.path, { seconds: 2, size: '320x180' });
		const one = open('file', brief, { loop: false });
		expect(await one.failed('ended')).toMatchObject({
			message: expect.stringContaining('to its end') as string
		});
		await until('the second round', () => one.phases.filter(({ phase }) => phase === 'live').length >= 2);
		await one.source.close();
	});

	it('over HTTP too, in real time', async () => {
		const brief = await clips.clip(folder.path, { seconds: 2, size: '320x180', name: 'brief.mp4' });
		const one = open('http', `${files.origin}/${brief.split('/').pop()}`);
		const startedAt = Date.now();
		await one.failed('ended');
		expect(Date.now() - startedAt).toBeGreaterThan(1_700);
		await until('the second round', () => one.phases.filter(({ phase }) => phase === 'live').length >= 2);
		await one.source.close();
	});
});

describe.concurrent('live over HTTP', () => {
	it('motion JPEG keeps the camera’s pace, whatever its address looks like', async () => {
		const camera = await startMjpegCamera(await clips.jpegs(folder.path), 10, {
			user: 'admin',
			password: 'hunter2'
		});
		servers.push(camera);
		for (const path of ['/video.mjpg', '/stream']) {
			const one = open('http', `http://admin:hunter2@127.0.0.1:${camera.port}${path}?pwd=hunter2`);
			await one.moreFrames(25, 15_000);
			await one.source.close();
			expect(one.infos[0]).toMatchObject({ codec: 'mjpeg', width: 320, height: 180 });
			expect(rate(one)).toBeGreaterThan(8.5);
			expect(rate(one)).toBeLessThan(11);
			expect(one.failures).toEqual([]);
			expect(JSON.stringify([one.logs, one.phases])).not.toContain('hunter2');
		}
	});

	it('HLS plays evenly, however its segments come', async () => {
		await clips.hls(folder.path, 8);
		const one = open('http', `${files.origin}/hls/index.m3u8`);
		await one.moreFrames(75);
		await one.source.close();
		expect(rate(one)).toBeCloseTo(25, 0);
		const waits = one.frames.slice(20).map(({ arrivedAt, capturedAt }) => arrivedAt - capturedAt);
		expect(Math.max(...waits)).toBeLessThan(500);
	});

	it('a camera that comes back is found again', async () => {
		const frames = await clips.jpegs(folder.path);
		const camera = await startMjpegCamera(frames, 10);
		const one = open('http', `${camera.origin}/mjpeg`);
		await one.moreFrames(5);
		await camera.stop();
		await one.failed('ended');
		await one.failed('refused');
		await one.source.close();
	});
});

describe.concurrent('bad files', () => {
	it.each<[string, (folder: string) => Promise<string>, FailureCode]>([
		['text', clips.textNamedMp4, 'not_video'],
		['no index', clips.withoutIndex, 'truncated'],
		['sound', clips.soundOnly, 'no_video_track'],
		['too large', clips.tooLarge, 'too_large'],
		['one pixel', clips.onePixel, 'not_video']
	])('%s: told within moments, and no frame comes', async (_name, make, code) => {
		const one = open('file', await make(folder.path));
		const failure = await one.failed(code, 15_000);
		expect(one.failures[0]).toEqual(failure);
		expect(one.frames).toEqual([]);
		await one.source.close();
	});

	it('one that breaks off shows what there is, and says so', async () => {
		const one = open('file', await clips.brokenOff(folder.path, 0.6), { loop: false });
		const failure = await one.failed('truncated');
		expect(one.frames.length).toBeGreaterThan(10);
		expect(failure.message).toContain('breaks off');
		await one.source.close();
	});

	it('a variable frame rate is analysed as it comes', async () => {
		const one = open('file', await clips.variableRate(folder.path));
		await one.moreFrames(20, 15_000);
		await one.source.close();
		const steps = new Set(
			one.frames.slice(1).map(({ pts }, k) => Math.round((pts - one.frames[k]!.pts) / 3_600))
		);
		expect([...steps].filter((step) => [1, 3, 6].includes(step)).sort()).toEqual([1, 3, 6]);
	});

	it('a change of the picture’s size starts afresh at once, with the new size', async () => {
		const path = await clips.changingSize(folder.path, 2);
		const served = open('http', `${files.origin}/${path.split('/').pop()}`);
		const failure = await served.failed('resolution_changed');
		expect(failure.message).toContain('640×480');
		const changed = served.phases.findIndex((state) => state.phase === 'failed');
		await until(
			'being live again',
			() => served.phases.slice(changed).some(({ phase }) => phase === 'live'),
			3_000
		);
		for (const { width, height } of served.frames) expect(`${width}x${height}`).toBe('320x180');
		await served.source.close();
	});

	it('an ffmpeg that is not there', async () => {
		const one = open('file', short, { ffmpegPath: '/no/such/ffmpeg' });
		expect((await one.failed('decoder_missing')).advice).toContain('apt-get install ffmpeg');
		await one.source.close();
	});

	it('hardware that is not there', async () => {
		const one = watch({ source: { kind: 'file', url: short, hardwareDecode: 'vaapi' } });
		watched.push(one);
		await until('an answer', () => one.live() || one.failures.length > 0);
		if (!one.live()) expect(one.failures[0]?.code).toBe('hardware_unavailable');
		await one.source.close();
		const other = watch({ source: { kind: 'file', url: short, hardwareDecode: 'auto' } });
		watched.push(other);
		await other.moreFrames(2);
		await other.source.close();
	});
});
