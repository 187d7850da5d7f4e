// Chance that can be had again: numbers from a seed (mulberry32).
export interface Chance {
	/** 0 ≤ n < 1 */
	next(): number;
	between(low: number, high: number): number;
	of<T>(choices: readonly T[]): T;
}

export function createChance(seed: number): Chance {
	let state = seed >>> 0;
	function next(): number {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}
	return {
		next,
		between: (low, high) => low + next() * (high - low),
		of: (choices) => choices[Math.floor(next() * choices.length)]!
	};
}
