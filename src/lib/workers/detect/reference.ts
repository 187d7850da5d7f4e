// The detect kernel's mathematics in plain scalar code: to read, and for the tests to compare with.
import type { ModelSpec, Picture } from '#lib/contracts/model.ts';
import { placePicture } from './placement.ts';

/** ITU-R BT.601, limited range. */
const KR = 0.299;
const KB = 0.114;
const KG = 1 - KR - KB;

/** The input tensor of one picture: three planes, float32, whatever type the model takes. */
export function letterbox(picture: Picture, input: ModelSpec['input']): Float32Array {
	const place = placePicture(input, picture.width, picture.height);
	const area = input.width * input.height;
	const tensor = new Float32Array(3 * area);
	for (let y = 0; y < input.height; y++) {
		for (let x = 0; x < input.width; x++) {
			const column = x - place.left;
			const row = y - place.top;
			const inside = column >= 0 && row >= 0 && column < place.width && row < place.height;
			const rgb = inside ? colourAt(picture, place, column, row) : [input.pad, input.pad, input.pad];
			for (let plane = 0; plane < 3; plane++) {
				const channel = input.order === 'rgb' ? plane : 2 - plane;
				tensor[plane * area + y * input.width + x] =
					(rgb[channel]! - input.mean[plane]!) * input.scale[plane]!;
			}
		}
	}
	return tensor;
}

function colourAt(
	{ layout, width, height, data }: Picture,
	place: { width: number; height: number },
	column: number,
	row: number
): number[] {
	const x = ((column + 0.5) * width) / place.width - 0.5;
	const y = ((row + 0.5) * height) / place.height - 0.5;
	if (layout === 'rgb24')
		return [0, 1, 2].map((channel) =>
			sample((i, j) => data[(j * width + i) * 3 + channel]!, width, height, x, y)
		);
	const chromaWidth = (width + 1) >> 1;
	const chromaHeight = (height + 1) >> 1;
	const plane = (start: number) => {
		const at = (i: number, j: number) => data[start + j * chromaWidth + i]!;
		return sample(at, chromaWidth, chromaHeight, (x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5);
	};
	const luma = sample((i, j) => data[j * width + i]!, width, height, x, y);
	return toRgb(luma, plane(width * height), plane(width * height + chromaWidth * chromaHeight));
}

function toRgb(luma: number, cb: number, cr: number): number[] {
	const y = ((luma - 16) * 255) / 219;
	const u = ((cb - 128) * 255) / 224;
	const v = ((cr - 128) * 255) / 224;
	return [
		y + 2 * (1 - KR) * v,
		y - (2 * KB * (1 - KB) * u) / KG - (2 * KR * (1 - KR) * v) / KG,
		y + 2 * (1 - KB) * u
	].map((value) => Math.min(255, Math.max(0, value)));
}

/** Bilinear, weights in 1/128 as the kernel's. */
function sample(
	at: (x: number, y: number) => number,
	width: number,
	height: number,
	x: number,
	y: number
): number {
	const [x0, x1, across] = neighbours(x, width);
	const [y0, y1, down] = neighbours(y, height);
	const above = at(x0, y0) * (1 - across) + at(x1, y0) * across;
	const below = at(x0, y1) * (1 - across) + at(x1, y1) * across;
	return above * (1 - down) + below * down;
}

function neighbours(position: number, size: number): [first: number, second: number, weight: number] {
	const at = Math.min(Math.max(position, 0), size - 1);
	const first = Math.max(Math.min(Math.floor(at), size - 2), 0);
	return [first, Math.min(first + 1, size - 1), Math.round((at - first) * 128) / 128];
}

/** The best class of every anchor of the v8 form with a score above the threshold, in order of anchors. */
export function scan(
	scores: Float32Array,
	anchors: number,
	threshold: number
): { anchor: number; label: number; score: number }[] {
	const found = [];
	for (let anchor = 0; anchor < anchors; anchor++) {
		let best = { anchor, label: -1, score: Math.fround(threshold) };
		for (let label = 0; label * anchors + anchor < scores.length; label++) {
			const score = scores[label * anchors + anchor]!;
			if (Number.isFinite(score) && score > best.score) best = { anchor, label, score };
		}
		if (best.label >= 0) found.push(best);
	}
	return found;
}
