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

/** Seconds of timestamps a second of arrivals: 1 in real time, however many frames a busy machine drops. */
function pace({ frames }: Watched): number {
	const [first, last] = [frames[Math.floor(frames.length / 4)]!, frames.at(-1)!];
	return (last.pts - first.pts) / 90 / (last.arrivedAt - first.arrivedAt);
}

describe.concurrent('a looped file', () => {
	it('plays in real time across its seams, with rising times', async () => {
		const one = open('file', short);
		await one.moreFrames(1);
		await sleep(10_000);
		await one.source.close();
		const { frames, failures } = one;
		expect(failures).toEqual([]);
		expect(frames.at(-1)!.pts / 90_000).toBeGreaterThan(8);
		expect(pace(one)).toBeGreaterThan(0.85);
		expect(pace(one)).toBeLessThan(1.15);
		for (let k = 1; k < frames.length; k++) {
			expect(frames[k]!.pts).toBeGreaterThan(frames[k - 1]!.pts);
			expect(frames[k]!.capturedAt).toBeGreaterThan(frames[k - 1]!.capturedAt);
		}
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
			await one.moreFrames(25);
			await one.source.close();
			expect(one.infos[0]).toMatchObject({ codec: 'mjpeg', width: 320, height: 180 });
			expect(pace(one)).toBeGreaterThan(0.85);
			expect(pace(one)).toBeLessThan(1.15);
			expect(one.failures).toEqual([]);
			expect(JSON.stringify([one.logs, one.phases])).not.toContain('hunter2');
		}
	});

	it('HLS plays evenly, however its segments come', async () => {
		await clips.hls(folder.path, 30);
		const one = open('http', `${files.origin}/hls/index.m3u8`);
		await one.moreFrames(40);
		await one.source.close();
		expect(pace(one)).toBeGreaterThan(0.85);
		expect(pace(one)).toBeLessThan(1.15);
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
		const failure = await one.failed(code);
		expect(one.failures[0]).toEqual(failure);
		expect(one.frames).toEqual([]);
		await one.source.close();
	});

	it('one that breaks off shows what there is, and says so', async () => {
		const one = open('file', await clips.brokenOff(folder.path, 0.6), { loop: false });
		const failure = await one.failed('truncated');
		expect(one.frames.length).toBeGreaterThan(2);
		expect(failure.message).toContain('breaks off');
		await one.source.close();
	});

	it('a variable frame rate is analysed as it comes', async () => {
		const one = open('file', await clips.variableRate(folder.path));
		await one.moreFrames(20);
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

// Alone: it keeps the thread busy that every other source here is read in.
describe('a late reader', () => {
	it('gets the newest frames, and what was dropped is counted', async () => {
		let busy = true;
		const spin = () => {
			const until = performance.now() + (busy ? 150 : 0);
			while (performance.now() < until);
		};
		const long = await clips.clip(folder.path, { seconds: 40, size: '320x180' });
		const one = open('file', long, { onFrame: spin });
		await one.moreFrames(25);
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
