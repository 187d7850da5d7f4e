// Cells at rest: what has been measured to stand still is not measured again until it changes.
//
// A cell goes to rest when four measurements running were all small and their mean vector is next to nothing. The
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
	statusPointer
} from './layout';
import { PATCH, patchDifference } from './sad';

/** Measurements that make a verdict. */
const MEASUREMENTS: u8 = 4;
/** A single measurement above this (px) is motion; the mean vector of four above REST_MEAN (px) is slow motion. */
const SMALL_MOTION: f32 = 0.25;
const REST_MEAN: f32 = 0.04;
/** A tile has changed when its difference exceeds FLOOR and NOISE_MARGIN times the noise seen in it (grey levels). */
const FLOOR: f32 = 0.35;
const NOISE_MARGIN: f32 = 1.25;
const NOISE_CEILING: f32 = 1.6;
const NOISE_DECAY: f32 = 0.99;

const TILE_BYTES: usize = 256;

// A cell: awake or not, measurements since the last verdict and their sum, whether it woke since its last rest.
let cellAwake: usize = 0;
let cellCount: usize = 0;
let cellSum: usize = 0;
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
	memory.fill(tileLeaning, 0, tiles * 4);
	memory.fill(tileChanged, 0, tiles);
}

// @ts-ignore: decorator
@inline
export function cellIsAwake(index: i32): bool {
	return load<u8>(cellAwake + <usize>index) != 0;
}

/** The first awake column of a grid row, or -1. */
export function firstAwake(row: i32): i32 {
	for (let column = 0; column < gridColumns; column++) {
		if (cellIsAwake(row * gridColumns + column)) return column;
	}
	return -1;
}

/** The last awake column of a grid row, or -1. */
export function lastAwake(row: i32): i32 {
	for (let column = gridColumns - 1; column >= 0; column--) {
		if (cellIsAwake(row * gridColumns + column)) return column;
	}
	return -1;
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

/** After tracking: counts what was measured, and puts to rest the cells whose four measurements say so. */
export function restStill(previous: i32, slot: i32): void {
	for (let row = 0; row < gridRows; row++) {
		for (let column = 0; column < gridColumns; column++) {
			const index = row * gridColumns + column;
			if (cellIsAwake(index) && measuredStill(index)) rest(previous, slot, index, column, row);
		}
	}
}

/** Adds the cell's measurement to its sum; true when that completes four with next to no mean. */
function measuredStill(index: i32): bool {
	const sum = cellSum + (<usize>index << 3);
	const count = cellCount + <usize>index;
	const flow = flowPointer + (<usize>index << 3);
	const found = load<u8>(statusPointer + <usize>index) != 0;
	const u: f32 = found ? load<f32>(flow) : 0;
	const v: f32 = found ? load<f32>(flow, 4) : 0;
	if (u * u + v * v > SMALL_MOTION * SMALL_MOTION) {
		restartCount(index);
		return false;
	}
	const sumU = load<f32>(sum) + u;
	const sumV = load<f32>(sum, 4) + v;
	store<f32>(sum, sumU);
	store<f32>(sum, sumV, 4);
	const measurements = load<u8>(count) + 1;
	store<u8>(count, measurements);
	if (measurements < MEASUREMENTS) return false;
	restartCount(index);
	const limit: f32 = REST_MEAN * <f32>MEASUREMENTS;
	return sumU * sumU + sumV * sumV < limit * limit;
}

// @ts-ignore: decorator
@inline
function restartCount(index: i32): void {
	store<u8>(cellCount + <usize>index, 0);
	store<i64>(cellSum + (<usize>index << 3), 0);
}

/** A cell at rest has no displacement, and leans on the tiles under it. */
function rest(previous: i32, slot: i32, index: i32, column: i32, row: i32): void {
	store<u8>(cellAwake + <usize>index, 0);
	store<i64>(flowPointer + (<usize>index << 3), 0);
	awakeCells--;
	const x = originX + column * gridStep;
	const y = originY + row * gridStep;
	for (let ty = firstTile(y); ty <= lastTile(y, tileRows); ty++) {
		for (let tx = firstTile(x); tx <= lastTile(x, tileColumns); tx++) lean(previous, slot, tx, ty);
	}
}

/** The first cell to lean on a tile makes it remember the present frame, and learn its noise. */
function lean(previous: i32, slot: i32, column: i32, row: i32): void {
	const tile = <usize>(row * tileColumns + column);
	const leaning = load<i32>(tileLeaning + (tile << 2));
	store<i32>(tileLeaning + (tile << 2), leaning + 1);
	if (leaning > 0) return;
	const present = tileInFrame(slot, column, row);
	const pixels = tilePixels + tile * TILE_BYTES;
	for (let y: usize = 0; y < <usize>PATCH; y++) {
		v128.store(pixels + (y << 4), v128.load(present + y * imageStride(0)));
	}
	learnNoise(previous, tile, column, row);
}

/** What differed while all stood still was noise: the last two frames, and whatever woke the tile for nothing. */
function learnNoise(previous: i32, tile: usize, column: i32, row: i32): void {
	const pixels = tilePixels + tile * TILE_BYTES;
	const latest = patchDifference<u8>(pixels, 16, tileInFrame(previous, column, row), imageStride(0));
	const seen = max(latest, load<f32>(tileDifference + (tile << 2)));
	const noise = max(load<f32>(tileNoise + (tile << 2)), min(seen, NOISE_CEILING));
	store<f32>(tileNoise + (tile << 2), noise);
	store<f32>(tileDifference + (tile << 2), 0);
}
