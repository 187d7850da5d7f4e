// ffmpeg's part: raw frames to a lossless master, the master to the loop that is committed, one frame to a PNG.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { FPS, HEIGHT, KEY_FRAME_INTERVAL, WIDTH } from './recipes.ts';

const BT709 = [
	'-colorspace',
	'bt709',
	'-color_primaries',
	'bt709',
	'-color_trc',
	'bt709',
	'-color_range',
	'tv'
];
const TO_YUV420 = [
	'-vf',
	'scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p'
];
const rawInput = (width: number, height: number) => [
	...['-f', 'rawvideo', '-pix_fmt', 'rgba', '-s', `${width}x${height}`, '-r', String(FPS), '-i', '-']
];

function ffmpeg(args: string[], stdio: StdioOptions): ChildProcess {
	return spawn(process.env['FFMPEG'] ?? 'ffmpeg', ['-v', 'error', '-y', ...args], { stdio });
}

async function success(child: ChildProcess, doing: string): Promise<void> {
	const [code] = (await once(child, 'close')) as [number | null];
	if (code !== 0)
		throw new Error(`ffmpeg failed while ${doing} (status ${code}); its own message stands above`);
}

/** A lossless file (FFV1, 4:2:0) that takes RGBA frames one by one. */
export class MasterWriter {
	readonly #process: ChildProcess;
	readonly #closed: Promise<void>;

	constructor(file: string) {
		const codec = ['-c:v', 'ffv1', '-level', '3', '-slices', '4'];
		this.#process = ffmpeg(
			[...rawInput(WIDTH, HEIGHT), ...TO_YUV420, ...codec, ...BT709, file],
			['pipe', 'inherit', 'inherit']
		);
		this.#closed = success(this.#process, `writing ${file}`);
	}

	async write(rgba: Buffer): Promise<void> {
		const input = this.#process.stdin!;
		if (!input.write(rgba)) await Promise.race([once(input, 'drain'), this.#closed]);
	}

	async end(): Promise<void> {
		this.#process.stdin!.end();
		await this.#closed;
	}
}

/** Encodes a master once, to H.264 with closed groups of 2 s, ready to loop. */
export async function encodeLoop(master: string, file: string, crf: number): Promise<void> {
	const gop = String(KEY_FRAME_INTERVAL);
	const x264 = [
		'-c:v',
		'libx264',
		'-preset',
		'slower',
		'-crf',
		String(crf),
		'-pix_fmt',
		'yuv420p',
		'-bf',
		'3'
	];
	const groups = ['-g', gop, '-keyint_min', gop, '-sc_threshold', '0', '-flags', '+cgop'];
	const plain = ['-an', '-map_metadata', '-1', '-movflags', '+faststart', '-fflags', '+bitexact'];
	const child = ffmpeg(['-i', master, ...x264, ...groups, ...BT709, ...plain, file], 'inherit');
	await success(child, `encoding ${file}`);
}

/** Writes one RGBA frame as a PNG. */
export async function writePng(rgba: Buffer, width: number, height: number, file: string): Promise<void> {
	const child = ffmpeg(
		[...rawInput(width, height), '-pix_fmt', 'rgb24', file],
		['pipe', 'inherit', 'inherit']
	);
	child.stdin!.end(rgba);
	await success(child, `writing ${file}`);
}
