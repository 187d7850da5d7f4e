// The command's filters on real ffmpeg, as fast as it goes and with nothing dropped: which frames, at which times and sizes.
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewConfig } from '#lib/contracts/run.ts';
import * as clips from '../../../../tests/cameras/clips.ts';
import { FFMPEG, scratchFolder } from '../../../../tests/cameras/tools.ts';
import { ANALYSIS_FD, PREVIEW_FD, runCommand } from './command.ts';
import { filtersOf } from './filters.ts';
import { NutReader } from './nut.ts';

const folder = scratchFolder();
let clip: string;
let plays = 0;

beforeAll(async () => {
	clip = await clips.clip(folder.path, { seconds: 3, bFrames: true });
});
afterAll(() => folder.remove());

interface Output {
	fourcc: string;
	width: number;
	height: number;
	/** Milliseconds. */
	times: number[];
	frames: Buffer[];
}

/** Runs the command without real time, with plain files where the dropping pipes are. `rounds`: how often the file is played. */
async function play(
	path: string,
	analysis: { width: number; fps: number },
	preview: Partial<PreviewConfig> = {},
	rounds = 1,
	{ colour = false, zscale = false } = {}
): Promise<{ analysis: Output; preview: Output }> {
	const number = plays++;
	const file = (fd: number) => join(folder.path, `out-${number}-${fd}.nut`);
	const { args } = runCommand({
		source: { url: path, kind: 'file', transport: 'auto', hardwareDecode: 'none', loop: true },
		input: { kind: 'file', loop: true },
		analysis,
		preview: { fps: 6, maxWidth: 320, quality: 65, ...preview },
		colour,
		zscale
	});
	const line = args
		.join('\n')
		.replace('-re\n', '')
		.replace('-stream_loop\n-1', `-stream_loop\n${rounds - 1}`)
		.replace(
			/fifo\n-fifo_format\nnut\n-drop_pkts_on_overflow\n1\n.*\n.*\n-format_opts\nflush_packets=1/g,
			'nut'
		)
		.replace(`pipe:${ANALYSIS_FD}`, file(ANALYSIS_FD))
		.replace(`pipe:${PREVIEW_FD}`, file(PREVIEW_FD))
		.replace(/pipe:\d/, '/dev/null');
	const ffmpeg = spawn(FFMPEG, line.split('\n'), { stdio: 'ignore' });
	expect(await new Promise((resolve) => ffmpeg.once('exit', resolve))).toBe(0);
	return { analysis: await read(file(ANALYSIS_FD)), preview: await read(file(PREVIEW_FD)) };
}

async function read(path: string): Promise<Output> {
	const output: Output = { fourcc: '', width: 0, height: 0, times: [], frames: [] };
	const reader = new NutReader(
		{
			stream: ({ fourcc, width, height }) => Object.assign(output, { fourcc, width, height }),
			buffer: (_, size) => Buffer.alloc(size),
			frame({ timeBase }, pts, data) {
				expect(timeBase).toEqual({ num: 1, den: 90_000 });
				output.times.push(Math.round(pts / 90));
				output.frames.push(Buffer.from(data));
			}
		},
		1 << 24
	);
	for await (const chunk of createReadStream(path)) reader.push(chunk as Buffer);
	return output;
}

const every = (ms: number, count: number) => Array.from({ length: count }, (_, k) => k * ms);

describe.concurrent('which frames', () => {
	it('every frame of a source that is slower than asked', async () => {
		const { analysis } = await play(clip, { width: 320, fps: 30 });
		expect(analysis.times).toEqual(every(40, 75));
	});

	it.each([20, 12.5, 10, 7, 3, 1])('%d a second in the mean of a faster one, evenly spread', async (fps) => {
		const { analysis } = await play(clip, { width: 160, fps }, {}, 3);
		expect(Math.abs(analysis.times.length - 9 * fps)).toBeLessThanOrEqual(1);
		const steps = analysis.times.slice(1).map((time, k) => time - analysis.times[k]!);
		// A frame of 25 a second is at most one frame off its due time.
		expect(Math.max(...steps)).toBeLessThanOrEqual(1_000 / fps + 41);
		expect(Math.min(...steps)).toBeGreaterThanOrEqual(1_000 / fps - 41);
	});

	it('all of them and rising times over the seams of a loop', async () => {
		const { analysis } = await play(clip, { width: 160, fps: 30 }, {}, 3);
		const steps = analysis.times.slice(1).map((time, k) => time - analysis.times[k]!);
		expect(analysis.times.length).toBeGreaterThanOrEqual(223);
		expect(Math.min(...steps)).toBeGreaterThan(20);
		expect(Math.max(...steps)).toBeLessThanOrEqual(120);
	});

	it('previews are some of the analysed frames, never others', async () => {
		for (const [fps, shown] of [
			[25, 6],
			[10, 6],
			[10, 30],
			[5, 4]
		] as const) {
			const { analysis, preview } = await play(clip, { width: 160, fps }, { fps: shown });
			expect(preview.times.filter((time) => !analysis.times.includes(time))).toEqual([]);
			expect(Math.abs(preview.times.length - 3 * Math.min(fps, shown))).toBeLessThanOrEqual(1);
		}
	});
});

