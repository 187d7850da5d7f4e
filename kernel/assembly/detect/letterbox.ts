// Pictures into planes: bilinear resampling, colour conversion and normalisation in one pass, four pixels at a time.
//
// A row of the result is blended from two rows of the picture into int16 (0..255 in 1/128), then its pixels from two
// neighbours each by one dot product (0..255 in 1/16384), then converted in f32.
import {
	blended,
	blendedU,
	blendedV,
	chromaColumns,
	chromaRows,
	columns,
	fitHeight,
	fitWidth,
	inputHeight,
	inputWidth,
	left,
	picture,
	pictureHeight,
	pictureWidth,
	rows,
	top,
	weights
} from './plan';

const UNIT: f32 = 1.0 / 16384.0;

/** value = pixel * scale + offset, by plane of the tensor. */
let scale0: f32 = 1;
let scale1: f32 = 1;
let scale2: f32 = 1;
let offset0: f32 = 0;
let offset1: f32 = 0;
let offset2: f32 = 0;
/** Which plane takes red and which blue: 0 and 2, or 2 and 0. */
let redPlane: i32 = 0;

export function normalise(bgr: bool, s0: f32, s1: f32, s2: f32, o0: f32, o1: f32, o2: f32): void {
	redPlane = bgr ? 2 : 0;
	scale0 = s0;
	scale1 = s1;
	scale2 = s2;
	offset0 = o0;
	offset1 = o1;
	offset2 = o2;
}

/** Fills what the picture leaves free in all three planes with a pixel value. */
export function pad(tensor: usize, value: f32): void {
	const plane = <usize>(inputWidth * inputHeight) << 2;
	padPlane(tensor, value * scale0 + offset0);
	padPlane(tensor + plane, value * scale1 + offset1);
	padPlane(tensor + 2 * plane, value * scale2 + offset2);
}

function padPlane(plane: usize, value: f32): void {
	fill(plane, value, top * inputWidth);
	for (let y = top; y < top + fitHeight; y++) {
		const row = plane + (<usize>(y * inputWidth) << 2);
		fill(row, value, left);
		fill(row + (<usize>(left + fitWidth) << 2), value, inputWidth - left - fitWidth);
	}
	const below = top + fitHeight;
	fill(plane + (<usize>(below * inputWidth) << 2), value, (inputHeight - below) * inputWidth);
}

function fill(at: usize, value: f32, count: i32): void {
	for (let i = 0; i < count; i++) store<f32>(at + (<usize>i << 2), value);
}

/** Blends `bytes` bytes of a picture's row with the row after it, as the table says for this row of the result. */
function blendRow(plane: usize, stride: i32, table: usize, y: i32, bytes: i32, out: usize): void {
	const above = plane + <usize>(load<i32>(table + (<usize>y << 2)) * stride);
	const pair = load<u32>(weights(table, fitHeight) + (<usize>y << 2));
	if (pair >> 16 == 0) return widenRow(above, bytes, out);
	const below = above + <usize>stride;
	const first = i16x8.splat(<i16>(pair & 0xffff));
	const second = i16x8.splat(<i16>(pair >> 16));
	for (let i = 0; i < bytes; i += 16) {
		const a = v128.load(above + i);
		const b = v128.load(below + i);
		const low = i16x8.mul(i16x8.extend_low_i8x16_u(a), first);
		const high = i16x8.mul(i16x8.extend_high_i8x16_u(a), first);
		const to = out + (<usize>i << 1);
		v128.store(to, i16x8.add(low, i16x8.mul(i16x8.extend_low_i8x16_u(b), second)));
		v128.store(to, i16x8.add(high, i16x8.mul(i16x8.extend_high_i8x16_u(b), second)), 16);
	}
}

/** A row that lies on one of the picture's: the same scale, nothing to blend. */
function widenRow(row: usize, bytes: i32, out: usize): void {
	for (let i = 0; i < bytes; i += 16) {
		const a = v128.load(row + i);
		const to = out + (<usize>i << 1);
		v128.store(to, i16x8.shl(i16x8.extend_low_i8x16_u(a), 7));
		v128.store(to, i16x8.shl(i16x8.extend_high_i8x16_u(a), 7), 16);
	}
}

