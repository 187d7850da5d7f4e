// The figure a rule judges, out of what is stored of its zone: which number of a point, its unit, its limit. Pure.
import type { FlowPoint } from '#lib/contracts/facts.ts';
import type { Condition } from '#lib/contracts/rule.ts';

export interface Judged {
	title: string;
	unit: string;
	/** null where the point holds no such figure. */
	of: (point: FlowPoint) => number | null;
	limit: number | null;
}

const MAGNITUDE: Judged = { title: 'Zone average', unit: 'px/frame', of: (point) => point.avg, limit: null };

/** What to draw for a rule's condition; the zone's motion where the rule is gone, null where nothing stored tells of it. */
export function judgedBy(condition: Condition | null): Judged | null {
	if (!condition) return MAGNITUDE;
	switch (condition.type) {
		case 'flow_magnitude':
			return { ...MAGNITUDE, limit: condition.relative ? null : condition.value };
		case 'flow_direction':
			return MAGNITUDE;
		case 'flow_coherence':
			return { title: 'Coherence', unit: '0 to 1', of: (point) => point.coherence, limit: condition.value };
		case 'count':
			return { ...objects(condition.classes), limit: condition.value };
		case 'object_in_zone':
			// With `allowed`, the named classes are those that do not fire.
			return objects(condition.mode === 'allowed' ? [] : condition.classes);
		case 'object_dwell':
			return objects(condition.classes);
		case 'line_crossed':
		case 'stream_health':
			return null;
		default: {
			const never: never = condition;
			return never;
		}
	}
}

function objects(classes: readonly string[]): Judged {
	const wanted = (label: string) => classes.length === 0 || classes.includes(label);
	return {
		title: classes.length === 1 ? `Objects: ${classes[0]}` : 'Objects in the zone',
		unit: 'at once',
		of: ({ objects: counts }) =>
			Object.entries(counts).reduce((sum, [label, count]) => sum + (wanted(label) ? count : 0), 0),
		limit: null
	};
}

/** The unit of an alert's peak; empty where the figure has none or the rule is not known. */
export function peakUnit(condition: Condition | null): string {
	switch (condition?.type) {
		case 'flow_magnitude':
			return condition.relative ? 'times the usual' : 'px/frame';
		case 'flow_direction':
			return 'px/frame';
		case 'object_dwell':
			return 's inside';
		case 'count':
		case 'object_in_zone':
			return 'objects';
		case 'flow_coherence':
			return 'coherence';
		case 'line_crossed':
		case 'stream_health':
		case undefined:
			return '';
		default: {
			const never: never = condition;
			return never;
		}
	}
}
