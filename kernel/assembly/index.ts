// The flow kernel's entry points. One instance of the module measures one stream.
//
//   configure(...)            once
//   write the frame at input()
//   measure()                 then read flow() and status()

import {
	flowPointer,
	gridColumns,
	gridRows,
	inputPointer,
	layOut,
	originX,
	originY,
	statusPointer
} from './layout';
import { buildPyramid, ingest } from './pyramid';
import { trackField } from './field';
import { awakeCells, enabled, layOutRest, wakeAll, wakeChanged } from './rest';
import { cutWindow } from './window';

let faithful: bool = false;
let present: i32 = 0;
let frames: i32 = 0;
/** Bit s: slot s has its pyramid. It is made only when something is to be tracked. */
let pyramids: i32 = 0;

/** mode: 0 fast, 1 faithful, 2 fast without rest. Values are checked by the caller. */
export function configure(width: i32, height: i32, gridStep: i32, radius: i32, mode: i32): void {
	faithful = mode == 1;
	layOut(width, height, gridStep, radius, faithful);
	cutWindow();
	layOutRest(mode == 0);
}

export function input(): usize {
	return inputPointer;
}

export function flow(): usize {
	return flowPointer;
}

export function status(): usize {
	return statusPointer;
}

export function columns(): i32 {
	return gridColumns;
}

export function rows(): i32 {
	return gridRows;
}

export function gridOriginX(): i32 {
	return originX;
}

export function gridOriginY(): i32 {
	return originY;
}

/** How many cells the last frame had to measure. */
export function awake(): i32 {
	return awakeCells;
}

/** Forgets the frames seen: the next one is a first one. */
export function reset(): void {
	frames = 0;
	wakeAll();
	clearResults();
}

function clearResults(): void {
	const points = <usize>(gridColumns * gridRows);
	memory.fill(flowPointer, 0, points * 8);
	memory.fill(statusPointer, 0, points);
}

/** Measures the motion from the frame before to the one at input(). The first frame has none. */
export function measure(): void {
	const previous = present;
	present ^= 1;
	pyramids &= ~(1 << present);
	ingest(present);
	if (frames++ == 0) return;
	if (frames > 2) frames = 2;
	if (enabled) wakeChanged(present);
	if (awakeCells == 0) return;
	requirePyramid(previous);
	requirePyramid(present);
	trackField(previous, present, faithful);
}

function requirePyramid(slot: i32): void {
	if (pyramids & (1 << slot)) return;
	buildPyramid(slot);
	pyramids |= 1 << slot;
}
