// Sources for tests, good and bad, made by ffmpeg when a test asks for them. Each yields the path of a file in `folder`.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FFMPEG } from './tools.ts';

const run = promisify(execFile);
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];

async function make(path: string, ...args: string[]): Promise<string> {
	await run(FFMPEG, ['-v', 'error', '-y', ...args, path]);
	return path;
}

function moving(size: string, fps: number, seconds: number): string[] {
	return ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${fps}:d=${seconds}`];
}

export interface ClipOptions {
	size?: string;
	fps?: number;
	seconds?: number;
	/** Frames that refer to later ones, as encoders for storage make and most cameras do not. */
	bFrames?: boolean;
	name?: string;
}

/** Clips by path: tests that run at once and want the same clip share one making of it. */
const made = new Map<string, Promise<string>>();

/** A moving test picture as H.264 in MP4, with a keyframe every half second. */
export function clip(folder: string, options: ClipOptions = {}): Promise<string> {
	const { size = '640x360', fps = 25, seconds = 4, bFrames = false } = options;
	const path = join(folder, options.name ?? `clip-${size}-${fps}-${seconds}${bFrames ? '-b' : ''}.mp4`);
	const making = made.get(path) ?? encode(path, size, fps, seconds, bFrames);
	made.set(path, making);
	return making;
}

async function encode(
	path: string,
	size: string,
	fps: number,
	seconds: number,
	bFrames: boolean
): Promise<string> {
	const order = bFrames ? ['-bf', '2', '-b_strategy', '0'] : ['-bf', '0'];
	const keyframes = ['-g', String(Math.ceil(fps / 2))];
	// "file:" keeps a % in a name from being a pattern.
	await make(
		`file:${path}`,
		...moving(size, fps, seconds),
		...H264,
		...order,
		...keyframes,
		'-movflags',
		'+faststart'
	);
	return path;
}

/** A moving test picture of a pixel format, unchanged by its codec. */
export function ofFormat(folder: string, format: string, size: string): Promise<string> {
	const path = join(folder, `${format}-${size}.mkv`);
	return make(path, ...moving(size, 5, 0.6), '-pix_fmt', format, '-c:v', 'ffv1');
}

export async function textNamedMp4(folder: string): Promise<string> {
	const path = join(folder, 'text.mp4');
	writeFileSync(path, 'This is a shopping list, and not a video.\n'.repeat(200));
	return path;
}

/** An MP4 whose index, at its end, was never written. */
export async function withoutIndex(folder: string): Promise<string> {
	const whole = await make(join(folder, 'index-last.mp4'), ...moving('320x180', 25, 2), ...H264);
	return start(whole, join(folder, 'truncated.mp4'), 0.5);
}

/** An MP4 with an index that breaks off among its pictures. */
export async function brokenOff(folder: string, keep = 0.5): Promise<string> {
	const whole = await clip(folder, { name: `to-break-${keep}.mp4`, seconds: 2 });
	return start(whole, join(folder, `broken-${keep}.mp4`), keep);
}

function start(whole: string, path: string, share: number): string {
	const bytes = readFileSync(whole);
	writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
	return path;
}

export async function soundOnly(folder: string): Promise<string> {
	return make(join(folder, 'sound.mp4'), '-f', 'lavfi', '-i', 'sine=d=2', '-c:a', 'aac');
}

export async function onePixel(folder: string): Promise<string> {
	const pixel = join(folder, 'pixel.ppm');
	writeFileSync(pixel, Buffer.concat([Buffer.from('P6\n1 1\n255\n'), Buffer.from([90, 120, 200])]));
	return make(
		join(folder, 'pixel.mkv'),
		'-loop',
		'1',
		'-i',
		pixel,
		'-frames:v',
		'50',
		'-r',
		'25',
		'-c:v',
		'ffv1'
	);
}

/** 8192 × 8192: twice as many pixels as are decoded. */
export async function tooLarge(folder: string): Promise<string> {
	const plain = ['-f', 'lavfi', '-i', 'color=gray:s=8192x8192:r=5', '-frames:v', '1'];
	return make(join(folder, 'large.mkv'), ...plain, '-c:v', 'mjpeg', '-q:v', '31');
}

/** Frames at irregular times: three of ten, in no even distances. */
export async function variableRate(folder: string): Promise<string> {
	const some = [
		'-vf',
		"select='eq(mod(n,10),0)+eq(mod(n,10),1)+eq(mod(n,10),4)'",
		'-fps_mode',
		'passthrough'
	];
	return make(join(folder, 'variable.mp4'), ...moving('320x180', 25, 4), ...some, ...H264);
}

/** MPEG-TS whose picture grows from 320×180 to 640×480 after `seconds`. */
export async function changingSize(folder: string, seconds = 2): Promise<string> {
	const parts = ['320x180', '640x480'].map((size, index) => {
		const later = ['-output_ts_offset', String(index * seconds)];
		return make(join(folder, `${size}.ts`), ...moving(size, 25, seconds), ...H264, '-bf', '0', ...later);
	});
	const path = join(folder, 'changing.ts');
	writeFileSync(path, Buffer.concat((await Promise.all(parts)).map((part) => readFileSync(part))));
	return path;
}

/** An AVI whose four-character code no decoder answers to. */
export async function unknownCodec(folder: string): Promise<string> {
	const known = await make(join(folder, 'known.avi'), ...moving('320x180', 25, 1), '-c:v', 'mpeg4');
	const path = join(folder, 'unknown.avi');
	writeFileSync(path, readFileSync(known).toString('latin1').replaceAll('FMP4', 'VFXX'), 'latin1');
	return path;
}

/** The JPEGs of a moving picture of 320×180, in order. */
export async function jpegs(folder: string, count = 30): Promise<Buffer[]> {
	const target = join(folder, 'jpegs');
	mkdirSync(target, { recursive: true });
	await make(join(target, '%03d.jpg'), ...moving('320x180', 10, count / 10), '-q:v', '6');
	return readdirSync(target)
		.sort()
		.map((name) => readFileSync(join(target, name)));
}

/** A finished HLS recording: a playlist, `hls/index.m3u8`, and its segments of a second. */
export async function hls(folder: string, seconds = 6): Promise<string> {
	const target = join(folder, 'hls');
	mkdirSync(target, { recursive: true });
	const segments = ['-hls_segment_filename', join(target, 'part%02d.ts')];
	const cut = ['-g', '25', '-bf', '0', '-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', ...segments];
	return make(join(target, 'index.m3u8'), ...moving('320x180', 25, seconds), ...H264, ...cut);
}
