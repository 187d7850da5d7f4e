// Moving things on pictures made for the purpose: what is found, and what must not be.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Detected } from '#lib/contracts/detection.ts';
import { compileFlowModule, createFlow } from '../../flow/kernel.ts';
import { addNoise, texture } from '../../flow/testing/pictures.ts';
import { MovingDetector } from './detector.ts';

const SIZE = { width: 320, height: 180, fps: 10, gridSize: 16 };
let module: WebAssembly.Module;
beforeAll(async () => void (module = await compileFlowModule()));

/** A thing of its own texture; fractions of the picture. */
interface Square {
	x: number;
	y: number;
	width: number;
	height: number;
}
interface Moment {
	squares?: Square[];
	/** Factor on everything, and on the part left of a place. */
	light?: number;
	lamp?: { until: number; light: number };
}

const places = new Map<string, Float32Array>();

/** The place: a texture, painted once. */
function placeOf({ width, height }: typeof SIZE): Float32Array {
	const key = `${width}x${height}`;
	const scale = 640 / width;
	const place =
		places.get(key) ??
		Float32Array.from({ length: width * height }, (_, k) => {
			return 60 + 0.4 * texture((k % width) * scale, Math.floor(k / width) * scale);
		});
	places.set(key, place);
	return place;
}

/** Noise of two grey levels, drawn once and read from another place each frame. */
const NOISE = Int8Array.from(addNoise(new Uint8Array(1 << 18).fill(128), 2, 1), (value) => value - 128);

/** The place with things before it: another texture, much brighter and darker. */
function paint(size: typeof SIZE, { squares = [], light = 1, lamp }: Moment, seed: number): Uint8Array {
	const { width, height } = size;
	const picture = Float32Array.from(placeOf(size));
	for (const { x, y, width: w, height: h } of squares) {
		for (let py = Math.max(0, Math.round(y * height)); py < Math.min(height, (y + h) * height); py++) {
			for (let px = Math.max(0, Math.round(x * width)); px < Math.min(width, (x + w) * width); px++) {
				const [u, v] = [px / width - x, py / height - y];
				picture[py * width + px] = 30 + 0.9 * texture(u * 3000 + 900, v * 1700);
			}
		}
	}
	const offset = (seed * 7919) % (NOISE.length >> 1);
	return Uint8Array.from(picture, (value, k) => {
		const lit = value * light * (lamp && k % width < lamp.until * width ? lamp.light : 1);
		return Math.max(0, Math.min(255, Math.round(lit + NOISE[(k + offset) % NOISE.length]!)));
	});
}

/** What is found on each frame of a film of so many seconds. */
function watch(seconds: number, at: (t: number) => Moment, change: Partial<typeof SIZE> = {}): Detected[][] {
	const size = { ...SIZE, ...change };
	const { width, height, gridSize } = size;
	const flow = createFlow({ width, height, gridSize, winRadius: 8, mode: 'fast' }, module);
	const detector = new MovingDetector();
	return Array.from({ length: Math.round(seconds * size.fps) }, (_, k) => {
		const data = paint(size, at(k / size.fps), k);
		const field = flow.measure(data);
		return detector.look({ capturedAt: 1e12 + (1000 * k) / size.fps, width, height, data, field });
	});
}

const walker = (t: number): Square => ({ x: 0.05 + 0.08 * t, y: 0.4, width: 0.08, height: 0.3 });
const iou = (a: Square, b: Square) => {
	const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
	const h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
	return w > 0 && h > 0 ? (w * h) / (a.width * a.height + b.width * b.height - w * h) : 0;
};

