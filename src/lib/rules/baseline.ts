// What is usual in a zone: its mean magnitude over the last minute, which what breaks it does not change at once.

const MINUTE_S = 60;
/** Less than this is not enough to call usual, s. */
const ENOUGH_S = 20;
/** What goes on for longer is the new usual, ms. */
const HELD_AT_MOST_MS = 10 * 60_000;

export interface Baseline {
	/** The usual magnitude before this moment, px/frame; null while too little is known. */
	at(at: number): number | null;
	/**
	 * A frame's magnitude, and whether it was judged to break the usual: then it is not counted into it, so that a surge
	 * or a stillness lasts as long as it does and not until it has become the mean. After ten minutes it is usual.
	 */
	add(at: number, magnitude: number, breaks: boolean): void;
}

/** Moments are ms since the epoch; a clock set back begins anew. */
export function createBaseline(): Baseline {
	let seconds: { second: number; sum: number; count: number }[] = [];
	let held: { since: number; usual: number } | null = null;

	function usual(at: number): number | null {
		if (held) return held.usual;
		const from = Math.floor(at / 1000) - MINUTE_S;
		const known = seconds.filter(({ second }) => second >= from);
		if (known.length < ENOUGH_S) return null;
		return known.reduce((sum, one) => sum + one.sum / one.count, 0) / known.length;
	}

	function count(at: number, magnitude: number): void {
		const second = Math.floor(at / 1000);
		const last = seconds.at(-1);
		if (last && second < last.second) seconds = [];
		if (last && second === last.second) {
			last.sum += magnitude;
			last.count++;
			return;
		}
		seconds.push({ second, sum: magnitude, count: 1 });
		while (seconds[0] && seconds[0].second < second - MINUTE_S) seconds.shift();
	}

	return {
		at: usual,
		add(at, magnitude, breaks) {
			const before = usual(at);
			if (!breaks || before === null) {
				held = null;
				return count(at, magnitude);
			}
			held ??= { since: at, usual: before };
			if (at >= held.since && at - held.since < HELD_AT_MOST_MS) return;
			held = null;
			seconds = [];
			count(at, magnitude);
		}
	};
}
