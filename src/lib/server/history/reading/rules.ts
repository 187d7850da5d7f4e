// Which grain a question about the past is answered from, and in how long steps. Pure.
import { stepFor, type RangeQuery } from '#lib/contracts/charts.ts';
import { FLOW_RANGES } from '#lib/contracts/facts.ts';
import { AppError } from '../../base/errors.ts';

/** From, until just before. */
export interface TimeRange {
	from: Date;
	to: Date;
}

export type Grain = 'second' | 'minute' | 'hour';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A leap year. */
const LONGEST_MS = 366 * DAY_MS;
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);
export const MOST_POINTS = 1000;

/** What is asked for. Throws `invalid_input` where from and to make no range. */
export function timeRange({ range, from, to }: RangeQuery, now = Date.now()): TimeRange {
	if (from === undefined && to === undefined)
		// The second that is under way belongs to it.
		return { from: new Date(now - FLOW_RANGES[range] * SECOND_MS), to: new Date(now + SECOND_MS) };
	if (from === undefined || to === undefined)
		throw refusal(from === undefined ? 'from' : 'to', 'from and to come together');
	const asked = { from: new Date(from), to: new Date(to) };
	if (asked.from.getTime() < EARLIEST) throw refusal('from', 'must not be before the year 2000');
	if (asked.to.getTime() > LATEST) throw refusal('to', 'must not be after the year 2200');
	if (asked.from >= asked.to) throw refusal('to', 'must be after from');
	if (asked.to.getTime() - asked.from.getTime() > LONGEST_MS)
		throw refusal('from', 'must be at most a year before to');
	return asked;
}

function refusal(path: 'from' | 'to', message: string): AppError {
	return new AppError('invalid_input', `${path}: ${message}`, { errors: [{ path, message }] });
}

/** Seconds up to an hour, minutes up to a week, while they are kept; hours beyond. */
export function flowGrain(
	range: TimeRange,
	now: number,
	kept: { secondsMs: number; minutesMs: number }
): Grain {
	const span = spanOf(range);
	const age = now - range.from.getTime();
	// A partition goes when the last of it is too old: its beginning is never missing while it is asked for.
	if (span <= HOUR_MS + SECOND_MS && age <= kept.secondsMs) return 'second';
	if (span <= 7 * DAY_MS + SECOND_MS && age <= kept.minutesMs + SECOND_MS) return 'minute';
	return 'hour';
}

export const GRAIN_S: Record<Grain, number> = { second: 1, minute: 60, hour: 3600 };

/** Ten seconds for six hours, while they are kept; minutes beyond. */
export function performanceGrain(range: TimeRange, now: number, samplesMs: number): 'sample' | 'minute' {
	const fresh = now - range.from.getTime() <= samplesMs;
	return fresh && spanOf(range) <= 6 * HOUR_MS + SECOND_MS ? 'sample' : 'minute';
}

/** The shortest step, s, in which the range makes at most so many points. */
export function stepOf(range: TimeRange, leastS: number, points = MOST_POINTS): number {
	return stepFor(spanOf(range) / SECOND_MS, points, leastS);
}

export const spanOf = ({ from, to }: TimeRange): number => to.getTime() - from.getTime();
