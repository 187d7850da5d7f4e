// Points in time as the equal columns a chart draws: gaps are kept as gaps, and what stands under a cursor is found.

/** A point follows the one before it when no more than this many steps lie between. */
export const STEPS_JOINED = 2.5;

export interface Columns {
	/** Seconds since the epoch, rising. */
	at: number[];
	/** A column a picked figure; null where nothing was measured. */
	values: (number | null)[][];
}

/** What a column takes of a point. */
export type FigureOf<T> = (point: T) => number | null;

/**
 * Lays points out for drawing. Where points are missing for longer than `STEPS_JOINED` steps, an empty point is put
 * between, so that no line is drawn across what was not measured.
 */
export function layOut<T>(
	points: readonly T[],
	stepS: number,
	secondsOf: (point: T) => number,
	picks: readonly FigureOf<T>[]
): Columns {
	const columns: Columns = { at: [], values: picks.map(() => []) };
	const push = (at: number, point: T | null) => {
		columns.at.push(at);
		picks.forEach((pick, i) => columns.values[i]?.push(point === null ? null : pick(point)));
	};
	let previous: number | null = null;
	for (const point of points) {
		const at = secondsOf(point);
		if (previous !== null && at - previous > stepS * STEPS_JOINED) push(previous + stepS, null);
		push(at, point);
		previous = at;
	}
	return columns;
}

/** ISO moments as seconds since the epoch. */
export const secondsAt = ({ at }: { at: string }): number => Date.parse(at) / 1000;

/** Seconds between points: the median, so that a gap does not widen it; `fallback` where there are too few. */
export function medianStep(times: readonly number[], fallback = 1): number {
	const steps = times
		.slice(1)
		.map((at, i) => at - (times[i] ?? at))
		.sort((a, b) => a - b);
	return steps[Math.floor(steps.length / 2)] || fallback;
}

/** The index nearest to a moment, within one and a half steps; null in a gap. `times` rise. */
export function indexAt(times: readonly number[], at: number, stepS: number): number | null {
	let [low, high] = [0, times.length - 1];
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if ((times[middle] ?? 0) < at) low = middle;
		else high = middle;
	}
	const distance = (index: number) => Math.abs((times[index] ?? Infinity) - at);
	const best = distance(high) < distance(low) ? high : low;
	return distance(best) <= stepS * 1.5 ? best : null;
}

/** A column in four figures; null where nothing was measured. */
export interface Summary {
	min: number;
	mean: number;
	max: number;
	last: number;
}

export function summaryOf(values: readonly (number | null)[]): Summary | null {
	let [min, max, sum, known, last] = [Infinity, -Infinity, 0, 0, 0];
	for (const value of values) {
		if (value === null) continue;
		min = Math.min(min, value);
		max = Math.max(max, value);
		sum += value;
		known++;
		last = value;
	}
	return known === 0 ? null : { min, mean: sum / known, max, last };
}

/** Columns of parts put on top of each other: each begins where the one before it ends. */
export function stacked(values: readonly (readonly (number | null)[])[]): (number | null)[][] {
	const tops: (number | null)[][] = [];
	for (const column of values) {
		const below = tops.at(-1);
		tops.push(column.map((value, i) => (value === null ? null : value + (below?.[i] ?? 0))));
	}
	return tops;
}
