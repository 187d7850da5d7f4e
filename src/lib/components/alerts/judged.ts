// The figure a rule judges, out of what is stored of its zone: which number of a point, its unit, its limit. Pure.
import type { FlowPoint } from '#lib/contracts/facts.ts';
import type { Condition } from '#lib/contracts/rule.ts';
import { duration, figure, plural } from '../ui/format.ts';

export interface Judged {
	title: string;
	unit: string;
	/** null where the point holds no such figure. */
	of: (point: FlowPoint) => number | null;
	limit: number | null;
	/** Whether it jumps from whole number to whole number. */
	counts: boolean;
}

const MAGNITUDE: Judged = {
	title: 'Zone average',
	unit: 'px/frame',
	of: (point) => point.avg,
	limit: null,
	counts: false
};

/** What to draw for a rule's condition; the zone's motion where the rule is gone, null where nothing stored tells of it. */
export function judgedBy(condition: Condition | null): Judged | null {
	if (!condition) return MAGNITUDE;
	switch (condition.type) {
		case 'flow_magnitude':
			return { ...MAGNITUDE, limit: condition.relative ? null : condition.value };
		case 'flow_direction':
			return MAGNITUDE;
		case 'flow_coherence':
			return {
				title: 'Coherence',
				unit: '0 to 1',
				of: (point) => point.coherence,
				limit: condition.value,
				counts: false
			};
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
		limit: null,
		counts: true
	};
}

/** How far an alert went, with its unit where its rule is known: `47.7 px/frame`, `3 objects`. */
export function peakWords(peak: number, condition: Condition | null): string {
	switch (condition?.type) {
		case 'flow_magnitude':
			return condition.relative ? `${figure(peak)} times the usual` : `${figure(peak)} px/frame`;
		case 'flow_direction':
			return `${figure(peak)} px/frame`;
		case 'flow_coherence':
			return `coherence ${figure(peak, 2)}`;
		case 'object_dwell':
			return duration(peak);
		case 'count':
		case 'object_in_zone':
			return plural(Math.round(peak), 'object');
		case 'line_crossed':
			return plural(Math.round(peak), 'crossing');
		case 'stream_health':
		case undefined:
			return figure(peak);
		default: {
			const never: never = condition;
			return never;
		}
	}
}
