// Whether a rule can look where it is told to: pure decisions, for writing a rule and for telling why one cannot fire.
import { CONDITION_PLACES, type Condition } from '#lib/contracts/rule.ts';
import type { ZoneKind } from '#lib/contracts/zone.ts';

export interface PlacedRule {
	stream_id: string;
	zone_id: string | null;
	condition: Condition;
}

/** The zone a rule names, as far as there is one. */
export type NamedZone = { name: string; kind: ZoneKind; stream_id: string } | null;

/** Why the rule cannot fire as it stands, and the field that says so; null when it can. */
export function placeProblem(rule: PlacedRule, zone: NamedZone): { path: string; message: string } | null {
	const { condition } = rule;
	if (condition.type === 'object_in_zone' && condition.mode === 'allowed' && condition.classes.length === 0)
		return {
			path: 'condition.classes',
			message: 'Name the classes that are allowed; none would mean every class.'
		};
	const message = zoneProblem(rule, zone);
	return message === null ? null : { path: 'zone_id', message };
}

function zoneProblem({ stream_id, zone_id, condition }: PlacedRule, zone: NamedZone): string | null {
	const place = CONDITION_PLACES[condition.type];
	if (zone_id === null) return place === 'line' ? 'A crossing needs a line. Choose or draw one.' : null;
	if (place === 'none') return "A rule on the camera's state takes no zone.";
	if (!zone) return 'Its zone was deleted. Choose another one.';
	if (zone.stream_id !== stream_id)
		return `${zone.name} is a zone of another camera. Choose one of this camera.`;
	if (place === 'line' && zone.kind !== 'line')
		return `${zone.name} is an area, and a crossing needs a line. Choose or draw a line.`;
	if (place === 'area' && zone.kind === 'line')
		return `${zone.name} is a line, which only crossings look at. Choose an area, or the whole picture.`;
	return null;
}
