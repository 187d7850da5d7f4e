// The detect kernel's exports: pixels to a model's input tensor, and a first sieve of what it answers.
//
// The caller lays out the memory from heapBase() on; nothing is allocated here.

export { plan, planBytes } from './plan';
export { fromRgb, fromYuv, normalise, pad } from './letterbox';
export { fromFloat16, toFloat16, toUint8 } from './cast';
export { invalid, scan } from './scan';
import { picture } from './plan';

/** Where the caller's memory begins. */
export function heapBase(): usize {
	return __heap_base;
}

/** Where the planned picture's bytes belong. */
export function pictureAt(): usize {
	return picture;
}
