// Pictures with known motion, for tests and benches: a texture defined at every real point, sampled anew per frame.

/** The point of the texture that a frame shows at (x, y). */
export type Source = (x: number, y: number) => [number, number];

/** A gray frame, width * height bytes, each sampled from the texture; contrast 1 spans most of 0..255. */
export function picture(width: number, height: number, source: Source, contrast = 1): Uint8Array {
	const frame = new Uint8Array(width * height);
	for (let k = 0; k < frame.length; k++) {
		const [x, y] = source(k % width, Math.floor(k / width));
		frame[k] = Math.round(128 + contrast * (texture(x, y) - 128));
	}
	return frame;
}

/** A frame of the texture moved by (dx, dy) px: a translation has that displacement everywhere. */
export function movedPicture(
	width: number,
	height: number,
	dx: number,
	dy: number,
	contrast = 1
): Uint8Array {
	return picture(width, height, (x, y) => [x - dx, y - dy], contrast);
}

/** Adds normally distributed noise of the given standard deviation (grey levels), the same for the same seed. */
export function addNoise(frame: Uint8Array, deviation: number, seed: number): Uint8Array {
	const random = randomSource(seed);
	return frame.map((pixel) => {
		const radius = Math.sqrt(-2 * Math.log(random() + 1e-12)); // Box and Muller
		const noise = radius * Math.cos(2 * Math.PI * random());
		return Math.max(0, Math.min(255, Math.round(pixel + deviation * noise)));
	});
}

/** Numbers in 0..1, the same sequence for the same seed (a linear congruential generator). */
export function randomSource(seed: number): () => number {
	let state = Math.imul(seed, 0x9e3779b1) | 1;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) | 0;
		return (state >>> 0) / 4294967296;
	};
}

/** Five octaves of value noise, wavelengths 64 to 4 px, in grey levels. */
export function texture(x: number, y: number): number {
	let sum = 0;
	for (let octave = 0; octave < 5; octave++) {
		const wavelength = 64 / 2 ** octave;
		sum += valueNoise(x / wavelength, y / wavelength, octave) / 2 ** (0.6 * octave);
	}
	return Math.min(255, Math.max(0, 128 + 90 * sum));
}

/** Random values at whole points, -1..1, blended smoothly between them. */
function valueNoise(x: number, y: number, seed: number): number {
	const [x0, y0] = [Math.floor(x), Math.floor(y)];
	const [u, v] = [fade(x - x0), fade(y - y0)];
	const top = (1 - u) * hash(x0, y0, seed) + u * hash(x0 + 1, y0, seed);
	const bottom = (1 - u) * hash(x0, y0 + 1, seed) + u * hash(x0 + 1, y0 + 1, seed);
	return (1 - v) * top + v * bottom;
}

/** 6t^5 - 15t^4 + 10t^3: from 0 to 1 with no slope and no bend at either end. */
function fade(t: number): number {
	return t * t * t * (t * (6 * t - 15) + 10);
}

function hash(x: number, y: number, seed: number): number {
	let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed + 1, 0x9e3779b1);
	h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1;
}
