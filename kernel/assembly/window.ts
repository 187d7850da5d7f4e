// How a window of 2r+1 by 2r+1 pixels is cut into vectors.
//
// Rows are read eight pixels at a time, in strips from top to bottom. Sizes are odd, so a remainder is left:
//
//   17 = 8 + 8 + 1      |########|########|#|        one column: read from top to bottom, eight rows a vector
//   13 = 8 + 5          |########|#####...|          3, 5 or 7 columns: a whole strip, with the gradients of
//                                                    the surplus columns masked to zero
//
// With the gradients zero the surplus pixels count for nothing, whatever they are.

import { windowSize } from './layout';

const TAIL_MASK = memory.data(16, 16);

export let fullStrips: i32 = 0;
export let hasMaskedStrip: bool = false;
export let hasColumn: bool = false;

/** Derives the cut from the window size. */
export function cutWindow(): void {
	fullStrips = windowSize >> 3;
	const rest = windowSize & 7;
	hasColumn = rest == 1;
	hasMaskedStrip = rest > 1;
	for (let lane = 0; lane < 8; lane++) store<i16>(TAIL_MASK + (<usize>lane << 1), lane < rest ? -1 : 0);
}

// @ts-ignore: decorator
@inline
export function tailMask(): v128 {
	return v128.load(TAIL_MASK);
}