/** Four pixels of a blended row of one channel, from column x of the result. */
// @ts-ignore: decorator
@inline
function four(row: usize, table: usize, x: i32): v128 {
	const at = table + (<usize>x << 2);
	let pairs = v128.load32_zero(row + (<usize>load<i32>(at) << 1));
	pairs = v128.load_lane<i32>(row + (<usize>load<i32>(at, 4) << 1), pairs, 1);
	pairs = v128.load_lane<i32>(row + (<usize>load<i32>(at, 8) << 1), pairs, 2);
	pairs = v128.load_lane<i32>(row + (<usize>load<i32>(at, 12) << 1), pairs, 3);
	return f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(pairs, v128.load(weights(table, fitWidth) + (<usize>x << 2))));
}

/** One pixel of a blended row of RGB: red, green, blue and a lane of nothing. */
// @ts-ignore: decorator
@inline
function pixel(x: i32): v128 {
	const at = columns + (<usize>x << 2);
	const pair = v128.load32_splat(weights(at, fitWidth));
	const both = v128.load(blended + <usize>(load<i32>(at) * 6));
	return i32x4.dot_i16x8_s(v128.shuffle<i16>(both, both, 0, 3, 1, 4, 2, 5, 6, 7), pair);
}

// @ts-ignore: decorator
@inline
function planeOf(tensor: usize, plane: i32): usize {
	return tensor + (<usize>(plane * inputWidth * inputHeight) << 2);
}

// @ts-ignore: decorator
@inline
function rowOffset(y: i32): usize {
	return <usize>((y + top) * inputWidth + left) << 2;
}

/** The last four pixels of a row are done again rather than written beyond it: fitWidth is at least 4. */
// @ts-ignore: decorator
@inline
function column(x: i32): i32 {
	return min(x, fitWidth - 4);
}

/** RGB, three bytes a pixel. */
export function fromRgb(tensor: usize): void {
	const red = planeOf(tensor, redPlane);
	const green = planeOf(tensor, 1);
	const blue = planeOf(tensor, 2 - redPlane);
	const redScale = f32x4.splat((redPlane == 0 ? scale0 : scale2) * UNIT);
	const greenScale = f32x4.splat(scale1 * UNIT);
	const blueScale = f32x4.splat((redPlane == 0 ? scale2 : scale0) * UNIT);
	const redOffset = f32x4.splat(redPlane == 0 ? offset0 : offset2);
	const greenOffset = f32x4.splat(offset1);
	const blueOffset = f32x4.splat(redPlane == 0 ? offset2 : offset0);
	const stride = pictureWidth * 3;
	for (let y = 0; y < fitHeight; y++) {
		blendRow(picture, stride, rows, y, stride, blended);
		const row = rowOffset(y);
		for (let i = 0; i < fitWidth; i += 4) {
			const x = column(i);
			const p0 = pixel(x);
			const p1 = pixel(x + 1);
			const p2 = pixel(x + 2);
			const p3 = pixel(x + 3);
			// A transposition of four pixels of three channels into three channels of four pixels.
			const redGreen01 = v128.shuffle<i32>(p0, p1, 0, 4, 1, 5);
			const redGreen23 = v128.shuffle<i32>(p2, p3, 0, 4, 1, 5);
			const blue01 = v128.shuffle<i32>(p0, p1, 2, 6, 3, 7);
			const blue23 = v128.shuffle<i32>(p2, p3, 2, 6, 3, 7);
			const r = f32x4.convert_i32x4_s(v128.shuffle<i64>(redGreen01, redGreen23, 0, 2));
			const g = f32x4.convert_i32x4_s(v128.shuffle<i64>(redGreen01, redGreen23, 1, 3));
			const b = f32x4.convert_i32x4_s(v128.shuffle<i64>(blue01, blue23, 0, 2));
			const to = row + (<usize>x << 2);
			v128.store(red + to, f32x4.add(f32x4.mul(r, redScale), redOffset));
			v128.store(green + to, f32x4.add(f32x4.mul(g, greenScale), greenOffset));
			v128.store(blue + to, f32x4.add(f32x4.mul(b, blueScale), blueOffset));
		}
	}
}

