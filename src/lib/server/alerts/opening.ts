// What an alert says when it opens: its fingerprint and its words. Pure.
import { createHash } from 'node:crypto';
import type { RuleState } from '#lib/contracts/alert.ts';
import { describeBreach } from '#lib/rules/sentence.ts';
import type { FiringRule, Opening } from './store.ts';

/** The same for every alert of one rule on one stream. */
export function fingerprintOf(ruleId: string, streamId: string): string {
	return createHash('sha256').update(`rule ${ruleId} ${streamId}`).digest('hex').slice(0, 32);
}

/** Labels come out of model files: what the database cannot hold, NUL and half characters, must not cost the alert. */
function storable(labels: Record<string, string>): Record<string, string> {
	const clean = (text: string) => text.replaceAll('\u0000', '').toWellFormed().slice(0, 500);
	return Object.fromEntries(Object.entries(labels).map(([key, value]) => [clean(key), clean(value)]));
}

export function openingOf({ rule, zone }: FiringRule, state: RuleState, pictured: boolean): Opening {
	const { value, peak } = state;
	const labels = storable(state.labels);
	return {
		name: rule.name,
		severity: rule.severity,
		starts_at: new Date(state.at),
		summary: describeBreach(rule, zone?.name ?? null, { value: value ?? peak, labels }),
		peak,
		labels,
		fingerprint: fingerprintOf(rule.id, state.streamId),
		pictured
	};
}
