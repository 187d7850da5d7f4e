// Brings a preview picture and the vectors of that very frame together, by presentation time.

/** Analysed frames that may wait for their picture: over a second's worth at the highest analysis rate. */
const MAX_RESULTS = 48;
/** Pictures that may wait for their vectors. */
const MAX_PICTURES = 4;

export interface Pairing<Result, Picture> {
	/** An analysed frame's result. Most have no picture: previews are rarer than analysed frames. */
	result(pts: number, result: Result): void;
	/** A preview picture. Every one should find its result. */
	picture(pts: number, picture: Picture): void;
	/** Forgets what waits: another ffmpeg counts time anew. */
	reset(): void;
	/** Pictures given up because their result never came. */
	readonly unmatched: number;
}

/** Calls `onPair` at once when both halves of a frame are there, whichever came first. */
export function createPairing<Result, Picture>(
	onPair: (result: Result, picture: Picture) => void
): Pairing<Result, Picture> {
	const results = new Map<number, Result>();
	const pictures = new Map<number, Picture>();
	let unmatched = 0;

	function pair(pts: number, result: Result, picture: Picture): void {
		dropUpTo(results, pts);
		unmatched += dropUpTo(pictures, pts);
		onPair(result, picture);
	}

	return {
		result(pts, result) {
			const picture = take(pictures, pts);
			if (picture !== undefined) return pair(pts, result, picture);
			results.set(pts, result);
			dropOldest(results, MAX_RESULTS);
		},
		picture(pts, picture) {
			const result = take(results, pts);
			if (result !== undefined) return pair(pts, result, picture);
			pictures.set(pts, picture);
			unmatched += dropOldest(pictures, MAX_PICTURES);
		},
		reset() {
			unmatched += pictures.size;
			results.clear();
			pictures.clear();
		},
		get unmatched() {
			return unmatched;
		}
	};
}

function take<T>(waiting: Map<number, T>, pts: number): T | undefined {
	const found = waiting.get(pts);
	waiting.delete(pts);
	return found;
}

/** Frames come in order: nothing before a matched one is matched any more. */
function dropUpTo(waiting: Map<number, unknown>, pts: number): number {
	let dropped = 0;
	for (const key of waiting.keys()) {
		if (key <= pts && waiting.delete(key)) dropped++;
	}
	return dropped;
}

function dropOldest(waiting: Map<number, unknown>, limit: number): number {
	let dropped = 0;
	for (const key of waiting.keys()) {
		if (waiting.size <= limit) break;
		waiting.delete(key);
		dropped++;
	}
	return dropped;
}
