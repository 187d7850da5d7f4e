// A camera's stored points and its live seconds as one row of figures, for the charts and for the line that tells a moment. Pure.
import {
	MOST_DETECTION_POINTS,
	stepFor,
	type DetectionsPoint,
	type PerformancePoint
} from '#lib/contracts/charts.ts';
import type { FlowPoint } from '#lib/contracts/facts.ts';
import { secondsAt } from '../charts/columns.ts';
import type { Line, Tone } from '../charts/lines.ts';
import type { Span } from './address.ts';
import type { LiveSample } from './liveTail.svelte.ts';

export interface FlowFigures {
	/** Seconds since the epoch. */
	at: number;
	/** null: nothing was measured. */
	avg: number | null;
	max: number | null;
	count: number | null;
	coherence: number | null;
	direction: number | null;
}

export interface WorkFigures {
	at: number;
	fps: number | null;
	latency: number | null;
	latencyMax: number | null;
	/** Percent of the time. */
	connected: number | null;
}

export const flowOfPoint = (point: FlowPoint): FlowFigures => ({
	at: secondsAt(point),
	avg: point.avg,
	max: point.max,
	count: point.count,
	coherence: point.coherence,
	direction: point.direction
});

export const workOfPoint = (point: PerformancePoint): WorkFigures => ({
	at: secondsAt(point),
	fps: point.fps,
	latency: point.latency_ms,
	latencyMax: point.latency_max_ms,
	connected: point.connected === null ? null : point.connected * 100
});

/** Live seconds after the newest stored point, in steps as long as those that are stored. */
export function liveSteps(samples: readonly LiveSample[], after: number, stepS: number): LiveSample[][] {
	const steps = new Map<number, LiveSample[]>();
	for (const sample of samples) {
		const begin = Math.floor(sample.at / stepS) * stepS;
		if (begin <= after) continue;
		steps.set(begin, [...(steps.get(begin) ?? []), sample]);
	}
	return [...steps.values()];
}

/** A step of live seconds as one point; the direction is the newest, as the mean of few angles tells no more. */
export function flowOfStep(step: readonly LiveSample[], stepS: number): FlowFigures {
	const flows = step.flatMap(({ flow }) => (flow ? [flow] : []));
	return {
		at: beginOf(step, stepS),
		avg: mean(flows.map(({ avg }) => avg)),
		max: most(flows.map(({ max }) => max)),
		count: mean(flows.map(({ count }) => count)),
		coherence: mean(flows.map(({ coherence }) => coherence)),
		direction: flows.at(-1)?.direction ?? null
	};
}

export function workOfStep(step: readonly LiveSample[], stepS: number): WorkFigures {
	const latencies = step.flatMap(({ latencyMs }) => latencyMs ?? []);
	return {
		at: beginOf(step, stepS),
		fps: mean(step.flatMap(({ fps }) => fps ?? [])),
		latency: mean(latencies),
		latencyMax: most(latencies),
		connected: (step.filter(({ fps }) => fps !== null).length / step.length) * 100
	};
}

const beginOf = (step: readonly LiveSample[], stepS: number) =>
	Math.floor((step[0]?.at ?? 0) / stepS) * stepS;
const mean = (values: readonly number[]) =>
	values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
const most = (values: readonly number[]) => (values.length === 0 ? null : Math.max(...values));

/** Parts that a stack can tell apart; the rest are `other`. */
const MOST_CLASSES = 3;
const CLASS_TONES: readonly Tone[] = ['accent', 'strong', 'middle', 'soft'];

/** Detections as parts of a stack, the most frequent class at the bottom; a step without any is 0, as nothing was seen. */
export function classLines(points: readonly DetectionsPoint[]): Line[] {
	const totals = new Map<string, number>();
	for (const { classes } of points)
		for (const [name, amount] of Object.entries(classes)) totals.set(name, (totals.get(name) ?? 0) + amount);
	const names = [...totals].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).map(([name]) => name);
	// One class more than fits is as well shown as hidden behind a word.
	const shown = names.length <= MOST_CLASSES + 1 ? names : names.slice(0, MOST_CLASSES);
	const others = names.slice(shown.length);
	const lines = shown.map((name, i) => line(name, i, ({ classes }) => classes[name] ?? 0));
	if (others.length === 0) return lines;
	const rest = ({ classes }: DetectionsPoint) => others.reduce((sum, name) => sum + (classes[name] ?? 0), 0);
	return [...lines, line(`${others.length} others`, shown.length, rest)];

	function line(label: string, index: number, valueOf: (point: DetectionsPoint) => number): Line {
		return { label, tone: CLASS_TONES[index] ?? 'soft', values: points.map(valueOf) };
	}
}

/** Detections in bars over the whole stretch, of the length that the server sums up in: where nothing was stored, nothing was seen. */
export function detectionBars(
	points: readonly DetectionsPoint[],
	{ from, to }: Span
): { points: DetectionsPoint[]; stepS: number } {
	const stepS = stepFor(to - from, MOST_DETECTION_POINTS);
	const first = Math.floor(from / stepS);
	const bars = Array.from({ length: Math.ceil(to / stepS) - first }, (_, i): DetectionsPoint => {
		return { at: new Date((first + i) * stepS * 1000).toISOString(), classes: {} };
	});
	for (const point of points) {
		const classes = bars[Math.floor(secondsAt(point) / stepS) - first]?.classes;
		if (!classes) continue;
		for (const [name, amount] of Object.entries(point.classes)) classes[name] = (classes[name] ?? 0) + amount;
	}
	return { points: bars, stepS };
}
