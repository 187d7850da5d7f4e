// The life of one rule's breaches: from a condition that comes and goes to one firing with a start and an end.
import type { RuleState } from '#lib/contracts/alert.ts';
import type { Condition, Rule } from '#lib/contracts/rule.ts';
import { isMomentary, isUnder, type Judgement } from './conditions.ts';
import { openingHours } from './schedule.ts';

/**
 *            met                held for sustain_s             not met
 *   clear ─────────▶ pending ─────────────────────▶ firing ◀───────────▶ releasing
 *     ▲                │ not met                             met again       │ over for release_s
 *     ├────────────────┘                                                     ▼
 *     └──────────────────────────────── cooldown_s passed ◀───────────── cooldown
 */
export type BreachPhase = 'clear' | 'pending' | 'firing' | 'releasing' | 'cooldown';

export type BreachRule = Pick<Rule, 'condition' | 'sustain_s' | 'release_s' | 'cooldown_s' | 'schedule'>;

export type BreachChange = Omit<RuleState, 'ruleId' | 'streamId'>;

export interface Breach {
	/**
	 * Takes what was judged at a moment (ms since the epoch, capture time) and tells what changed by it, if anything did.
	 * A clock set back moves nothing; moments more than five seconds apart are a gap: nothing is known of that time.
	 */
	step(at: number, judgement: Judgement): BreachChange | null;
	readonly phase: BreachPhase;
	/** The greatest figure of the breach that is pending, firing or just over (the least for `under`; of crossings the number). */
	readonly peak: number | null;
}

/**
 * Longer between two judgements than this is a gap. What nobody saw is no evidence: in a gap a breach does not go on to
 * be sustained (what was pending begins anew), and a firing one is not over (its release waits for frames that show it).
 * Only the cooldown runs on.
 */
const GAP_MS = 5000;
/** What is usual is known by then, or will not be soon. */
const LEARNING_MS = 60_000;
/** While it is pending, a lapse of this share of sustain_s, of at most so long and shorter than the release, is a flicker. */
const LAPSE = { share: 1 / 3, mostMs: 2000 };

/** How long a run has to be watched before what it shows can end an alert that an earlier run left open. */
function decidedAfterMs(condition: Condition): number {
	if (condition.type === 'object_dwell') return condition.seconds * 1000;
	return condition.type === 'flow_magnitude' && condition.relative ? LEARNING_MS : 0;
}

/**
 * The machine of one rule. It begins not knowing whether an earlier run left an alert open: once the condition has not
 * been met for release_s it says `clear` without having said `firing`, once; if it is met, it says `firing` after sustain_s.
 * While somebody stands in a zone whose stay may have begun before the run, or nothing usual is known yet, it waits with that.
 */
export function createBreach(rule: BreachRule): Breach {
	const isOpen = openingHours(rule.schedule);
	const momentary = isMomentary(rule.condition);
	const sustainMs = momentary ? 0 : rule.sustain_s * 1000;
	const releaseMs = rule.release_s * 1000;
	const cooldownMs = rule.cooldown_s * 1000;
	const lapseMs = Math.min(LAPSE.mostMs, sustainMs * LAPSE.share, releaseMs);
	const worse = isUnder(rule.condition) ? Math.min : Math.max;

	const isDwell = rule.condition.type === 'object_dwell';
	const decidedMs = decidedAfterMs(rule.condition);

	let phase: BreachPhase = 'clear';
	let isTold = false;
	/** When the judgement before was made, and whether it was met. */
	let last: { at: number; met: boolean } | null = null;
	/** When the present breach began, and when it was last seen to be over. */
	let since = 0;
	let overAt = 0;
	/** Observed ms: in all, that the condition held while pending, that it has not since, and that the cooldown goes on. */
	let observedMs = 0;
	let heldMs = 0;
	let notMetMs = 0;
	let coolingMs = 0;
	let peak: number | null = null;
	let labels: Record<string, string> = {};

	function step(at: number, judged: Judgement): BreachChange | null {
		const met = judged.met && isOpen(at);
		const elapsed = last ? Math.max(0, at - last.at) : 0;
		const isGap = elapsed > GAP_MS;
		if (last && at < last.at) moveBack(last.at - at);
		// Time counts for what was true at both its ends.
		const steady = last?.met === met && !isGap ? elapsed : 0;
		notMetMs = met ? 0 : notMetMs + steady;
		if (!met && last?.met !== false) overAt = at;
		coolingMs += elapsed;
		if (!isGap) observedMs += elapsed;
		if (isGap && phase === 'pending') phase = 'clear';
		last = { at, met };
		return move(at, met, isGap ? 0 : elapsed, judged);
	}

	function move(at: number, met: boolean, elapsed: number, judged: Judgement): BreachChange | null {
		if (phase === 'cooldown' && coolingMs >= cooldownMs) phase = 'clear';
		switch (phase) {
			case 'clear':
				if (met) return begin(at, judged);
				if (isTold || notMetMs < releaseMs || isUndecided(judged)) return null;
				isTold = true;
				return { state: 'clear', at: overAt, value: judged.value, peak: null, labels: {} };
			case 'pending':
				heldMs += elapsed;
				if (!met) {
					if (notMetMs > lapseMs || lapseMs === 0) phase = 'clear';
					return null;
				}
				note(judged);
				return heldMs >= sustainMs ? fire(judged) : null;
			case 'firing':
			case 'releasing':
				if (met) {
					phase = 'firing';
					note(judged);
					return null;
				}
				phase = 'releasing';
				return notMetMs >= releaseMs ? end(at, judged) : null;
			case 'cooldown':
				return null;
		}
	}

	/** A run that has just begun does not know how long somebody has stayed, nor what is usual. */
	function isUndecided({ value }: Judgement): boolean {
		return observedMs < decidedMs && (isDwell ? (value ?? 0) > 0 : value === null);
	}

	function begin(at: number, judged: Judgement): BreachChange | null {
		phase = 'pending';
		since = at;
		heldMs = 0;
		peak = null;
		note(judged);
		return sustainMs === 0 ? fire(judged) : null;
	}

	function fire(judged: Judgement): BreachChange {
		phase = 'firing';
		isTold = true;
		return { state: 'firing', at: since, value: judged.value, peak, labels };
	}

	function end(at: number, judged: Judgement): BreachChange {
		phase = cooldownMs > 0 ? 'cooldown' : 'clear';
		coolingMs = at - overAt;
		return { state: 'clear', at: overAt, value: judged.value, peak, labels };
	}

	/** Keeps the worst figure with its labels; of crossings the number. */
	function note({ value, labels: told }: Judgement): void {
		if (value === null) {
			labels = told;
			return;
		}
		const before = peak;
		peak = before === null ? value : momentary ? before + value : worse(before, value);
		if (before === null || peak !== before) labels = told;
	}

	function moveBack(ms: number): void {
		since -= ms;
		overAt -= ms;
	}

	return {
		step,
		get phase() {
			return phase;
		},
		get peak() {
			return peak;
		}
	};
}
