// The clip ring beside a real decoder: what it keeps and prunes, and that no state of the disk ever touches the frames.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ringFiles, ringFileTime, ringWindow } from '#lib/contracts/clip-ring.ts';
import { startRtspCamera } from '../../../../tests/cameras/camera.ts';
import { clip } from '../../../../tests/cameras/clips.ts';
import { FFMPEG, scratchFolder, sleep, until } from '../../../../tests/cameras/tools.ts';
import { watch, type Watched } from '../../../../tests/cameras/watch.ts';
import { openClipRing } from './clip-ring.ts';

const folder = scratchFolder();
const watched: Watched[] = [];
let file: string;

beforeAll(async () => {
	file = await clip(folder.path, { bFrames: true });
});
afterAll(async () => {
	await Promise.all(watched.map(({ source }) => source.close()));
	folder.remove();
});

function open(
	dir: string,
	given: { kind: 'rtsp' | 'file'; url: string } = { kind: 'file', url: file }
): Watched {
	const one = watch({ source: given, clipRing: { dir, keepS: 60 } });
	watched.push(one);
	return one;
}

const names = (dir: string) => readdirSync(dir).filter((name) => ringFileTime(name) !== null);
const bytes = (dir: string) => names(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);

/** Frames a second over the next three. */
async function rate({ frames }: Watched): Promise<number> {
	const before = frames.length;
	await sleep(3000);
	return (frames.length - before) / 3;
}

describe.concurrent('a ring', () => {
	it('is named by the second each piece begins in, in UTC, and its folder is made', async () => {
		const dir = join(folder.path, 'new', "it's 5% of %Y");
		const one = open(dir);
		await until('three pieces', () => {
			try {
				return names(dir).length >= 3;
			} catch {
				return false;
			}
		});
		await one.source.close();
		const pieces = ringFiles(names(dir));
		for (const { from } of pieces) expect(Math.abs(Date.now() - from)).toBeLessThan(15_000);
		expect(pieces[2]!.from - pieces[0]!.from).toBeGreaterThanOrEqual(3000);
		expect(one.failures).toEqual([]);
	});

	it('changes to a format that carries what the camera sends, once', async () => {
		const launch =
			'videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=176,framerate=10/1 ! jpegenc ! rtpjpegpay name=pay0';
		const camera = await startRtspCamera({ mounts: [{ path: '/jpeg', launch }] });
		const dir = join(folder.path, 'jpeg');
		const one = open(dir, { kind: 'rtsp', url: camera.address({ path: '/jpeg' }) });
		await one.moreFrames(5);
		await until('a piece', () => names(dir).some((name) => name.endsWith('.mkv')));
		expect(one.logs.join('\n')).toContain('MPEG-TS does not carry mjpeg');
		expect(one.failures).toEqual([]);
		await one.source.close();
		await camera.stop();
	});

	it('loses its folder and has it again, and frames go on', async () => {
		const dir = join(folder.path, 'lost');
		const one = open(dir);
		await one.moreFrames(1);
		await until('a piece', () => names(dir).length > 0);
		rmSync(dir, { recursive: true });
		expect(await rate(one)).toBeGreaterThan(15);
		await until('a piece again', () => {
			try {
				return names(dir).length > 0;
			} catch {
				return false;
			}
		});
		expect(one.failures).toEqual([]);
	});
});

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)('a full disk (needs root, for a small disk of its own)', () => {
	it('costs packets and no frames, and the ring goes on when there is room', async ({ skip }) => {
		const dir = join(folder.path, 'full');
		mkdirSync(dir);
		try {
			execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', dir], { stdio: 'ignore' });
		} catch {
			skip('this container may not mount a small disk');
		}
		try {
			writeFileSync(join(dir, 'ballast'), Buffer.alloc(500 * 1024));
			const one = open(dir);
			await one.moreFrames(1);
			await until('the complaint', () => one.logs.some((line) => /No space|segment|fifo/i.test(line)));
			expect(await rate(one)).toBeGreaterThan(15);
			expect(one.failures).toEqual([]);
			rmSync(join(dir, 'ballast'));
			for (const name of names(dir)) rmSync(join(dir, name));
			await until('packets again', () => bytes(dir) > 100_000);
			expect(one.phases.map(({ phase }) => phase)).toEqual(['waiting', 'connecting', 'live']);
			await one.source.close();
		} finally {
			execFileSync('umount', ['-l', dir]);
		}
	});
});

describe('pruning', () => {
	const piece = (dir: string, ageS: number, size: number) => {
		const at = new Date(Date.now() - ageS * 1000);
		const name = `${at.toISOString().replaceAll(/[-:]|\.\d+Z/g, '')}.ts`;
		writeFileSync(join(dir, name), Buffer.alloc(size));
		execFileSync('touch', ['-d', at.toISOString(), join(dir, name)]);
		return name;
	};

	it('removes by age and by size, the oldest first, and nothing that is not its own', async () => {
		const dir = join(folder.path, 'prune');
		mkdirSync(dir);
		writeFileSync(join(dir, 'notes.txt'), 'x');
		const [, old, young, newest] = [300, 40, 20, 0].map((age) => piece(dir, age, 1000));
		const ring = openClipRing({ dir, keepS: 60 }, { kind: 'rtsp' }, () => {}, {
			pruneEveryMs: 30,
			maxBytes: 3000
		});
		await until('the oldest gone', () => names(dir).length === 3);
		expect(names(dir).sort()).toEqual([old, young, newest]);
		const larger = piece(dir, 1, 1500);
		await until('the size kept', () => bytes(dir) <= 3000);
		expect(names(dir).sort()).toEqual([larger, newest].sort());
		expect(readdirSync(dir)).toContain('notes.txt');
		await ring.close();
	});

	it('says once that it cannot', async () => {
		const dir = join(folder.path, 'a-file');
		writeFileSync(dir, '');
		const told: string[] = [];
		const ring = openClipRing({ dir, keepS: 60 }, { kind: 'file' }, (_, text) => told.push(text), {
			pruneEveryMs: 5,
			maxBytes: 1
		});
		await sleep(80);
		await ring.close();
		expect(told).toHaveLength(1);
		expect(told[0]).toContain('cannot be kept');
	});
});

describe('what of a ring belongs to a time', () => {
	it('are the pieces that reach into it', () => {
		const files = ringFiles([
			'20261121T100004.ts',
			'x',
			'20261121T100000.ts',
			'20261121T100002.mkv',
			'20261121T1000.ts'
		]);
		const at = (second: number) => Date.UTC(2026, 10, 21, 10, 0, second);
		const within = (from: number, to: number) =>
			ringWindow(files, at(from), at(to)).map(({ name }) => name.slice(13, 15));
		expect(within(1, 3)).toEqual(['00', '02']);
		expect(within(2, 2)).toEqual(['02']);
		expect(within(30, 40), 'the last may still be written').toEqual(['04']);
		expect(within(-9, -5)).toEqual([]);
	});
});

describe('the command line', () => {
	it('holds no address of a camera', async () => {
		const dir = join(folder.path, 'secret');
		const camera = await startRtspCamera({ file, user: 'admin', password: 'gehe1m-xyz' });
		const one = open(dir, { kind: 'rtsp', url: camera.url });
		await one.moreFrames(1);
		const ps = spawn('ps', ['-o', 'args=', '-p', String(one.pid())]);
		let line = '';
		for await (const chunk of ps.stdout) line += String(chunk);
		expect(line).toContain(FFMPEG.split('/').pop());
		expect(line).not.toContain('gehe1m');
		await one.source.close();
		await camera.stop();
	});
});
