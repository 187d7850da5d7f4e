// How a rule begins: each kind of condition with values that make sense before anybody has tuned them.
import type { z } from 'zod';
import {
	condition,
	CONDITION_PLACES,
	ruleInput,
	type Condition,
	type ConditionType,
	type RuleInput
} from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';

/** A rule as it is edited: its stream stands apart, and its zone may be one that is not saved yet. */
export type RuleFields = Omit<RuleInput, 'stream_id'>;

export const CONDITION_NAMES: Record<ConditionType, string> = {
	object_in_zone: 'Object in a zone',
	object_dwell: 'Object stays',
	line_crossed: 'Line crossed',
	count: 'Number of objects',
	flow_direction: 'Direction of motion',
	flow_coherence: 'Order of motion',
	flow_magnitude: 'Strength of motion',
	stream_health: 'Camera health'
};
export const CONDITION_TYPES = Object.keys(CONDITION_NAMES) as ConditionType[];

const BLANKS: Record<ConditionType, z.input<typeof condition>> = {
	object_in_zone: { type: 'object_in_zone', classes: [] },
	object_dwell: { type: 'object_dwell', classes: [], seconds: 30 },
	line_crossed: { type: 'line_crossed', classes: [] },
	count: { type: 'count', classes: [], op: 'over', value: 8 },
	flow_direction: { type: 'flow_direction', direction_deg: 90 },
	flow_coherence: { type: 'flow_coherence', op: 'over', value: 0.7 },
	flow_magnitude: { type: 'flow_magnitude', op: 'over', value: 3, relative: true },
	stream_health: { type: 'stream_health', state: 'not_connected' }
};

/** A condition of another kind, with what both kinds have taken along: classes and confidence. */
export function blankCondition(type: ConditionType, from?: Condition): Condition {
	const blank = condition.parse(BLANKS[type]);
	if (!from) return blank;
	const carried: Record<string, unknown> = {};
	for (const key of ['classes', 'min_confidence'] as const)
		if (key in from && key in blank) carried[key] = from[key as keyof typeof from];
	return { ...blank, ...carried } as Condition;
}

export function blankRule(streamId: string, zone: Zone | null): RuleFields {
	const type = zone?.kind === 'line' ? 'line_crossed' : 'object_in_zone';
	const { stream_id: _stream, ...fields } = ruleInput.parse({
		stream_id: streamId,
		name: 'x',
		condition: BLANKS[type]
	});
	return { ...fields, name: '', zone_id: zone?.id ?? null };
}

/** What a rule is called that nobody named: `Line crossed, Hall A to B`. */
export function suggestedName({ type }: Condition, zoneName: string | null): string {
	return type === 'stream_health' || !zoneName
		? CONDITION_NAMES[type]
		: `${CONDITION_NAMES[type]}, ${zoneName}`;
}

/** Whether a zone is a place for this kind of condition; null is the whole picture. */
export function placeFits(type: ConditionType, zone: Pick<Zone, 'kind'> | null): boolean {
	const place = CONDITION_PLACES[type];
	if (place === 'none') return zone === null;
	return place === 'line' ? zone?.kind === 'line' : zone?.kind !== 'line';
}

/** The place a rule goes to when its condition changes kind: where it is, if that fits, or the first that does. */
export function fittingPlace(type: ConditionType, at: string | null, zones: readonly Zone[]): string | null {
	const here = zones.find((zone) => zone.id === at) ?? null;
	if ((here !== null || at === null) && placeFits(type, here)) return at;
	return zones.find((zone) => placeFits(type, zone))?.id ?? null;
}

export interface Complaints {
	/** Words by field, `condition.classes`; a field's first. */
	byField: Record<string, string>;
	/** The first of all, for the foot of the pane. */
	first: string | null;
}

const NAMED: Record<string, string> = {
	name: 'Name',
	sustain_s: 'Time before it fires',
	release_s: 'Time before it ends',
	cooldown_s: 'Quiet time',
	schedule: 'Schedule'
};

/** Why a rule cannot be saved as it is. `zone` is where it looks; undefined: it is gone. */
export function complaintsOf(
	streamId: string,
	fields: RuleFields,
	zone: Zone | null | undefined
): Complaints {
	const byField: Record<string, string> = {};
	const name = fields.name.trim() || suggestedName(fields.condition, zone?.name ?? null);
	const checked = ruleInput.safeParse({ ...fields, name, stream_id: streamId, zone_id: null });
	let first: string | null = null;
	for (const { path, message } of checked.error?.issues ?? []) {
		byField[path.join('.')] ??= message;
		first ??= `${NAMED[String(path[0])] ?? 'Condition'}: ${message}`;
	}
	const place = placeComplaint(fields.condition.type, zone);
	if (place) byField['zone_id'] = place;
	return { byField, first: place ?? first };
}

function placeComplaint(type: ConditionType, zone: Zone | null | undefined): string | null {
	if (zone === undefined) return 'The zone of this rule is gone. Choose another.';
	if (placeFits(type, zone)) return null;
	return CONDITION_PLACES[type] === 'line'
		? 'This looks at a line. Draw one, or choose one that is there.'
		: 'This looks at an area. Choose one, or the whole picture.';
}
