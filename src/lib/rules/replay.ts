// A rule over stored seconds: when it would have fired, and the figure it judges. What a dry run is made of.
import type { ZoneFacts } from '#lib/contracts/facts.ts';
import type { DryRunResult } from '#lib/contracts/rule.ts';
import { createBaseline } from './baseline.ts';
import { createBreach, type BreachRule } from './breach.ts';
import { isUnder, judge } from './conditions.ts';

export interface StoredSecond {
	/** Its end, ms since the epoch. */
	at: number;
	facts: ZoneFacts;
}

type Firing = DryRunResult['firings'][number];
type SeriesPoint = DryRunResult['series']['points'][number];

export interface Replay {
	/** Seconds in order. */
	step(second: StoredSecond): void;
	/** What came of it. A breach that is not over yet has no end. */
	result(): { covered_s: number; firings: Firing[]; points: SeriesPoint[] };
}

export interface ReplayOptions {
	/** Seconds before this only teach what is usual, ms since the epoch. */
	from: number;
	/** How much of the figure becomes one point of the series, s; the worst of it is told. */
	bucketS: number;
}

const SECOND_MS = 1000;
/** At most this many firings are told; nobody reads on. */
const MAX_FIRINGS = 500;

/** The least peak is the worst where a rule breaches its limit from above. */
export function createReplay(rule: BreachRule, { from, bucketS }: ReplayOptions): Replay {
	const { condition } = rule;
	const breach = createBreach(rule);
	const baseline = createBaseline();
	const worse = isUnder(condition) ? Math.min : Math.max;
	const firings: Firing[] = [];
	const points: SeriesPoint[] = [];
	let covered = 0;
	let last = -Infinity;
	let open: Firing | null = null;

	function step({ at, facts }: StoredSecond): void {
		const judged = judge(condition, facts, baseline.at(at));
		if (facts.flow) baseline.add(at, facts.flow.avg, judged.met);
		if (at < from) return;
		covered++;
		plot(at, judged.value);
		// A second is as long as it is: what it shows was so from its beginning.
		const begins = Math.max(last, at - SECOND_MS);
		last = at;
		tell(breach.step(begins, { ...judged, value: null }));
		tell(breach.step(at, judged));
	}

	function tell(change: ReturnType<typeof breach.step>): void {
		if (change?.state === 'firing') {
			open = { starts_at: iso(change.at), ends_at: null, peak: change.peak };
			if (firings.length < MAX_FIRINGS) firings.push(open);
		} else if (change && open) {
			Object.assign(open, { ends_at: iso(change.at), peak: change.peak });
			open = null;
		}
		if (open) open.peak = breach.peak;
	}

	/** A bucket without a second breaks the line. */
	function plot(at: number, value: number | null): void {
		const bucket = Math.floor(at / SECOND_MS / bucketS) * bucketS;
		const point = points.at(-1);
		if (point?.[0] === bucket) {
			if (value !== null) point[1] = point[1] === null ? value : worse(point[1], value);
			return;
		}
		if (point && bucket - point[0] > Math.max(bucketS, 3)) points.push([point[0] + bucketS, null]);
		points.push([bucket, value]);
	}

	return { step, result: () => ({ covered_s: covered, firings, points }) };
}

const iso = (at: number) => new Date(at).toISOString();
