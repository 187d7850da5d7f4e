// Decisions about deliveries, without database and clock: who is told, and when a failed delivery is tried again.
import type { AlertEvent } from '#lib/contracts/channel.ts';

/**
 * `unreachable`: nobody takes anything there at the moment, which says nothing about this message. `refused`: somebody
 * said no to it, and may say yes later. `permanent`: the same again will be refused again, unless a person changes something.
 */
export type DeliveryFailure = 'unreachable' | 'refused' | 'permanent';

/** What is known of a channel when an alert is about to be told there. */
export interface Candidate {
	enabled: boolean;
	min_interval_s: number;
	max_per_hour: number;
	notify_resolved: boolean;
	/** When this rule last spoke here, ms since the epoch; null when it never did. */
	lastOfRuleAt: number | null;
	/** Deliveries written for this channel within the last hour, without those held back. */
	withinHour: number;
	/** What became of the alert's beginning here; null when it was never told. */
	beginning: 'told' | 'held_back' | null;
}

export type Verdict = { state: 'pending' } | { state: 'held_back'; reason: string } | null;

/**
 * Null tells nothing and leaves no trace. An end follows its beginning: it goes wherever that went, past the limits, since
 * nobody is served by an alert that seems to go on for ever, and nowhere else.
 */
export function judge(event: AlertEvent, channel: Candidate, now: number): Verdict {
	if (event === 'alert.resolved') return judgeEnd(channel);
	if (!channel.enabled) return heldBack('The channel is switched off.');
	// Another instance may have planned one since this one looked at its clock.
	const sinceS = channel.lastOfRuleAt === null ? Infinity : Math.max(0, (now - channel.lastOfRuleAt) / 1000);
	if (sinceS < channel.min_interval_s)
		return heldBack(
			`The rule spoke here ${Math.floor(sinceS)} s ago; it may every ${channel.min_interval_s} s.`
		);
	if (channel.withinHour >= channel.max_per_hour)
		return heldBack(`The channel has had its ${channel.max_per_hour} deliveries of this hour.`);
	return { state: 'pending' };
}

function judgeEnd(channel: Candidate): Verdict {
	if (channel.beginning === null || !channel.notify_resolved) return null;
	if (channel.beginning === 'held_back') return heldBack("The alert's beginning was held back.");
	return channel.enabled ? { state: 'pending' } : heldBack('The channel is switched off.');
}

const heldBack = (reason: string): Verdict => ({ state: 'held_back', reason });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Quick attempts after the first one. */
export const QUICK_RETRIES = 3;
const QUICK_FROM_MS = 2 * SECOND;
const QUICK_TO_MS = 8 * SECOND;
const LATER_MS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE];
const LAST_MS = HOUR;
/** For answers that another attempt will hardly change: time for a person to set something right. */
const PERMANENT_MS = [2 * MINUTE, 15 * MINUTE, HOUR];
const GIVEN_UP_AFTER_MS = 24 * HOUR;
/** Of each longer wait, either way, so that many do not return in step. */
const JITTER = 0.2;

export interface Failure {
	kind: DeliveryFailure;
	/** Attempts made, this one included. */
	attempts: number;
	/** Since the delivery was written, ms. */
	ageMs: number;
	retryAfterS: number | null;
}

/** Milliseconds until the next attempt; null gives the delivery up. */
export type Schedule = (failure: Failure, random?: () => number) => number | null;

/** Three times 2 to 8 s apart, then 30 s, 2, 10, 30 min, then hourly, for a day; what is permanent three times more. */
export const schedule: Schedule = ({ kind, attempts, ageMs, retryAfterS }, random = Math.random) => {
	const planned = kind === 'permanent' ? permanentWait(attempts, random) : wait(attempts, random);
	if (planned === null) return null;
	const waitMs = Math.max(planned, (retryAfterS ?? 0) * SECOND);
	return ageMs + waitMs > GIVEN_UP_AFTER_MS ? null : waitMs;
};

function wait(attempts: number, random: () => number): number {
	if (attempts <= QUICK_RETRIES) return QUICK_FROM_MS + random() * (QUICK_TO_MS - QUICK_FROM_MS);
	return jittered(LATER_MS[attempts - QUICK_RETRIES - 1] ?? LAST_MS, random);
}

function permanentWait(attempts: number, random: () => number): number | null {
	const planned = PERMANENT_MS[attempts - 1];
	return planned === undefined ? null : jittered(planned, random);
}

function jittered(ms: number, random: () => number): number {
	return ms * (1 - JITTER + 2 * JITTER * random());
}
