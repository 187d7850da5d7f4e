// Which stretch of the stored figures an alert is seen in, and how to ask for it. Pure.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { FLOW_RANGES, type FlowPoint, type FlowRange } from '#lib/contracts/facts.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';
import { medianStep, secondsAt } from '../charts/columns.ts';

export interface Window {
	/** Seconds since the epoch. */
	from: number;
	to: number;
}

/** What is shown before and after, seconds, and as a share of how long it lasted. */
const LEAST_BEFORE_S = 60;
const LEAST_AFTER_S = 30;
const MARGIN = 0.15;
/** An alert that goes on for a day is seen by its latest part. */
const LONGEST_S = 86_400;

export function windowOf(alert: Pick<AlertRecord, 'starts_at' | 'ends_at'>, now: number): Window {
	const start = Date.parse(alert.starts_at) / 1000;
	const end = alert.ends_at ? Date.parse(alert.ends_at) / 1000 : now / 1000;
	const lasted = Math.max(0, end - start);
	const to = Math.min(now / 1000, end + Math.max(LEAST_AFTER_S, lasted * MARGIN));
	return { from: Math.max(start - Math.max(LEAST_BEFORE_S, lasted * MARGIN), to - LONGEST_S), to };
}

/** The shortest range of GET /streams/{id}/flow that reaches back to `from`; null when it lies further back than any. */
export function rangeReaching(from: number, now: number): FlowRange | null {
	const ranges = Object.keys(FLOW_RANGES) as FlowRange[];
	return ranges.find((range) => now / 1000 - FLOW_RANGES[range] <= from) ?? null;
}

/** Points of one zone within the window, oldest first. */
export function within(
	points: readonly FlowPoint[],
	zoneId: string | null,
	{ from, to }: Window
): FlowPoint[] {
	return points
		.filter((point) => point.zone_id === zoneId && inside(point.at, from, to))
		.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function inside(at: string, from: number, to: number): boolean {
	const seconds = Date.parse(at) / 1000;
	return seconds >= from && seconds <= to;
}

/** Seconds between points: the median, so that a gap does not widen it. */
export function stepOf(points: readonly FlowPoint[]): number {
	return Math.max(1, medianStep(points.map(secondsAt)));
}

/** A stored point as the figures of one moment. How many points were measured is not stored. */
export function sampleOf({ avg, max, count, direction, coherence }: FlowPoint): FlowSample {
	return { avg, max, count, total: 0, direction, coherence };
}
