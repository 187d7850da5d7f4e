// What the inference pool did, counted for metrics: durations as a histogram, drops and failures, of each stream.
import type { ExecutionProvider } from '#lib/contracts/model.ts';

/** Upper bounds of the histogram, seconds. */
export const DURATION_BUCKETS_S = [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10] as const;

/** Streams counted; beyond it those that asked first are forgotten. */
const MAX_STREAMS = 1000;

export interface AskerFigures {
	/** Pictures looked at, dropped because newer ones waited, and failed. */
	looked: number;
	dropped: number;
	failed: number;
	/** From pixels to boxes: the sum, and for each bucket how many took at most that long. */
	seconds: { sum: number; buckets: number[] };
}

export interface InferenceFigures {
	threads: number;
	/** Threads at work now. */
	busy: number;
	/** Pictures that wait, of all askers. */
	waiting: number;
	/** What ran the last picture; null before the first. */
	provider: ExecutionProvider | null;
	/** By stream id. */
	streams: Record<string, AskerFigures & { waiting: number }>;
}

export interface Tally {
	looked(key: string, ms: number): void;
	dropped(key: string): void;
	failed(key: string): void;
	all(): [string, AskerFigures][];
}

export function createTally(): Tally {
	const askers = new Map<string, AskerFigures>();

	function of(key: string): AskerFigures {
		const known = askers.get(key);
		if (known) return known;
		if (askers.size >= MAX_STREAMS) askers.delete([...askers.keys()][0]!);
		const fresh = {
			looked: 0,
			dropped: 0,
			failed: 0,
			seconds: { sum: 0, buckets: DURATION_BUCKETS_S.map(() => 0) }
		};
		askers.set(key, fresh);
		return fresh;
	}

	return {
		looked(key, ms) {
			const figures = of(key);
			figures.looked++;
			figures.seconds.sum += ms / 1000;
			DURATION_BUCKETS_S.forEach((bound, index) => {
				if (ms / 1000 <= bound) figures.seconds.buckets[index]!++;
			});
		},
		dropped: (key) => void of(key).dropped++,
		failed: (key) => void of(key).failed++,
		all: () => [...askers]
	};
}