describe('a thing that moves', () => {
	it('is found where it is, alone, within a second of entering', () => {
		const found = watch(9, (t) => ({ squares: t < 3 ? [] : [walker(t - 3)] }));
		expect(found.slice(0, 30).flat()).toEqual([]);
		for (let k = 40; k < 85; k++) {
			expect(found[k]).toHaveLength(1);
			expect(iou(found[k]![0]!.box, walker(k / 10 - 3))).toBeGreaterThan(0.6);
			expect(found[k]![0]).toMatchObject({ label: 'moving' });
			expect(found[k]![0]!.confidence).toBeGreaterThan(0.4);
			expect(found[k]![0]!.confidence).toBeLessThanOrEqual(1);
		}
	});

	it.each([
		['a small picture', { width: 160, height: 90 }],
		['a large picture', { width: 960, height: 540, fps: 5 }],
		['a fine grid', { gridSize: 4 }],
		['a wide grid', { gridSize: 32 }],
		['many frames', { fps: 30 }],
		['few frames', { fps: 4 }]
	])(
		'is found on %s',
		(_, change) => {
			const { fps } = { ...SIZE, ...change };
			const found = watch(7, (t) => ({ squares: t < 3 ? [] : [walker(t - 3)] }), change);
			const hits = found.filter((boxes, k) => boxes.some(({ box }) => iou(box, walker(k / fps - 3)) > 0.5));
			expect(hits.length).toBeGreaterThan(2 * fps);
		},
		60_000
	);

	it('is found beside another that crosses its way, and both are one thing each again', () => {
		const other = (t: number): Square => ({ x: 0.85 - 0.09 * t, y: 0.5, width: 0.07, height: 0.28 });
		const found = watch(12, (t) => ({ squares: t < 3 ? [] : [walker(t - 3), other(t - 3)] }));
		for (const k of [48, 50, 110, 112]) {
			for (const truth of [walker(k / 10 - 3), other(k / 10 - 3)])
				expect(Math.max(...found[k]!.map(({ box }) => iou(box, truth)))).toBeGreaterThan(0.5);
		}
	});

	it('is told from another that it has touched from the first, when that goes the other way', () => {
		const size = { width: 0.4, height: 0.22 };
		const right = (t: number): Square => ({ x: 0.05 + 0.06 * t, y: 0.3, ...size });
		const left = (t: number): Square => ({ x: 0.45 - 0.06 * t, y: 0.52, ...size });
		const found = watch(8, (t) => ({ squares: t < 3 ? [] : [right(t - 3), left(t - 3)] }), {
			width: 640,
			height: 360
		});
		for (let k = 45; k < 80; k++) {
			for (const truth of [right(k / 10 - 3), left(k / 10 - 3)])
				expect(Math.max(...found[k]!.map(({ box }) => iou(box, truth)))).toBeGreaterThan(0.6);
		}
	});

	it('that stands still stays for a while, and what it uncovers by leaving does not', () => {
		const parked = (t: number): Square => ({ ...walker(Math.min(t, 4)), y: 0.4 });
		const stays = watch(14, (t) => ({ squares: t < 3 ? [] : [parked(t - 3)] }));
		expect(stays[135]!.some(({ box }) => iou(box, parked(11)) > 0.5)).toBe(true);
		const start: Square = { x: 0.3, y: 0.4, width: 0.08, height: 0.3 };
		const leaves = watch(16, (t) => ({ squares: [{ ...start, x: start.x + Math.max(0, t - 6) * 0.12 }] }));
		expect(leaves.slice(0, 55).flat()).toEqual([]);
		expect(leaves.slice(75, 100).some((boxes) => boxes.length > 0)).toBe(true);
		expect(
			leaves
				.slice(145)
				.flat()
				.filter(({ box }) => iou(box, start) > 0.2)
		).toEqual([]);
	});
});

describe('nothing is found', () => {
	it('on noise alone', () => {
		expect(watch(8, () => ({})).flat()).toEqual([]);
	});

	it('when a camera begins with things that stand', () => {
		const squares = [walker(3), { ...walker(8), y: 0.1 }];
		expect(watch(8, () => ({ squares })).flat()).toEqual([]);
	});

	it.each([1.6, 0.5])('when the whole light changes by a factor of %d', (light) => {
		expect(watch(10, (t) => ({ light: t < 5 ? 1 : light })).flat()).toEqual([]);
	});

	it('when the whole light fades', () => {
		expect(watch(10, (t) => ({ light: 1 - 0.5 * Math.min(1, Math.max(0, t - 4) / 3) })).flat()).toEqual([]);
	});

	it('when a lamp over a part of the picture fails', () => {
		const failing = (t: number) => (t > 4 && Math.sin(40 * t) > 0 ? 0.6 : 1);
		expect(watch(10, (t) => ({ lamp: { until: 0.45, light: failing(t) } })).flat()).toEqual([]);
	});

	it('of what sways by a few pixels', () => {
		const swaying = (t: number): Square => ({
			x: 0.6 + 0.004 * Math.sin(4 * t),
			y: 0.3,
			width: 0.1,
			height: 0.3
		});
		expect(watch(12, (t) => ({ squares: [swaying(t)] })).flat()).toEqual([]);
	});
});

describe('bad input', () => {
	it('begins anew when the picture changes its size, and bears a clock that stands or goes back', () => {
		const detector = new MovingDetector();
		for (const size of [SIZE, { ...SIZE, width: 64, height: 1024 }, { ...SIZE, width: 2, height: 2 }]) {
			const { width, height } = size;
			const flow = createFlow({ width, height, gridSize: 16, winRadius: 8, mode: 'fast' }, module);
			for (const capturedAt of [0, 1000, 2000, 3000, 3000, 10, 4000, 1e13, 5000]) {
				const data = paint(size, {}, capturedAt);
				expect(detector.look({ capturedAt, width, height, data, field: flow.measure(data) })).toEqual([]);
			}
		}
	});

	it('passes over vectors that are no numbers', () => {
		const flow = createFlow({ ...SIZE, winRadius: 8, mode: 'fast' }, module);
		const detector = new MovingDetector();
		for (let k = 0; k < 50; k++) {
			const data = paint(SIZE, { squares: [walker(k / 10)] }, k);
			const field = flow.measure(data);
			const bad = {
				...field,
				flow: field.flow.map((value, j) => (j % 3 === 0 ? NaN : j % 7 === 0 ? 1e9 : value))
			};
			const boxes = detector.look({ ...SIZE, capturedAt: 100 * k, data, field: bad });
			for (const { box } of boxes) expect(Object.values(box).every(Number.isFinite)).toBe(true);
		}
	});
});
