// The dry run's result in words and columns. Pure.
import type { Condition, DryRunResult } from '#lib/contracts/rule.ts';
import { figure, manyOf } from '#lib/rules/words.ts';
import { duration, plural } from '../ui/format.ts';

export const RANGES = [
	{ seconds: 3_600, label: 'Last hour', words: 'in the last hour' },
	{ seconds: 21_600, label: '6 hours', words: 'in the last 6 hours' },
	{ seconds: 86_400, label: '24 hours', words: 'in the last 24 hours' }
] as const;

/** `Would have fired 2 times in the last hour`; over what is stored where that is less. */
export function verdict({ firings, covered_s }: DryRunResult, rangeS: number): string {
	const range = RANGES.find(({ seconds }) => seconds === rangeS)?.words ?? `in ${duration(rangeS)}`;
	// A minute less is a start or a restart, not a different range.
	const span = covered_s > 0 && covered_s < rangeS - 60 ? `in the ${duration(covered_s)} stored` : range;
	if (firings.length === 0) return `Would not have fired ${span}`;
	return `Would have fired ${plural(firings.length, 'time')} ${span}`;
}

/** `1 min 48 s`, and `open` where it would still fire. `now` is ms since the epoch. */
export function firingLength({ starts_at, ends_at }: DryRunResult['firings'][number], now: number): string {
	const until = ends_at === null ? now : Date.parse(ends_at);
	const length = spanWords((until - Date.parse(starts_at)) / 1000);
	return ends_at === null ? `${length}, open` : length;
}

/** Two units below an hour too: `22 min 55 s`. */
function spanWords(seconds: number): string {
	const whole = Math.max(0, Math.round(seconds));
	if (whole < 60 || whole >= 3600) return duration(whole);
	const rest = whole % 60;
	return rest === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${rest} s`;
}

/** `peak 11 people`; empty where the condition has no figure. */
export function peakWords(condition: Condition, peak: number | null): string {
	if (peak === null) return '';
	switch (condition.type) {
		case 'count':
			return `peak ${figure(peak)} ${manyOf(condition.classes, peak)}`;
		case 'object_in_zone':
			if (condition.presence === 'absent') return '';
			return `peak ${figure(peak)} ${condition.mode === 'allowed' ? 'not allowed' : manyOf(condition.classes, peak)}`;
		case 'object_dwell':
			return `longest ${duration(peak)}`;
		case 'line_crossed':
			return `${figure(peak)} crossed`;
		case 'flow_direction':
			return `peak ${figure(peak)} px/frame`;
		case 'flow_coherence':
			return `peak ${figure(peak)}`;
		case 'flow_magnitude':
			return condition.relative ? `peak ${figure(peak)} times the usual` : `peak ${figure(peak)} px/frame`;
		case 'stream_health':
			return '';
	}
}

/** uPlot's columns: time, figure. */
export function plotColumns(points: DryRunResult['series']['points']): [number[], (number | null)[]] {
	return [points.map(([at]) => at), points.map(([, value]) => value)];
}

/** Less than this is not drawn wider, s. */
const LEAST_RANGE_S = 60;

/** The time that is drawn, seconds since the epoch: from the first figure stored, if nothing is known before it. */
export function plotRange(result: Pick<DryRunResult, 'from' | 'to' | 'series'> | null): [number, number] {
	if (!result) return [0, 1];
	const to = Date.parse(result.to) / 1000;
	const first = result.series.points.find(([, value]) => value !== null)?.[0] ?? 0;
	return [Math.min(to - LEAST_RANGE_S, Math.max(first, Date.parse(result.from) / 1000)), to];
}

/** The top of the axis: the figures and the limit with a little air, never flat. */
export function plotTop({ points, limit }: DryRunResult['series']): number {
	const most = points.reduce((top, [, value]) => Math.max(top, value ?? 0), limit ?? 0);
	return most > 0 ? most * 1.15 : 1;
}
