// Clips from end to end: a real source keeps its packets in a ring, and an alert's clip is cut from it by a real ffmpeg.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ringFiles } from '#lib/contracts/clip-ring.ts';
import { startRtspCamera, type RtspCamera } from '../../../../tests/cameras/camera.ts';
import { clip, jpegs } from '../../../../tests/cameras/clips.ts';
import { startMjpegCamera, type HttpCamera } from '../../../../tests/cameras/http-camera.ts';
import { FFMPEG, scratchFolder, sleep, until } from '../../../../tests/cameras/tools.ts';
import { watch, type Watched } from '../../../../tests/cameras/watch.ts';
import { createClips, type Clips, type ClipsOptions } from './clips.ts';
import type { Media } from './store.ts';

const folder = scratchFolder();
const run = promisify(execFile);
const ringDir = join(folder.path, 'ring 100% of it’s');
const watched: Watched[] = [];
let file: string;
let rtsp: RtspCamera;
let mjpeg: HttpCamera;
let count = 0;

beforeAll(async () => {
	file = await clip(folder.path, { bFrames: true });
	// Cameras send no frames that refer to later ones.
	rtsp = await startRtspCamera({ file: await clip(folder.path), user: 'admin', password: 'gehe1m' });
	mjpeg = await startMjpegCamera(await jpegs(folder.path), 10);
});
afterAll(async () => {
	await Promise.all(watched.map(({ source }) => source.close()));
	await rtsp.stop();
	await mjpeg.stop();
	folder.remove();
});

async function source(id: string, given: { kind: 'rtsp' | 'http' | 'file'; url: string }): Promise<Watched> {
	const one = watch({ source: given, clipRing: { dir: join(ringDir, id), keepS: 20 } });
	watched.push(one);
	await one.moreFrames(1);
	await until('pieces of the ring', () => pieces(id).length >= 2);
	return one;
}

function pieces(id: string): string[] {
	mkdirSync(join(ringDir, id), { recursive: true });
	return ringFiles(readdirSync(join(ringDir, id))).map(({ name }) => name);
}

function clipsIn(over: Partial<ClipsOptions> = {}): { clips: Clips; made: Map<string, Media>; path: string } {
	const made = new Map<string, Media>();
	const path = join(folder.path, `alerts-${count++}`);
	const clips = createClips({
		folder: path,
		ringDir,
		ffmpegPath: FFMPEG,
		log: { warn: vi.fn() },
		done: (id, media) => made.set(id, media),
		timing: { tailMs: 1000, lastPieceMs: 2500, lookEveryMs: 500 },
		...over
	});
	return { clips, made, path };
}

/** Seconds of a clip that decodes without a word of complaint, and its frames. */
async function judged(path: string): Promise<{ seconds: number; frames: number; complaints: string }> {
	const { stderr } = await run(FFMPEG, ['-v', 'level+info', '-stats', '-i', path, '-f', 'null', '-']);
	const [, h, m, s] = /Duration: (\d+):(\d+):([\d.]+)/.exec(stderr)!;
	const frames = Number([...stderr.matchAll(/frame=\s*(\d+)/g)].at(-1)![1]);
	const complaints = stderr.split('\n').flatMap((line) => line.match(/\[(warning|error)\].*/)?.[0] ?? []);
	return {
		seconds: Number(h) * 3600 + Number(m) * 60 + Number(s),
		frames,
		complaints: complaints.join('\n')
	};
}

const SOURCES = {
	rtsp: () => ({ kind: 'rtsp' as const, url: rtsp.url }),
	file: () => ({ kind: 'file' as const, url: file })
};

describe.concurrent('a clip', () => {
	it.each(['rtsp', 'file'] as const)('of %s holds what came before the alert and after it', async (kind) => {
		const one = await source(kind, SOURCES[kind]());
		await sleep(3000);
		const { clips, made, path } = clipsIn();
		clips.begin({ alertId: 'a', streamId: kind, startsAt: Date.now(), prerollS: 4 });
		await sleep(2000);
		clips.end('a', Date.now());
		await until('the clip', () => made.has('a'), 30_000);
		expect(made.get('a')).toMatchObject({ clip_problem: null });
		const { seconds, frames, complaints } = await judged(join(path, made.get('a')!.clip_path!));
		// 4 s before, 2 s of alert, 1 s after; whole pieces of two seconds, of which the last one may be still written.
		expect(seconds).toBeGreaterThan(6);
		expect(seconds).toBeLessThan(14);
		expect(frames / seconds).toBeGreaterThan(22);
		expect(complaints).toBe('');
		expect(readdirSync(join(path, '.parts'))).toEqual([]);
		expect(one.failures).toEqual([]);
		expect(one.logs.filter((line) => line.startsWith('ffmpeg:'))).toEqual([]);
	});

	it('of a camera that sends JPEGs is kept too, and says that browsers do not play it', async () => {
		const one = await source('mjpeg', { kind: 'http', url: `${mjpeg.origin}/` });
		const { clips, made, path } = clipsIn();
		clips.begin({ alertId: 'a', streamId: 'mjpeg', startsAt: Date.now(), prerollS: 3 });
		clips.end('a', Date.now());
		await until('the clip', () => made.has('a'), 30_000);
		expect(made.get('a')).toMatchObject({ clip_problem: expect.stringContaining('mjpeg') as string });
		expect((await judged(join(path, made.get('a')!.clip_path!))).seconds).toBeGreaterThan(2);
		expect(one.logs.filter((line) => line.startsWith('ffmpeg:'))).toEqual([]);
	});
});

describe.concurrent('a clip that cannot be', () => {
	it('of a camera that keeps no packets says how to change that', () => {
		const { clips, made } = clipsIn();
		clips.begin({ alertId: 'a', streamId: 'x', startsAt: Date.now(), prerollS: 0 });
		expect(made.get('a')?.clip_problem).toContain('Clip, seconds before');
	});

	it('of a time without packets says so', async () => {
		const { clips, made } = clipsIn({ timing: { tailMs: 0, lastPieceMs: 10 } });
		clips.begin({ alertId: 'a', streamId: 'nothing', startsAt: Date.now(), prerollS: 5 });
		clips.end('a', Date.now());
		await until('the answer', () => made.has('a'));
		expect(made.get('a')?.clip_problem).toContain('No packets of that time');
	});

	it('is cut at the next start, where the server ended meanwhile', async () => {
		await source('again', { kind: 'file', url: file });
		const path = join(folder.path, 'again');
		const first = clipsIn({ folder: path });
		first.clips.begin({ alertId: 'a', streamId: 'again', startsAt: Date.now(), prerollS: 4 });
		first.clips.begin({ alertId: 'gone', streamId: 'again', startsAt: Date.now(), prerollS: 4 });
		await sleep(1000);
		await first.clips.stop();
		expect(first.made.size).toBe(0);
		rmSync(join(ringDir, 'again'), { recursive: true }); // pruned meanwhile
		const next = clipsIn({ folder: path });
		const startsAt = new Date().toISOString();
		await next.clips.recover(async (id) => (id === 'a' ? startsAt : null));
		expect([...next.made.keys()]).toEqual(['a']);
		expect((await judged(join(path, next.made.get('a')!.clip_path!))).seconds).toBeGreaterThan(1);
		expect(readdirSync(join(path, '.parts'))).toEqual([]);
	});
});
