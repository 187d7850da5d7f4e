// A histogram's counts: how many observations took at most so long, their sum and their number.

export interface HistogramFigures {
	/** Seconds, ascending; +Inf is implied. */
	bounds: readonly number[];
	/** For each bound, how many observations were at most that: cumulative, as Prometheus has it. */
	counts: readonly number[];
	sum: number;
	count: number;
}

export interface HistogramTally {
	/** Seconds; what is not a finite number is not counted, and less than nothing counts as nothing. */
	observe(seconds: number): void;
	figures(): HistogramFigures;
}

export function createHistogramTally(bounds: readonly number[]): HistogramTally {
	const counts = bounds.map(() => 0);
	let sum = 0;
	let count = 0;
	return {
		observe(seconds) {
			if (!Number.isFinite(seconds)) return;
			const value = Math.max(0, seconds);
			sum += value;
			count++;
			bounds.forEach((bound, index) => {
				if (value <= bound) counts[index]!++;
			});
		},
		figures: () => ({ bounds, counts, sum, count })
	};
}

/** The same observations told with fewer bounds, each of which must be one of its own. Throws where one is not. */
export function coarser(figures: HistogramFigures, bounds: readonly number[]): HistogramFigures {
	const counts = bounds.map((bound) => {
		const count = figures.counts[figures.bounds.indexOf(bound)];
		if (count === undefined) throw new Error(`${bound} s is no bound of this histogram`);
		return count;
	});
	return { ...figures, bounds, counts };
}
