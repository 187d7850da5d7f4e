// Rules on a stream's health: judged here and not in its worker, which is not there when the stream is not.
import type { RuleState } from '#lib/contracts/alert.ts';
import type { Rule } from '#lib/contracts/rule.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { createBreach, type Breach } from '#lib/rules/breach.ts';
import { judgeHealth } from '#lib/rules/conditions.ts';
import { subjects, type Bus } from '../bus/index.ts';

export interface HealthRule {
	rule: Rule;
	streamId: string;
	/** Whether the stream is meant to run: one that is not has no status of its own. */
	active: boolean;
}

export interface HealthWatch {
	/** From now on these rules; one that did not change goes on as it stands. */
	set(rules: HealthRule[]): void;
	stop(): void;
}

/** Statuses come at every change; time passes by this clock. */
const TICK_MS = 1000;

interface Watched extends HealthRule {
	breach: Breach;
}

export function watchHealth(
	bus: Bus,
	tell: (state: RuleState) => void,
	now: () => number = Date.now
): HealthWatch {
	const watched = new Map<string, Watched>();
	const statuses = new Map<string, StreamStatusWord>();

	const unsubscribe = [
		bus.subscribe(subjects.status, ({ streamId, status }) => {
			if (statuses.get(streamId) === status) return;
			statuses.set(streamId, status);
			for (const one of watched.values()) if (one.streamId === streamId) judge(one);
		}),
		bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
			if (change === 'deleted') statuses.delete(streamId);
		})
	];
	const ticking = setInterval(() => {
		for (const one of watched.values()) judge(one);
	}, TICK_MS);

	function judge({ rule, streamId, active, breach }: Watched): void {
		const status = active ? statuses.get(streamId) : 'deactivated';
		if (status === undefined || rule.condition.type !== 'stream_health') return;
		const change = breach.step(now(), judgeHealth(rule.condition, status));
		if (change) tell({ ruleId: rule.id, streamId, ...change });
	}

	return {
		set(rules) {
			const before = new Map(watched);
			watched.clear();
			for (const next of rules) {
				const known = before.get(next.rule.id);
				const same = known?.rule.updated_at === next.rule.updated_at;
				watched.set(next.rule.id, { ...next, breach: same ? known.breach : createBreach(next.rule) });
			}
		},
		stop() {
			clearInterval(ticking);
			for (const end of unsubscribe) end();
		}
	};
}