// ITU-R BT.601, limited range: luma 16..235, chroma 16..240 about 128; r = y + 2 (1 - kr) v, b = y + 2 (1 - kb) u.
const KR: f32 = 0.299;
const KB: f32 = 0.114;
const KG: f32 = 1 - KR - KB;
const LUMA_GAIN: f32 = (255.0 / 219.0) * UNIT;
const CHROMA_GAIN: f32 = (255.0 / 224.0) * UNIT;

/** Planar YUV 4:2:0: luma, then both chroma planes of half the size, rounded up. */
export function fromYuv(tensor: usize): void {
	const red = planeOf(tensor, redPlane);
	const green = planeOf(tensor, 1);
	const blue = planeOf(tensor, 2 - redPlane);
	const redScale = f32x4.splat(redPlane == 0 ? scale0 : scale2);
	const greenScale = f32x4.splat(scale1);
	const blueScale = f32x4.splat(redPlane == 0 ? scale2 : scale0);
	const redOffset = f32x4.splat(redPlane == 0 ? offset0 : offset2);
	const greenOffset = f32x4.splat(offset1);
	const blueOffset = f32x4.splat(redPlane == 0 ? offset2 : offset0);
	const chromaWidth = (pictureWidth + 1) >> 1;
	const chromaHeight = (pictureHeight + 1) >> 1;
	const planeU = picture + <usize>(pictureWidth * pictureHeight);
	const planeV = planeU + <usize>(chromaWidth * chromaHeight);
	const lumaZero = f32x4.splat(16 * 16384);
	const chromaZero = f32x4.splat(128 * 16384);
	const luma = f32x4.splat(LUMA_GAIN);
	const redOfV = f32x4.splat(2 * (1 - KR) * CHROMA_GAIN);
	const blueOfU = f32x4.splat(2 * (1 - KB) * CHROMA_GAIN);
	const greenOfU = f32x4.splat((2 * KB * (1 - KB) * CHROMA_GAIN) / KG);
	const greenOfV = f32x4.splat((2 * KR * (1 - KR) * CHROMA_GAIN) / KG);
	for (let y = 0; y < fitHeight; y++) {
		blendRow(picture, pictureWidth, rows, y, pictureWidth, blended);
		blendRow(planeU, chromaWidth, chromaRows, y, chromaWidth, blendedU);
		blendRow(planeV, chromaWidth, chromaRows, y, chromaWidth, blendedV);
		const row = rowOffset(y);
		for (let i = 0; i < fitWidth; i += 4) {
			const x = column(i);
			const l = f32x4.mul(f32x4.sub(four(blended, columns, x), lumaZero), luma);
			const u = f32x4.sub(four(blendedU, chromaColumns, x), chromaZero);
			const v = f32x4.sub(four(blendedV, chromaColumns, x), chromaZero);
			const r = f32x4.add(l, f32x4.mul(v, redOfV));
			const g = f32x4.sub(f32x4.sub(l, f32x4.mul(u, greenOfU)), f32x4.mul(v, greenOfV));
			const b = f32x4.add(l, f32x4.mul(u, blueOfU));
			const to = row + (<usize>x << 2);
			v128.store(red + to, f32x4.add(f32x4.mul(within(r), redScale), redOffset));
			v128.store(green + to, f32x4.add(f32x4.mul(within(g), greenScale), greenOffset));
			v128.store(blue + to, f32x4.add(f32x4.mul(within(b), blueScale), blueOffset));
		}
	}
}

/** Colours a camera cannot mean: 0..255. */
// @ts-ignore: decorator
@inline
function within(value: v128): v128 {
	return f32x4.pmin(f32x4.splat(255), f32x4.pmax(f32x4.splat(0), value));
}
