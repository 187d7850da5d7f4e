// Cells at rest: what has been measured to stand still is not measured again until it changes.
//
// A cell goes to rest when three measurements running were all small and their mean vector is next to nothing. The
// tiles of 16 x 16 pixels under its window are then remembered as they are. From there on a frame costs one sum of
// absolute differences a tile: against that remembered picture, not against the frame before. Slow motion cannot
// hide in it, because the change adds up until it shows; and it never went to rest, because its mean was not nought.
//
// A tile remembers the frame in which the first of the cells leaning on it went to rest, for as long as any leans.

import {
	flowPointer,
	gridColumns,
	gridRows,
	gridStep,
	imagePointer,
	imageStride,
	levelHeight,
	levelWidth,
	originX,
	originY,
	radius,
	windowSize
} from './layout';
import { displacementX, displacementY } from './iterate';
import { a11, a12, a22 } from './template';
import { PATCH, patchDifference } from './sad';

/** Measurements that make a verdict. */
const MEASUREMENTS: u8 = 3;
/** A displacement above CLEAR_MOTION (px) is motion, one below SMALL_MOTION may be none; between, noise decides. */
const CLEAR_MOTION: f32 = 1.0;
const SMALL_MOTION: f32 = 0.25;
/**
 * A displacement above CLEAR_MOTION is an accident of noise where the frames differ by less than FAINT (grey levels)
 * without it, and with it by more than the share EXPLAINED of that.
 */
const FAINT: f32 = 3.0;
const EXPLAINED: f32 = 0.8;
/** Three displacements that sum to less than this (px) are rest: 0.04 px a frame. */
const REST_DRIFT: f32 = 0.12;
/** The share of the squared difference that a displacement must explain to be more than noise. */
const SIGNIFICANT: f32 = 0.05;
/** Mean square over squared mean absolute value of normally distributed noise: pi / 2. */
const GAUSSIAN: f32 = 1.5708;
/** A tile has changed when its difference exceeds FLOOR and NOISE_MARGIN times the noise seen in it (grey levels). */
const FLOOR: f32 = 0.35;
const NOISE_MARGIN: f32 = 1.25;
/** The most noise believed in (grey levels): measured between two frames at rest, and inferred from a false alarm. */
const NOISE_CEILING: f32 = 6.0;
const ALARM_CEILING: f32 = 2.0;
const NOISE_DECAY: f32 = 0.998;

const TILE_BYTES: usize = 256;

// A cell: awake or not, measurements since the last verdict and their sum, whether it moved since it woke.
let cellAwake: usize = 0;
let cellCount: usize = 0;
let cellSum: usize = 0;
let cellMoved: usize = 0;
// A tile: remembered pixels, cells leaning on it, noise, the difference last seen, whether it changed.
let tileColumns: i32 = 0;
let tileRows: i32 = 0;
let tilePixels: usize = 0;
let tileLeaning: usize = 0;
let tileNoise: usize = 0;
let tileDifference: usize = 0;
let tileChanged: usize = 0;

export let enabled: bool = false;
export let awakeCells: i32 = 0;

/** Allocates the state; every cell is awake. */
export function layOutRest(enable: bool): void {
	enabled = enable;
	awakeCells = gridColumns * gridRows;
	const cells = <usize>awakeCells;
	cellAwake = heap.alloc(cells);
	cellCount = heap.alloc(cells);
	cellSum = heap.alloc(cells * 8);
	cellMoved = heap.alloc(cells);
	tileColumns = (levelWidth(0) + PATCH - 1) / PATCH;
	tileRows = (levelHeight(0) + PATCH - 1) / PATCH;
	const tiles = <usize>(tileColumns * tileRows);
	tilePixels = heap.alloc(tiles * TILE_BYTES);
	tileLeaning = heap.alloc(tiles * 4);
	tileNoise = heap.alloc(tiles * 4);
	tileDifference = heap.alloc(tiles * 4);
	tileChanged = heap.alloc(tiles);
	wakeAll();
	memory.fill(tileNoise, 0, tiles * 4);
	memory.fill(tileDifference, 0, tiles * 4);
}

/** Forgets everything remembered: after a cut, or a reset. */
export function wakeAll(): void {
	const cells = <usize>(gridColumns * gridRows);
	const tiles = <usize>(tileColumns * tileRows);
	awakeCells = <i32>cells;
	memory.fill(cellAwake, 1, cells);
	memory.fill(cellCount, 0, cells);
	memory.fill(cellSum, 0, cells * 8);
	memory.fill(cellMoved, 0, cells);
	memory.fill(tileLeaning, 0, tiles * 4);
	memory.fill(tileChanged, 0, tiles);
}

// @ts-ignore: decorator
@inline
export function cellIsAwake(index: i32): bool {
	return load<u8>(cellAwake + <usize>index) != 0;
}

