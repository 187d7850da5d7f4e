// One metric family: what it is called and means, and how its series are read off a view of the server.
import type { HistogramFigures } from './tally.ts';
import type { View } from './view.ts';

export interface Series {
	labels: Record<string, string>;
	value: number;
	/** Of a histogram: which of its series this is. */
	suffix?: '_bucket' | '_sum' | '_count';
}

/** Nothing is kept between two scrapes: what the view does not hold has no series. */
export interface Family {
	name: `vector_flow_${string}`;
	type: 'gauge' | 'counter' | 'histogram';
	/** In the order in which they are written. */
	labels: readonly string[];
	/** As a person reads it; empty for a plain number. */
	unit: string;
	/** One sentence without a full stop: the HELP line, and the reference page. */
	meaning: string;
	series(view: View): Series[];
}

export function histogramSeries(
	labels: Record<string, string>,
	{ bounds, counts, sum, count }: HistogramFigures
): Series[] {
	const bucket = (le: string, value: number): Series => ({
		labels: { ...labels, le },
		value,
		suffix: '_bucket'
	});
	return [
		...bounds.map((bound, index) => bucket(String(bound), counts[index] ?? 0)),
		bucket('+Inf', count),
		{ labels, value: sum, suffix: '_sum' },
		{ labels, value: count, suffix: '_count' }
	];
}
