// Flow over time as the columns a chart draws: gaps are kept as gaps.
import type { FlowSample } from '#lib/contracts/flow.ts';
import { layOut, STEPS_JOINED } from './columns.ts';

export interface FlowPoint {
	/** Seconds since the epoch. */
	at: number;
	/** null: nothing was measured then. */
	flow: FlowSample | null;
}

/** Equal columns for uPlot: time, average, maximum. */
export interface FlowColumns {
	at: number[];
	avg: (number | null)[];
	max: (number | null)[];
}

/** A stretch of time without figures, seconds since the epoch. */
export interface Gap {
	from: number;
	to: number;
}

/** Average and maximum for drawing, with an empty point where points are missing. */
export function flowColumns(points: readonly FlowPoint[], stepS: number): FlowColumns {
	const { at, values } = layOut(points, stepS, (point) => point.at, [
		({ flow }) => flow?.avg ?? null,
		({ flow }) => flow?.max ?? null
	]);
	const [avg = [], max = []] = values;
	return { at, avg, max };
}

/** The stretches between measured points that are longer than a step allows; the time before the first point is not a gap. */
export function gapsOf(points: readonly FlowPoint[], stepS: number): Gap[] {
	const measured = points.filter((point) => point.flow);
	const gaps: Gap[] = [];
	for (let i = 1; i < measured.length; i++) {
		const from = measured[i - 1]?.at ?? 0;
		const to = measured[i]?.at ?? 0;
		if (to - from > stepS * STEPS_JOINED) gaps.push({ from, to });
	}
	return gaps;
}

/** The point nearest to a moment within one and a half steps; null in a gap. */
export function pointAt(points: readonly FlowPoint[], at: number, stepS: number): FlowPoint | null {
	let best: FlowPoint | null = null;
	for (const point of points) {
		if (!best || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point;
	}
	return best && Math.abs(best.at - at) <= stepS * 1.5 ? best : null;
}

/** The next round number for the top of an axis: 1, 1.5, 2, 3, 4, 5, 6, 8, 10 × 10ⁿ, never below 1. */
export function niceTop(value: number): number {
	if (!(value > 1)) return 1;
	const power = 10 ** Math.floor(Math.log10(value));
	const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value) ?? 10;
	return step * power;
}

/** Share of the seconds whose maximum must fit under the top of the axis; a lone spike may leave the chart. */
const FITTING_SHARE = 0.97;

/** The top of a flow chart: every average fits, and all but the rarest maxima, so that one spike does not flatten the rest. */
export function axisTop(points: readonly FlowPoint[]): number {
	const flows = points.flatMap(({ flow }) => (flow ? [flow] : []));
	const maxima = flows.map(({ max }) => max).sort((a, b) => a - b);
	const usual = maxima[Math.floor((maxima.length - 1) * FITTING_SHARE)] ?? 0;
	const averages = flows.reduce((most, { avg }) => Math.max(most, avg), 0);
	return niceTop(Math.max(usual, averages * 1.1));
}

/** The table behind a chart, one row a point; empty cells where nothing was measured. */
export function flowCsv(points: readonly FlowPoint[]): string {
	const rows = points.map(({ at, flow }) => {
		const figures = flow
			? [flow.avg, flow.max, flow.count, flow.direction ?? '', flow.coherence]
			: ['', '', '', '', ''];
		return [new Date(at * 1000).toISOString(), ...figures].join(',');
	});
	return (
		['time,avg_px_per_frame,max_px_per_frame,vectors,direction_deg,coherence', ...rows].join('\n') + '\n'
	);
}
