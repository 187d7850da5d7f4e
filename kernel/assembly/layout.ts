// Memory layout: the geometry of the pyramid and the grid, and where every plane lives.
//
// A frame is stored once per pyramid level, with padding round it so that no inner loop ever tests a border:
//
//      padX        w         padX and a rest
//   +--------+------------+--------+
//   |        |   padY     |        |      level 0: one byte a pixel, as it came
//   |        +------------+        |      level 1..3: int16, (pixel - 128) * 8
//   |        |   image    |        | h
//   |        +------------+        |      imagePointer(slot, level) is the image's own pixel (0, 0)
//   |        |   padY     |        |
//   +--------+------------+--------+
//
// Two slots hold the previous and the present frame and change places with every frame.

export const MAX_LEVELS: i32 = 4;
/** Bytes kept free before and after every plane: vector loads may overrun a row by up to two vectors. */
const GUARD: usize = 64;

// One i32 a level, at addresses known at compile time.
const LEVEL_WIDTH = memory.data(16, 16);
const LEVEL_HEIGHT = memory.data(16, 16);
const IMAGE_STRIDE = memory.data(16, 16);
const IMAGE_POINTER = memory.data(32, 16);
const NODE_STRIDE = memory.data(16, 16);
const NODE_ROWS_PER_BAND = memory.data(16, 16);

export let levels: i32 = 0;
export let radius: i32 = 0;
export let windowSize: i32 = 0;
export let padX: i32 = 0;
export let padY: i32 = 0;

/** The grid: point (column, row) lies at pixel (originX + column * gridStep, originY + row * gridStep). */
export let gridStep: i32 = 0;
export let originX: i32 = 0;
export let originY: i32 = 0;
export let gridColumns: i32 = 0;
export let gridRows: i32 = 0;

/** The frame as the caller wrote it, tightly packed; the results: dx, dy as f32 pairs, one status byte a point. */
export let inputPointer: usize = 0;
export let flowPointer: usize = 0;
export let statusPointer: usize = 0;

/** Two temporary rows. */
export let rowScratch: usize = 0;
export let rowScratchBytes: usize = 0;
/** The gradient band (gradients.ts): gx of its pixel (0, 0), bytes a row, bytes from a gx to its gy. */
export let bandPointer: usize = 0;
export let bandStride: usize = 0;
export let bandPlane: usize = 0;
/** The node flows of two levels: dx, dy as f32 pairs. */
export let nodeFlowA: usize = 0;
export let nodeFlowB: usize = 0;

// @ts-ignore: decorator
@inline
function entry(table: usize, index: i32): usize {
	return table + (<usize>index << 2);
}

// @ts-ignore: decorator
@inline
export function levelWidth(level: i32): i32 {
	return load<i32>(entry(LEVEL_WIDTH, level));
}

// @ts-ignore: decorator
@inline
export function levelHeight(level: i32): i32 {
	return load<i32>(entry(LEVEL_HEIGHT, level));
}

/** Bytes from one image row to the next. */
// @ts-ignore: decorator
@inline
export function imageStride(level: i32): usize {
	return <usize>load<i32>(entry(IMAGE_STRIDE, level));
}

// @ts-ignore: decorator
@inline
export function imagePointer(slot: i32, level: i32): usize {
	return <usize>load<i32>(entry(IMAGE_POINTER, slot * MAX_LEVELS + level));
}

/** How many grid cells, along each axis, one tracking node of this level stands for (fast mode). */
// @ts-ignore: decorator
@inline
export function nodeStride(level: i32): i32 {
	return load<i32>(entry(NODE_STRIDE, level));
}

/** How many rows of nodes share one band of gradients. */
// @ts-ignore: decorator
@inline
export function nodeRowsPerBand(level: i32): i32 {
	return load<i32>(entry(NODE_ROWS_PER_BAND, level));
}

/**
 * Bytes from row to row for so many used: an odd number of cache lines. At a power of two, which 960 pixels and
 * their padding come to, the rows of a window would all compete for the same few lines of the cache.
 */
function rowBytes(used: i32): i32 {
	return ((used + 63) & ~63) | 64;
}