/** The first awake column of a grid row; one past the last where none is. */
export function firstAwake(row: i32): i32 {
	let column = 0;
	while (column < gridColumns && !cellIsAwake(row * gridColumns + column)) column++;
	return column;
}

/** The last awake column of a grid row, or -1. */
export function lastAwake(row: i32): i32 {
	let column = gridColumns - 1;
	while (column >= 0 && !cellIsAwake(row * gridColumns + column)) column--;
	return column;
}

/** Before tracking: compares the tiles in use with the new frame and wakes the cells over those that changed. */
export function wakeChanged(slot: i32): void {
	if (awakeCells == gridColumns * gridRows) return;
	for (let row = 0; row < tileRows; row++) {
		for (let column = 0; column < tileColumns; column++) compareTile(slot, column, row);
	}
	for (let row = 0; row < gridRows; row++) {
		for (let column = 0; column < gridColumns; column++) {
			const index = row * gridColumns + column;
			if (!cellIsAwake(index) && anyTileChanged(column, row)) wake(index, column, row);
		}
	}
}

function compareTile(slot: i32, column: i32, row: i32): void {
	const tile = <usize>(row * tileColumns + column);
	store<u8>(tileChanged + tile, 0);
	if (load<i32>(tileLeaning + (tile << 2)) == 0) return;
	const pixels = tilePixels + tile * TILE_BYTES;
	const difference = patchDifference<u8>(pixels, 16, tileInFrame(slot, column, row), imageStride(0));
	const noise = load<f32>(tileNoise + (tile << 2)) * NOISE_DECAY;
	store<f32>(tileNoise + (tile << 2), noise);
	store<f32>(tileDifference + (tile << 2), difference);
	if (difference > max(FLOOR, noise * NOISE_MARGIN)) store<u8>(tileChanged + tile, 1);
}

// @ts-ignore: decorator
@inline
function tileInFrame(slot: i32, column: i32, row: i32): usize {
	return imagePointer(slot, 0) + <usize>(row * PATCH) * imageStride(0) + <usize>(column * PATCH);
}

// The tiles under a cell's window, its outermost ring of pixels aside: first and last, along either axis.

// @ts-ignore: decorator
@inline
function firstTile(centre: i32): i32 {
	return max(0, centre - radius + 1) / PATCH;
}

// @ts-ignore: decorator
@inline
function lastTile(centre: i32, tiles: i32): i32 {
	return min(tiles - 1, (centre + radius - 1) / PATCH);
}

function anyTileChanged(column: i32, row: i32): bool {
	const x = originX + column * gridStep;
	const y = originY + row * gridStep;
	for (let ty = firstTile(y); ty <= lastTile(y, tileRows); ty++) {
		for (let tx = firstTile(x); tx <= lastTile(x, tileColumns); tx++) {
			if (load<u8>(tileChanged + <usize>(ty * tileColumns + tx))) return true;
		}
	}
	return false;
}

function wake(index: i32, column: i32, row: i32): void {
	store<u8>(cellAwake + <usize>index, 1);
	store<u8>(cellMoved + <usize>index, 0);
	awakeCells++;
	const x = originX + column * gridStep;
	const y = originY + row * gridStep;
	for (let ty = firstTile(y); ty <= lastTile(y, tileRows); ty++) {
		for (let tx = firstTile(x); tx <= lastTile(x, tileColumns); tx++) {
			const leaning = tileLeaning + (<usize>(ty * tileColumns + tx) << 2);
			store<i32>(leaning, load<i32>(leaning) - 1);
		}
	}
}

/**
 * After a cell was tracked, while its template is still at hand: counts the measurement, and puts the cell to rest
 * when the last three together amount to nothing.
 */
export function noteMeasurement(previous: i32, slot: i32, index: i32, column: i32, row: i32, found: bool): void {
	const x = originX + column * gridStep;
	const y = originY + row * gridStep;
	let u: f32 = found ? displacementX : 0;
	let v: f32 = found ? displacementY : 0;
	if (u * u + v * v > CLEAR_MOTION * CLEAR_MOTION) {
		if (!isAccident(previous, slot, x, y, u, v)) return restartCount(index);
		u = v = 0;
	} else if (!amountsToNothing(previous, slot, x, y, u, v, SMALL_MOTION)) return restartCount(index);
	const sum = cellSum + (<usize>index << 3);
	u += load<f32>(sum);
	v += load<f32>(sum, 4);
	store<f32>(sum, u);
	store<f32>(sum, v, 4);
	const count = load<u8>(cellCount + <usize>index) + 1;
	store<u8>(cellCount + <usize>index, count);
	if (count < MEASUREMENTS) return;
	const still = !found || amountsToNothing(previous, slot, x, y, u, v, REST_DRIFT);
	const alarmed = load<u8>(cellMoved + <usize>index) == 0;
	restartCount(index);
	if (still) rest(previous, slot, index, column, row, alarmed);
}

