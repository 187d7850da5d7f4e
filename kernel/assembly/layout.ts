// Memory layout: the geometry of the pyramid and the grid, and where every plane lives.
//
// A frame is stored once per pyramid level, with padding round it so that no inner loop ever tests a border:
//
//      padX        w         padX + rounding to 16
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
const GRADIENT_STRIDE = memory.data(16, 16);
const GRADIENT_PLANE = memory.data(16, 16);
const GRADIENT_POINTER = memory.data(16, 16);
const NODE_STRIDE = memory.data(16, 16);

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

/** Scratch: two temporary rows, the gradient band of level 0, and two buffers of node flows. */
export let rowScratch: usize = 0;
export let rowScratchBytes: usize = 0;
export let bandPointer: usize = 0;
export let bandPlane: usize = 0;
export let gridRowsPerBand: i32 = 0;
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

/** Bytes from one gradient row to the next. */
// @ts-ignore: decorator
@inline
export function gradientStride(level: i32): usize {
	return <usize>load<i32>(entry(GRADIENT_STRIDE, level));
}

/** Bytes from a value of gx to the gy of the same pixel. */
// @ts-ignore: decorator
@inline
export function gradientPlane(level: i32): usize {
	return <usize>load<i32>(entry(GRADIENT_PLANE, level));
}

/** gx of pixel (0, 0) of a level above 0; level 0 has a band instead of a plane. */
// @ts-ignore: decorator
@inline
export function gradientPointer(level: i32): usize {
	return <usize>load<i32>(entry(GRADIENT_POINTER, level));
}

/** How many grid cells, along each axis, one tracking node of this level stands for (fast mode). */
// @ts-ignore: decorator
@inline
export function nodeStride(level: i32): i32 {
	return load<i32>(entry(NODE_STRIDE, level));
}

function allocate(bytes: i32): usize {
	const pointer = heap.alloc(<usize>bytes + 2 * GUARD);
	memory.fill(pointer, 0, <usize>bytes + 2 * GUARD);
	return ((pointer + GUARD) + 15) & ~15;
}

/** Lays everything out for one stream. To be called once in an instance's life. */
export function layOut(width: i32, height: i32, step: i32, windowRadius: i32): void {
	radius = windowRadius;
	windowSize = 2 * windowRadius + 1;
	// A displaced window may start a whole window outside the image, and a vector load may overrun it by eight
	// pixels; a 16x16 patch of absolute differences may start seventeen pixels outside.
	padX = max((windowSize + 8 + 15) & ~15, 32);
	padY = max(windowSize + 3, 20);
	layOutGrid(width, height, step);
	layOutPyramid(width, height);
	layOutNodes();
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
	const stride = (w + 2 * padX + 15) & ~15;
	const rows = h + 2 * padY;
	const bytes = level == 0 ? 1 : 2;
	store<i32>(entry(LEVEL_WIDTH, level), w);
	store<i32>(entry(LEVEL_HEIGHT, level), h);
	store<i32>(entry(IMAGE_STRIDE, level), stride * bytes);
	const inset = padY * stride + padX;
	for (let slot = 0; slot < 2; slot++) {
		const plane = allocate(stride * rows * bytes);
		store<i32>(entry(IMAGE_POINTER, slot * MAX_LEVELS + level), <i32>plane + inset * bytes);
	}
	store<i32>(entry(GRADIENT_STRIDE, level), stride * 2);
	if (level == 0) return;
	store<i32>(entry(GRADIENT_PLANE, level), stride * rows * 2);
	store<i32>(entry(GRADIENT_POINTER, level), <i32>allocate(stride * rows * 4) + inset * 2);
}

/**
 * Coarse levels need fewer points than the grid has: nodes about one radius apart (in pixels of their level), two
 * at level 1, where the estimate is already good. Rounded down to a power of two so that the levels nest.
 */
function layOutNodes(): void {
	for (let level = 0; level < levels; level++) {
		const spacing = (radius << level) << (level == 1 ? 1 : 0);
		let cells = 1;
		if (level > 0) while (cells * 2 * gridStep <= spacing) cells *= 2;
		store<i32>(entry(NODE_STRIDE, level), cells);
	}
}

/** Level 0 gradients are made a band of rows at a time, tall enough for several grid rows where those overlap. */
function layOutScratch(width: i32, height: i32): void {
	const points = gridColumns * gridRows;
	inputPointer = allocate(width * height);
	flowPointer = allocate(points * 8);
	statusPointer = allocate(points);
	nodeFlowA = allocate(points * 8);
	nodeFlowB = allocate(points * 8);
	rowScratchBytes = (<usize>(width + 2 * padX) * 2 + 63) & ~63;
	rowScratch = allocate(<i32>rowScratchBytes * 2);
	const spare = gridStep >= windowSize - 1 ? 0 : 2 * windowSize;
	gridRowsPerBand = 1 + spare / gridStep;
	const bandRows = windowSize + (gridRowsPerBand - 1) * gridStep;
	bandPlane = gradientStride(0) * <usize>bandRows;
	bandPointer = allocate(<i32>bandPlane * 2) + <usize>padX * 2;
}
