// What zones show and rules see at this moment, in words. Pure.
import type { Crossings, ZoneFacts } from '#lib/contracts/facts.ts';
import type { Condition } from '#lib/contracts/rule.ts';
import { limitOf, unitOf, type Judgement } from '#lib/rules/conditions.ts';
import { figure, manyOf } from '#lib/rules/words.ts';

/** Crossings of all classes together. */
export function crossingsTotal(crossings: Record<string, Crossings>): Crossings {
	const total = { in: 0, out: 0 };
	for (const { in: inward, out } of Object.values(crossings)) {
		total.in += inward;
		total.out += out;
	}
	return total;
}

/** Two counts of crossings, class by class. */
export function addCrossings(
	before: Record<string, Crossings>,
	more: Record<string, Crossings>
): Record<string, Crossings> {
	const sum = { ...before };
	for (const [label, crossed] of Object.entries(more)) {
		const known = sum[label] ?? { in: 0, out: 0 };
		sum[label] = { in: known.in + crossed.in, out: known.out + crossed.out };
	}
	return sum;
}

/**
 * The line under a zone's name: objects by class, most first; where there are none the motion; crossings of a line
 * since the page was opened. null facts: nothing comes from the camera.
 */
export function zoneWords(kind: 'polygon' | 'line', facts: ZoneFacts | null): string {
	if (!facts) return 'not measured';
	if (kind === 'line') {
		const { in: inward, out } = crossingsTotal(facts.crossings);
		return `in ${inward}, out ${out}`;
	}
	const classes = Object.entries(facts.objects).sort(([, a], [, b]) => b.count - a.count);
	if (classes.length > 0) {
		const named = classes.slice(0, 2).map(([label, { count }]) => `${count} ${manyOf([label], count)}`);
		const rest = classes.slice(2).reduce((sum, [, { count }]) => sum + count, 0);
		return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
	}
	if (!facts.flow || facts.flow.count === 0) return 'still';
	return `${figure(facts.flow.avg)} px/frame`;
}

/** The figure a rule judges at this moment beside its limit: `9 people, limit 8`. Stream health has its own words. */
export function nowWords(condition: Condition, { value, met }: Judgement): string {
	switch (condition.type) {
		case 'count':
			return `${value ?? 0} ${manyOf(condition.classes, value ?? 0)}, limit ${condition.value}`;
		case 'object_in_zone':
			if (condition.mode === 'allowed') return `${value ?? 0} not allowed`;
			return `${value ?? 0} ${manyOf(condition.classes, value ?? 0)}`;
		case 'object_dwell':
			return value === 0 || value === null
				? 'nothing stays'
				: `the longest has stayed ${figure(value)} s, limit ${figure(condition.seconds)} s`;
		case 'line_crossed':
			return `${value ?? 0} crossed since this page was opened`;
		case 'flow_direction':
			if (!value) return 'nothing moves that way';
			return `${figure(value)} px/frame that way, limit ${figure(condition.min_magnitude)}${met || value < condition.min_magnitude ? '' : ', too few vectors or too mixed'}`;
		case 'flow_coherence':
			return value === null
				? 'too little moves to judge'
				: `coherence ${figure(value)}, limit ${figure(condition.value)}`;
		case 'flow_magnitude':
			return magnitudeWords(condition, value);
		case 'stream_health':
			return met ? 'it is so' : 'it is not so';
	}
}

function magnitudeWords(
	condition: Extract<Condition, { type: 'flow_magnitude' }>,
	value: number | null
): string {
	if (value === null) return 'what is usual is not known yet';
	const unit = unitOf(condition);
	const words = unit === '×' ? `${figure(value)} times the usual` : `${figure(value)} ${unit}`;
	return `${words}, limit ${figure(limitOf(condition) ?? 0)}`;
}
