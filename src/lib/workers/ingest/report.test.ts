// Reading ffmpeg's report: the source's facts in it, a change of size, and its bounds.
import { describe, expect, it } from 'vitest';
import { changedSize, isNoteworthy, Report, videoFacts } from './report.ts';

describe('videoFacts', () => {
	it.each([
		[
			'  Stream #0:0: Video: h264 (High), yuv420p(tv, bt709, progressive), 1280x720, 25 fps, 25 tbr, 90k tbn',
			'h264',
			1280,
			720,
			25
		],
		[
			'[info]   Stream #0:1[0x1](und): Video: hevc (Main) (hvc1 / 0x31637668), yuv420p, 3840x2160 [SAR 1:1 DAR 16:9], 29.97 fps, 30 tbr',
			'hevc',
			3840,
			2160,
			29.97
		],
		[
			'  Stream #0:0: Video: mjpeg (Baseline), yuvj420p(pc, bt470bg/unknown/unknown), 320x180, 25 tbr, 1200k tbn',
			'mjpeg',
			320,
			180,
			25
		],
		['  Stream #0:0: Video: h264 (High), yuv420p, 640x480, 90k tbr, 90k tbn', 'h264', 640, 480, null],
		['  Stream #0:0: Video: mjpeg, yuvj420p, 10 fps, 10 tbr, 1k tbn', 'mjpeg', 0, 0, 10],
		['  Stream #0:0: Video: none (VFXX / 0x58584656), none, 320x180, 25 fps', 'none', 320, 180, 25]
	])('%s', (line, codec, width, height, fps) => {
		expect(videoFacts(line)).toEqual({ codec, width, height, fps });
	});

	it.each([
		'  Stream #0:0: Audio: aac (LC), 44100 Hz',
		'  Stream #0:1: Video: png, rgba(pc), 500x500, 90k tbr (attached pic)',
		'Video: h264'
	])('none in: %s', (line) => expect(videoFacts(line)).toBeNull());
});

describe('Report', () => {
	const INPUT =
		"[info] Input #0, concat, from 'pipe:0':\n[info]   Stream #0:0: Video: h264, yuv420p, 640x360, 25 fps\n";

	it('takes the first video of the input, and none of the outputs', () => {
		const report = new Report();
		report.push(
			Buffer.from(`[info] Output #0\n[info]   Stream #0:0: Video: rawvideo, gray, 32x18, 25 fps\n`)
		);
		expect(report.facts).toBeNull();
		report.push(Buffer.from(`${INPUT}[info]   Stream #0:1: Video: hevc, yuv420p, 64x36\n`));
		expect(report.facts).toEqual({ codec: 'h264', width: 640, height: 360, fps: 25 });
	});

	it('turns the size of pictures that are stored on their side', () => {
		const report = new Report();
		report.push(
			Buffer.from(`${INPUT}[info]     Side data:\n[info]       displaymatrix: rotation of -90.00 degrees\n`)
		);
		expect(report.facts).toMatchObject({ width: 360, height: 640 });
	});

	it('knows an input without video from no input at all', () => {
		const report = new Report();
		expect(report.inputListed).toBe(false);
		report.push(Buffer.from("[info] Input #0, mov, from 'a'\n[info]   Stream #0:0: Audio: aac\n"));
		expect([report.inputListed, report.facts]).toEqual([true, null]);
	});

	it('reads lines however they are cut', () => {
		const lines: string[] = [];
		const report = new Report((line) => lines.push(line));
		for (const byte of Buffer.from(`${INPUT}[error] größer\n`)) report.push(Buffer.from([byte]));
		expect(lines.at(-1)).toBe('[error] größer');
		expect(report.facts?.width).toBe(640);
	});

	it('tells what was printed lately from what was printed long ago', async () => {
		const report = new Report();
		report.push(Buffer.from('[error] long ago\n'));
		await new Promise((resolve) => setTimeout(resolve, 60));
		report.push(Buffer.from('[error] just now\n'));
		expect(report.recentText(50)).toBe('[error] just now');
		expect(report.recentText(60_000)).toBe(report.text());
	});

	it('keeps the first and the last lines of very many, and cuts long ones', () => {
		const report = new Report();
		report.push(Buffer.from(`[error] the cause ${'x'.repeat(100_000)}\n`));
		for (let k = 0; k < 50_000; k++) report.push(Buffer.from(`[error] line ${k}\n`));
		report.push(Buffer.from('x'.repeat(1_000_000)));
		const text = report.text();
		expect(text.length).toBeLessThan(60_000);
		expect(text.startsWith('[error] the cause')).toBe(true);
		expect(text).toContain('[error] line 49999');
	});
});

describe('changedSize', () => {
	const line = (from: string, to: string) =>
		`[info] filter context - ${from} fmt: 0, incoming frame - ${to} fmt: 0 pts_time: 2`;

	it('tells the new size, and no change of format alone', () => {
		expect(changedSize(line('w: 320 h: 180', 'w: 640 h: 480'))).toEqual({ width: 640, height: 480 });
		expect(changedSize(line('w: 320 h: 180', 'w: 320 h: 180'))).toBeNull();
		expect(changedSize('[info] frame=1')).toBeNull();
	});
});

describe('isNoteworthy', () => {
	it('passes warnings and errors of the source', () => {
		expect(isNoteworthy('[h264 @ 0x1] [error] error while decoding MB 3 4')).toBe(true);
		expect(isNoteworthy('[info] Stream mapping:')).toBe(false);
		expect(isNoteworthy('[swscaler @ 0x1] [warning] deprecated pixel format used')).toBe(false);
	});
});