it('colour for a model leaves the luma as it is, and adds both chroma planes', async () => {
	const gray = await play(clip, { width: 320, fps: 5 });
	const colour = await play(clip, { width: 320, fps: 5 }, {}, 1, { colour: true });
	const { fourcc, width, height, frames, times } = colour.analysis;
	expect(fourcc).toBe('I420');
	expect(times).toEqual(gray.analysis.times);
	for (const [k, frame] of frames.entries()) {
		expect(frame.length).toBe((width * height * 3) / 2);
		expect(frame.subarray(0, width * height).equals(gray.analysis.frames[k]!)).toBe(true);
		expect(new Set(frame.subarray(width * height)).size).toBeGreaterThan(4);
	}
});

describe.concurrent('which sizes', () => {
	it.each([
		['640x360', 320, 0, '320x180', '640x360'],
		['640x360', 1_920, 960, '640x360', '640x360'],
		['640x360', 333, 101, '332x186', '100x56'],
		['322x182', 160, 320, '160x90', '320x180'],
		['64x1024', 640, 32, '64x1024', '32x512'],
		['1024x16', 160, 64, '160x2', '64x2']
	])('%s analysed at %d, shown at %d → %s, %s', async (size, width, maxWidth, analysed, shown) => {
		const path = await clips.clip(folder.path, { size, seconds: 0.2 });
		const { analysis, preview } = await play(path, { width, fps: 25 }, { maxWidth });
		expect(`${analysis.width}x${analysis.height}`).toBe(analysed);
		expect(`${preview.width}x${preview.height}`).toBe(shown);
		for (const frame of analysis.frames) expect(frame.length).toBe(analysis.width * analysis.height);
		const { preview: quick } = await play(path, { width, fps: 25 }, { maxWidth }, 1, { zscale: true });
		expect(`${quick.width}x${quick.height}`).toBe(shown);
	});

	it('a better quality takes more bytes', async () => {
		const bytes = async (quality: number) => {
			const { preview } = await play(clip, { width: 160, fps: 5 }, { quality });
			return preview.frames.reduce((sum, { length }) => sum + length, 0);
		};
		const [worst, middle, best] = await Promise.all([bytes(5), bytes(60), bytes(95)]);
		expect(worst * 1.5).toBeLessThan(middle);
		expect(middle * 1.5).toBeLessThan(best);
	});
});

describe('previews by zscale', () => {
	it('needs an ffmpeg that has the filter, as distributions build it', async () => {
		expect(await filtersOf(FFMPEG)).toContain('zscale');
	});

	/** Of red, green and blue, 0 to 255, over whole pictures that are scaled to one size. */
	async function difference(one: Buffer, other: Buffer): Promise<number> {
		const pixels = (jpeg: Buffer) =>
			sharp(jpeg).resize(160, 90, { fit: 'fill' }).removeAlpha().raw().toBuffer();
		const [a, b] = await Promise.all([pixels(one), pixels(other)]);
		return a.reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / a.length;
	}

	it.each([
		['yuv420p', '640x360'],
		['yuvj420p', '640x360'],
		['yuv420p', '427x241'],
		['yuv422p', '321x240'],
		['yuv444p', '321x181'],
		['yuv420p10le', '427x241'],
		['yuv422p12le', '320x240'],
		['yuv410p', '320x240'],
		['yuv411p', '320x240'],
		['gray', '321x181'],
		['gray10le', '320x180'],
		['bgr0', '427x241'],
		['gbrp', '427x241'],
		['yuva420p', '320x240']
	])('of %s at %s show what swscale shows', async (format, size) => {
		const path = await clips.ofFormat(folder.path, format, size);
		const by = async (zscale: boolean) =>
			(await play(path, { width: 160, fps: 5 }, { quality: 90 }, 1, { zscale })).preview.frames;
		const [quick, plain] = await Promise.all([by(true), by(false)]);
		expect(quick.length).toBe(plain.length);
		expect(quick.length).toBeGreaterThan(1);
		expect(await difference(quick[0]!, plain[0]!)).toBeLessThan(3);
		// The measure sees a picture whose range is not the one it says.
		const dull = await sharp(plain[0])
			.linear(219 / 255, 16)
			.jpeg()
			.toBuffer();
		expect(await difference(dull, plain[0]!)).toBeGreaterThan(5);
	});
});