function allocate(bytes: i32): usize {
	const pointer = heap.alloc(<usize>bytes + 2 * GUARD);
	memory.fill(pointer, 0, <usize>bytes + 2 * GUARD);
	return ((pointer + GUARD) + 15) & ~15;
}

/** Lays everything out for one stream. To be called once in an instance's life. */
export function layOut(width: i32, height: i32, step: i32, windowRadius: i32, everyPoint: bool): void {
	radius = windowRadius;
	windowSize = 2 * windowRadius + 1;
	// A displaced window may start a whole window outside the image, and a vector load may overrun it by eight
	// pixels; a 16x16 patch of absolute differences may start seventeen pixels outside.
	padX = max((windowSize + 8 + 15) & ~15, 32);
	padY = max(windowSize + 3, 20);
	layOutGrid(width, height, step);
	layOutPyramid(width, height);
	layOutNodes(everyPoint);
	layOutScratch(width, height);
}

/** Points in the middle of their cells; a frame smaller than half a cell has one point, in its middle. */
function layOutGrid(width: i32, height: i32, step: i32): void {
	gridStep = step;
	originX = min(step >> 1, width >> 1);
	originY = min(step >> 1, height >> 1);
	gridColumns = (width - 1 - originX) / step + 1;
	gridRows = (height - 1 - originY) / step + 1;
}

/** Halves the frame (rounding up) as long as a level stays larger than the window: four levels at the most. */
function layOutPyramid(width: i32, height: i32): void {
	let w = width;
	let h = height;
	levels = 0;
	do {
		layOutLevel(levels++, w, h);
		w = (w + 1) >> 1;
		h = (h + 1) >> 1;
	} while (levels < MAX_LEVELS && w > windowSize && h > windowSize);
}

function layOutLevel(level: i32, w: i32, h: i32): void {
	const bytes = level == 0 ? 1 : 2;
	const stride = rowBytes((w + 2 * padX) * bytes);
	store<i32>(entry(LEVEL_WIDTH, level), w);
	store<i32>(entry(LEVEL_HEIGHT, level), h);
	store<i32>(entry(IMAGE_STRIDE, level), stride);
	const inset = padY * stride + padX * bytes;
	for (let slot = 0; slot < 2; slot++) {
		const plane = allocate(stride * (h + 2 * padY));
		store<i32>(entry(IMAGE_POINTER, slot * MAX_LEVELS + level), <i32>plane + inset);
	}
}

/**
 * Fast mode needs fewer nodes at coarse levels than the grid has points: about one radius apart (in pixels of their
 * level), two at level 1, where the estimate is already good. Rounded down to a power of two so that levels nest.
 * Faithful mode tracks every point at every level.
 */
function layOutNodes(everyPoint: bool): void {
	let bandRows = 0;
	for (let level = 0; level < levels; level++) {
		const spacing = (radius << level) << (level == 1 ? 1 : 0);
		let cells = 1;
		if (level > 0 && !everyPoint) while (cells * 2 * gridStep <= spacing) cells *= 2;
		// Where the windows of neighbouring node rows overlap, several rows share a band.
		const rowsApart = max(1, (cells * gridStep) >> level);
		const rowsPerBand = rowsApart >= windowSize - 1 ? 1 : 1 + (2 * windowSize) / rowsApart;
		store<i32>(entry(NODE_STRIDE, level), cells);
		store<i32>(entry(NODE_ROWS_PER_BAND, level), rowsPerBand);
		bandRows = max(bandRows, windowSize + 3 + (((rowsPerBand - 1) * cells * gridStep) >> level));
	}
	bandStride = <usize>rowBytes((levelWidth(0) + 2 * padX) * 2);
	bandPlane = bandStride * <usize>bandRows;
}

function layOutScratch(width: i32, height: i32): void {
	const points = gridColumns * gridRows;
	inputPointer = allocate(width * height);
	flowPointer = allocate(points * 8);
	statusPointer = allocate(points);
	nodeFlowA = allocate(points * 8);
	nodeFlowB = allocate(points * 8);
	rowScratchBytes = (<usize>(width + 2 * padX) * 2 + 63) & ~63;
	rowScratch = allocate(<i32>rowScratchBytes * 2);
	bandPointer = allocate(<i32>bandPlane * 2) + <usize>padX * 2;
}