/** The cell moves: it has to be measured three times anew. */
// @ts-ignore: decorator
@inline
function restartCount(index: i32): void {
	store<u8>(cellCount + <usize>index, 0);
	store<u8>(cellMoved + <usize>index, 1);
	store<i64>(cellSum + (<usize>index << 3), 0);
}

/**
 * Whether a displacement is next to nothing, or no more than noise makes of it.
 *
 * A displacement d explains d'Ad of the squared difference between two windows. Noise alone, fitted with the two
 * unknowns of d, explains 2 parts in as many as the window has pixels, 0.7% of 17 x 17; real motion nearly all of
 * it. SIGNIFICANT lies well above the first and far below the second. Noise cancels over several frames (what one
 * measurement errs the next takes back), so that the sum of three is held against the noise of one.
 */
function amountsToNothing(previous: i32, slot: i32, x: i32, y: i32, u: f32, v: f32, small: f32): bool {
	if (u * u + v * v < small * small) return true;
	const pixels = <f32>(windowSize * windowSize);
	const noise = differenceAt(previous, slot, x, y, 0, 0);
	return meanSquareExplained(u, v, pixels) < SIGNIFICANT * GAUSSIAN * noise * noise;
}

/** Whether a large displacement is made of noise: the frames hardly differ, and match hardly better with it. */
// @ts-ignore: decorator
@inline
function isAccident(previous: i32, slot: i32, x: i32, y: i32, u: f32, v: f32): bool {
	const without = differenceAt(previous, slot, x, y, 0, 0);
	return without <= FAINT && differenceAt(previous, slot, x, y, u, v) >= EXPLAINED * without;
}

/** d'Ad a pixel in squared grey levels: A carries gradients in Q5 and the factor 2^-20. */
// @ts-ignore: decorator
@inline
function meanSquareExplained(u: f32, v: f32, pixels: f32): f32 {
	return ((a11 * u + <f32>2.0 * a12 * v) * u + a22 * v * v) * <f32>1024.0 / pixels;
}

/** Mean absolute difference round the point (x, y), the next frame displaced by the nearest whole pixels. */
function differenceAt(previous: i32, slot: i32, x: i32, y: i32, u: f32, v: f32): f32 {
	const stride = imageStride(0);
	const x0 = x - PATCH / 2;
	const y0 = y - PATCH / 2;
	const a = imagePointer(previous, 0) + y0 * <i32>stride + x0;
	const b = imagePointer(slot, 0) + (y0 + <i32>nearest<f32>(v)) * <i32>stride + x0 + <i32>nearest<f32>(u);
	return patchDifference<u8>(a, stride, b, stride);
}

/** A cell at rest has no displacement, and leans on the tiles under it. alarmed: it woke, and had not moved. */
function rest(previous: i32, slot: i32, index: i32, column: i32, row: i32, alarmed: bool): void {
	store<u8>(cellAwake + <usize>index, 0);
	store<i64>(flowPointer + (<usize>index << 3), 0);
	awakeCells--;
	const x = originX + column * gridStep;
	const y = originY + row * gridStep;
	for (let ty = firstTile(y); ty <= lastTile(y, tileRows); ty++) {
		for (let tx = firstTile(x); tx <= lastTile(x, tileColumns); tx++) lean(previous, slot, tx, ty, alarmed);
	}
}

/** The first cell to lean on a tile makes it remember the present frame, and learn its noise. */
function lean(previous: i32, slot: i32, column: i32, row: i32, alarmed: bool): void {
	const tile = <usize>(row * tileColumns + column);
	const leaning = load<i32>(tileLeaning + (tile << 2));
	store<i32>(tileLeaning + (tile << 2), leaning + 1);
	if (leaning > 0) return;
	const present = tileInFrame(slot, column, row);
	const pixels = tilePixels + tile * TILE_BYTES;
	for (let y: usize = 0; y < <usize>PATCH; y++) {
		v128.store(pixels + (y << 4), v128.load(present + y * imageStride(0)));
	}
	const latest = patchDifference<u8>(pixels, 16, tileInFrame(previous, column, row), imageStride(0));
	learnNoise(tile, min(latest, NOISE_CEILING));
	if (alarmed) learnNoise(tile, min(load<f32>(tileDifference + (tile << 2)), ALARM_CEILING));
	store<f32>(tileDifference + (tile << 2), 0);
}

/** What differed while nothing moved was noise. */
// @ts-ignore: decorator
@inline
function learnNoise(tile: usize, seen: f32): void {
	const noise = tileNoise + (tile << 2);
	store<f32>(noise, max(load<f32>(noise), seen));
}
