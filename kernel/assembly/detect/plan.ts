// Where a picture lands in the input tensor, and the tables and rows that resampling it needs.
//
//      inputWidth
//   +-----------------------+
//   |    pad                |  top
//   |   +---------------+   |
//   |   |   picture     |   | fitHeight          the same rectangle in each of the three planes
//   |   +---------------+   |
//   | left  fitWidth        |  inputHeight
//   +-----------------------+
//
// All of it lies in one stretch of memory, which the caller provides: tables | rows | picture.

export let pictureWidth: i32 = 0;
export let pictureHeight: i32 = 0;
export let inputWidth: i32 = 0;
export let inputHeight: i32 = 0;
export let left: i32 = 0;
export let top: i32 = 0;
export let fitWidth: i32 = 0;
export let fitHeight: i32 = 0;

/** One table for each axis of the luma (or RGB) plane and of the chroma planes. */
export let columns: usize = 0;
export let chromaColumns: usize = 0;
export let rows: usize = 0;
export let chromaRows: usize = 0;
/** A blended row of RGB or luma, and of each chroma plane: int16. */
export let blended: usize = 0;
export let blendedU: usize = 0;
export let blendedV: usize = 0;
export let picture: usize = 0;

/** Vector loads overrun a row by up to one vector. */
const GUARD: i32 = 64;
/** Weights are in 1/128. */
const ONE: i32 = 128;

function rounded(bytes: i32): i32 {
	return (bytes + GUARD + 63) & ~63;
}

/** A table: for each place, where the first of its two neighbours lies, then both weights as a pair of int16. */
function tableBytes(places: i32): i32 {
	return rounded(places * 8);
}

export function planBytes(width: i32, height: i32, toWidth: i32, toHeight: i32, pictureBytes: i32): i32 {
	const tables = 2 * tableBytes(toWidth) + 2 * tableBytes(toHeight);
	return tables + rounded(width * 6) + 2 * rounded(width * 2) + rounded(pictureBytes) + GUARD;
}

/** Lays out and fills everything for pictures of this size; `base` is aligned to 64. */
export function plan(
	base: usize,
	width: i32,
	height: i32,
	toWidth: i32,
	toHeight: i32,
	x: i32,
	y: i32,
	fittedWidth: i32,
	fittedHeight: i32
): void {
	pictureWidth = width;
	pictureHeight = height;
	inputWidth = toWidth;
	inputHeight = toHeight;
	left = x;
	top = y;
	fitWidth = fittedWidth;
	fitHeight = fittedHeight;
	columns = base;
	chromaColumns = columns + tableBytes(fittedWidth);
	rows = chromaColumns + tableBytes(fittedWidth);
	chromaRows = rows + tableBytes(fittedHeight);
	blended = chromaRows + tableBytes(fittedHeight);
	blendedU = blended + rounded(width * 6);
	blendedV = blendedU + rounded(width * 2);
	picture = blendedV + rounded(width * 2);
	tabulate(columns, width, fittedWidth, false);
	tabulate(chromaColumns, width, fittedWidth, true);
	tabulate(rows, height, fittedHeight, false);
	tabulate(chromaRows, height, fittedHeight, true);
}

/**
 * Bilinear sampling with pixel centres at half: place i of `to` looks at (i + 0.5) * from / to - 0.5. A chroma sample
 * stands in the middle of its two by two luma pixels, so its plane is looked at in (f + 0.5) / 2 - 0.5.
 */
function tabulate(table: usize, from: i32, to: i32, chroma: bool): void {
	const step = <f64>from / <f64>to;
	const last = (chroma ? (from + 1) >> 1 : from) - 1;
	for (let i = 0; i < to; i++) {
		let at = (<f64>i + 0.5) * step - 0.5;
		if (chroma) at = (at + 0.5) / 2 - 0.5;
		at = min(max(at, 0), <f64>last);
		const first = max(min(<i32>at, last - 1), 0);
		const second = <i32>Math.round((at - <f64>first) * <f64>ONE);
		store<i32>(table + (<usize>i << 2), first);
		store<u32>(weights(table, to) + (<usize>i << 2), <u32>(ONE - second) | (<u32>second << 16));
	}
}

// @ts-ignore: decorator
@inline
export function weights(table: usize, places: i32): usize {
	return table + (<usize>places << 2);
}
