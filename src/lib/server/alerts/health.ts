// Rules on a stream's health: judged here and not in its worker, which is not there when the stream is not.
import type { RuleState } from '#lib/contracts/alert.ts';
import type { Rule } from '#lib/contracts/rule.ts';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import { createBreach, type Breach } from '#lib/rules/breach.ts';
import { judgeHealth } from '#lib/rules/conditions.ts';

export interface HealthRule {
	rule: Rule;
	streamId: string;
	/** Whether the stream is meant to run: one that is not has no status of its own. */
	active: boolean;
}

/** Statuses of all streams, and whose word each is; the returned function ends that. */
export type StatusFeed = (
	handler: (status: StreamStatus, from: 'here' | 'elsewhere' | 'nobody') => void
) => () => void;

export interface HealthDeps {
	onStatus: StatusFeed;
	/** The fencing token of a stream that is run here; null of any other. */
	leaseOf(streamId: string): number | null;
	/** Whether this instance speaks for streams that nobody runs. */
	speaksForUnheld: boolean;
	/** `isDue` turns false when a word about a stream that nobody ran comes too late: somebody runs it. */
	tell(state: RuleState, token: number | null, isDue: () => boolean): void;
	now?: () => number;
}

export interface HealthWatch {
	/** From now on these rules; one that did not change goes on as it stands. */
	set(rules: HealthRule[]): void;
	/** What was told of the rule was not taken: it is told again while it is this instance's to tell. */
	refused(ruleId: string): void;
	/** The stream is gone. */
	forget(streamId: string): void;
	stop(): void;
}

/** Statuses come at every change; time passes by this clock. */
const TICK_MS = 1000;

/** Under which token this instance may speak of a stream: null for one that nobody runs. `silent`: not at all. */
type Voice = number | null | 'silent';

interface Watched extends HealthRule {
	breach: Breach;
	/** What the rule says now; null while it is not known. */
	said: RuleState | null;
	/** Under which voice that was told here; `silent` while it was not. */
	toldBy: Voice;
}

/**
 * Every instance judges every status, whoever says it, so that a breach goes on when the stream changes hands; only one speaks
 * of it: whoever runs the stream, or the relays while nobody does. Who becomes the one to speak tells how things stand.
 */
export function watchHealth(deps: HealthDeps): HealthWatch {
	const { leaseOf, tell, now = Date.now } = deps;
	const watched = new Map<string, Watched>();
	const standings = new Map<string, { status: StreamStatusWord; unheld: boolean }>();

	const unsubscribe = deps.onStatus(({ streamId, status }, from) => {
		const before = standings.get(streamId);
		const unheld = from === 'nobody';
		if (before?.status === status && before.unheld === unheld) return;
		standings.set(streamId, { status, unheld });
		for (const one of watched.values()) if (one.streamId === streamId) judge(one);
	});
	const ticking = setInterval(() => {
		for (const one of watched.values()) judge(one);
	}, TICK_MS);

	function judge(one: Watched): void {
		const { rule, streamId, active, breach } = one;
		const status = active ? standings.get(streamId)?.status : 'deactivated';
		if (status === undefined || rule.condition.type !== 'stream_health') return;
		const change = breach.step(now(), judgeHealth(rule.condition, status));
		if (change) {
			one.said = { ruleId: rule.id, streamId, ...change };
			one.toldBy = 'silent';
		}
		speak(one);
	}

	function speak(one: Watched): void {
		const voice = voiceOf(one);
		if (one.toldBy === voice) return;
		one.toldBy = voice;
		if (one.said === null || voice === 'silent') return;
		// A token is the database's to judge.
		tell(one.said, voice, () => voice !== null || voiceOf(one) === null);
	}

	function voiceOf({ streamId, active }: Watched): Voice {
		const token = leaseOf(streamId);
		if (token !== null) return token;
		const unheld = !active || standings.get(streamId)?.unheld === true;
		return unheld && deps.speaksForUnheld ? null : 'silent';
	}

	return {
		set(rules) {
			const before = new Map(watched);
			watched.clear();
			for (const next of rules) {
				const known = before.get(next.rule.id);
				const same = known?.rule.updated_at === next.rule.updated_at;
				const anew = { breach: createBreach(next.rule), said: null, toldBy: 'silent' as const };
				watched.set(next.rule.id, same ? Object.assign(known, next) : { ...next, ...anew });
			}
		},
		refused(ruleId) {
			const one = watched.get(ruleId);
			if (one) one.toldBy = 'silent';
		},
		forget: (streamId) => void standings.delete(streamId),
		stop() {
			clearInterval(ticking);
			unsubscribe();
		}
	};
}
