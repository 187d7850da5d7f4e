// The NUT reader on ffmpeg's own output: whole, cut at every size, truncated, and with bytes overwritten.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { FFMPEG } from '../../../../tests/cameras/tools.ts';
import { NutError, NutReader } from './nut.ts';

const MAX_FRAME = 1 << 20;

interface Read {
	streams: { fourcc: string; width: number; height: number }[];
	frames: { pts: number; seconds: number; stream: number; bytes: Buffer }[];
}

function nut(...args: string[]): Buffer {
	return execFileSync(FFMPEG, ['-v', 'error', ...args, '-f', 'nut', '-'], { maxBuffer: 1 << 26 });
}

const raw = ['-c:v', 'rawvideo', '-pix_fmt', 'gray', '-enc_time_base', '1:90000'];
const clip = (size: string, frames: number) => [
	'-f',
	'lavfi',
	'-i',
	`testsrc2=s=${size}:r=25`,
	'-frames:v',
	`${frames}`
];

function read(bytes: Buffer, chunkSize: (position: number) => number): Read {
	const result: Read = { streams: [], frames: [] };
	const reader = new NutReader(
		{
			stream: ({ fourcc, width, height }) => result.streams.push({ fourcc, width, height }),
			buffer: (_stream, size) => Buffer.alloc(size),
			frame: ({ id, timeBase }, pts, data) => {
				const seconds = (pts * timeBase.num) / timeBase.den;
				result.frames.push({ pts, seconds, stream: id, bytes: Buffer.from(data) });
			}
		},
		MAX_FRAME
	);
	for (let position = 0; position < bytes.length;) {
		const size = chunkSize(position);
		reader.push(bytes.subarray(position, position + size));
		position += size;
	}
	return result;
}

/** A small generator of numbers in [0, 1) with a seed, so that a failure can be repeated. */
function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}

describe('NutReader', () => {
	const gray = nut(...clip('64x36', 30), ...raw);
	const whole = read(gray, () => gray.length);

	it('yields every frame with its size and timestamp', () => {
		expect(whole.streams).toEqual([{ fourcc: 'Y800', width: 64, height: 36 }]);
		expect(whole.frames.map(({ pts }) => pts)).toEqual(Array.from({ length: 30 }, (_, k) => k * 3_600));
		const expected = execFileSync(FFMPEG, [
			'-v',
			'error',
			...clip('64x36', 30),
			'-pix_fmt',
			'gray',
			'-f',
			'rawvideo',
			'-'
		]);
		expect(Buffer.concat(whole.frames.map(({ bytes }) => bytes)).equals(expected)).toBe(true);
	});

	it.each([1, 2, 3, 7, 64, 1_000, 2_304, 4_096, 65_536])('reads the same from chunks of %d bytes', (size) => {
		expect(read(gray, () => size)).toEqual(whole);
	});

	it('reads the same from chunks of random sizes', () => {
		const random = seeded(7);
		for (let round = 0; round < 20; round++) {
			expect(read(gray, () => 1 + Math.floor(random() * random() * 5_000))).toEqual(whole);
		}
	});

	it('follows variable frame rates and long gaps', () => {
		const gaps = [
			'-vf',
			"select='not(mod(n,7))+eq(n,3)',setpts='PTS+gte(N,2)*3000/TB'",
			'-fps_mode',
			'passthrough'
		];
		const bytes = nut(...clip('64x36', 4), ...gaps, ...raw);
		const { frames } = read(bytes, () => 100);
		expect(frames.map(({ pts }) => pts / 3_600)).toEqual([0, 3, 75_007, 75_014]);
	});

	it('reads JPEG tracks, whose frames differ in size', () => {
		const bytes = nut(...clip('160x90', 12), '-c:v', 'mjpeg', '-enc_time_base', '1:90000');
		const { streams, frames } = read(bytes, () => 777);
		expect(streams).toEqual([{ fourcc: 'MJPG', width: 160, height: 90 }]);
		expect(frames).toHaveLength(12);
		for (const { bytes } of frames) {
			expect(bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
			expect(bytes.subarray(-2).toString('hex')).toBe('ffd9');
		}
	});

	it('restores the start of frames that the container leaves out', () => {
		// MPEG-4's start code is among ffmpeg's elision headers.
		const bytes = nut(...clip('160x90', 10), '-c:v', 'mpeg4');
		const { frames } = read(bytes, () => 50);
		expect(frames).toHaveLength(10);
		for (const { bytes } of frames) expect(bytes.subarray(0, 3).toString('hex')).toBe('000001');
	});

	it('keeps two tracks with different time bases apart', () => {
		const bytes = nut(
			...clip('64x36', 10),
			'-filter_complex',
			'[0]split[a][b];[b]fps=5[c]',
			'-map',
			'[a]',
			'-map',
			'[c]',
			'-c:v',
			'rawvideo',
			'-pix_fmt',
			'gray'
		);
		const { frames } = read(bytes, () => 999);
		const seconds = (id: number) =>
			frames.filter(({ stream }) => stream === id).map(({ seconds }) => seconds);
		expect(seconds(0)).toEqual(Array.from({ length: 10 }, (_, k) => k / 25));
		expect(seconds(1)).toEqual([0, 0.2]);
	});
});

describe('NutReader on damaged input', () => {
	const bytes = nut(...clip('32x18', 20), ...raw);
	const whole = read(bytes, () => bytes.length);

	it('gives the frames before the cut of a truncated stream, and never one too many', () => {
		for (let length = 0; length < bytes.length; length += 13) {
			const { frames } = read(bytes.subarray(0, length), () => 300);
			expect(frames).toEqual(whole.frames.slice(0, frames.length));
		}
	});

	it('names what is not NUT at all', () => {
		expect(() => read(Buffer.from('<html>not found</html>'), () => 4)).toThrow(/not a NUT stream/);
	});

	it('says that a header was damaged', () => {
		const damaged = Buffer.from(bytes);
		damaged.writeUInt8(damaged.readUInt8(60) ^ 0xff, 60);
		expect(() => read(damaged, () => 500)).toThrow(/checksum/);
	});

	it('refuses a frame over the limit before taking memory for it', () => {
		const sizes: number[] = [];
		const sink = {
			stream: () => {},
			buffer: (_: unknown, size: number) => (sizes.push(size), Buffer.alloc(size)),
			frame: () => {}
		};
		expect(() => new NutReader(sink, 500).push(bytes)).toThrow(/576 bytes is over the limit of 500/);
		expect(sizes).toEqual([]);
	});

	it('survives random damage: frames of the right kind or a NutError, nothing else', () => {
		const random = seeded(1);
		let refused = 0;
		for (let round = 0; round < 600; round++) {
			const damaged = Buffer.from(bytes);
			for (let k = 0; k <= round % 5; k++) {
				const reach = round % 2 === 0 ? 900 : damaged.length;
				damaged.writeUInt8(Math.floor(random() * 256), Math.floor(random() * reach));
			}
			try {
				for (const frame of read(damaged, () => 1 + Math.floor(random() * 400)).frames) {
					expect(frame.bytes.length).toBeLessThanOrEqual(MAX_FRAME);
				}
			} catch (error) {
				expect(error).toBeInstanceOf(NutError);
				refused++;
			}
		}
		expect(refused).toBeGreaterThan(100);
	});
});
