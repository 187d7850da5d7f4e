// Whether a condition is met by what a zone shows: every kind of condition, its figure and its limit.
import { hueIndex } from '#lib/contracts/direction.ts';
import { DIRECTION_BINS, type ZoneFacts, type ZoneFlow, type ZoneObjects } from '#lib/contracts/facts.ts';
import type { Condition, StreamHealthCondition } from '#lib/contracts/rule.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import { figure, listed } from './words.ts';

export interface Judgement {
	met: boolean;
	/** The figure that is compared with the limit; null where there is none to judge. */
	value: number | null;
	/** Facts worth telling: class, count, direction. */
	labels: Record<string, string>;
}

type Of<T extends Condition['type']> = Extract<Condition, { type: T }>;

/** A zone whose usual motion is slower than this, px/frame, stands still: nothing can stop there, and `over` compares with it. */
export const STILL = 0.25;

/**
 * Judges what a zone shows at one moment. `usual` is the zone's mean magnitude of the last minute (baseline.ts), null
 * where too little is known of it; only a relative `flow_magnitude` looks at it. Stream health is not shown by a zone:
 * `judgeHealth` judges that.
 */
export function judge(condition: Condition, facts: ZoneFacts, usual: number | null): Judgement {
	switch (condition.type) {
		case 'object_in_zone':
			return judgePresence(condition, facts.objects);
		case 'object_dwell':
			return judgeDwell(condition, facts.objects);
		case 'line_crossed':
			return judgeCrossing(condition, facts);
		case 'count':
			return judgeCount(condition, facts.objects);
		case 'flow_direction':
			return facts.flow ? judgeDirection(condition, facts.flow) : NOTHING;
		case 'flow_coherence':
			return facts.flow ? judgeCoherence(condition, facts.flow) : NOTHING;
		case 'flow_magnitude':
			return facts.flow ? judgeMagnitude(condition, facts.flow, usual) : NOTHING;
		case 'stream_health':
			return NOTHING;
	}
}

const NOTHING: Judgement = { met: false, value: null, labels: {} };

/** Whether the stream is in the state that the rule is about. */
export function judgeHealth({ state }: StreamHealthCondition, status: StreamStatusWord): Judgement {
	const isLost = status === 'stale' || status === 'stream_error' || status === 'worker_down';
	return {
		met: state === 'not_connected' ? isLost : status === state,
		value: null,
		labels: { status }
	};
}

/** Met at a moment and over at once: such a rule fires without being sustained. */
export function isMomentary(condition: Condition): boolean {
	return condition.type === 'line_crossed';
}

/** Whether the figure breaches its limit from above; then the worst of it is the least. */
export function isUnder(condition: Condition): boolean {
	return 'op' in condition
		? condition.op === 'under'
		: condition.type === 'object_in_zone' && condition.presence === 'absent';
}

/** The least confidence of objects that count; 0 where the condition is not about objects or takes all. */
export function minConfidenceOf(condition: Condition): number {
	return 'min_confidence' in condition ? condition.min_confidence : 0;
}

/** What the figure is compared with; null where being there at all is what counts. */
export function limitOf(condition: Condition): number | null {
	switch (condition.type) {
		case 'count':
		case 'flow_coherence':
		case 'flow_magnitude':
			return condition.value;
		case 'object_dwell':
			return condition.seconds;
		case 'flow_direction':
			return condition.min_magnitude;
		case 'object_in_zone':
		case 'line_crossed':
		case 'stream_health':
			return null;
	}
}

/** The unit of the condition's figure; empty for plain numbers. */
export function unitOf(condition: Condition): string {
	switch (condition.type) {
		case 'object_dwell':
			return 's';
		case 'flow_direction':
			return 'px/frame';
		case 'flow_magnitude':
			return condition.relative ? '×' : 'px/frame';
		case 'object_in_zone':
		case 'line_crossed':
		case 'count':
		case 'flow_coherence':
		case 'stream_health':
			return '';
	}
}

/** Which classes the condition is about. */
function matches(condition: {
	classes: string[];
	mode?: 'forbidden' | 'allowed';
}): (label: string) => boolean {
	const named = (label: string) => condition.classes.length === 0 || condition.classes.includes(label);
	return condition.mode === 'allowed' ? (label) => !named(label) : named;
}

function found(
	condition: { classes: string[]; mode?: 'forbidden' | 'allowed'; min_confidence: number },
	objects: Record<string, ZoneObjects>
): [string, ZoneObjects][] {
	const isMatch = matches(condition);
	return Object.entries(objects).filter(
		([label, { count, maxConfidence }]) =>
			count > 0 && maxConfidence >= condition.min_confidence && isMatch(label)
	);
}

function judgePresence(condition: Of<'object_in_zone'>, objects: Record<string, ZoneObjects>): Judgement {
	const there = found(condition, objects);
	const value = total(there);
	return {
		met: condition.presence === 'present' ? value > 0 : value === 0,
		value,
		labels: value > 0 ? { class: classesOf(there), count: figure(value) } : {}
	};
}

function judgeDwell(condition: Of<'object_dwell'>, objects: Record<string, ZoneObjects>): Judgement {
	const there = found(condition, objects).sort(([, a], [, b]) => b.longestS - a.longestS);
	const [longest] = there;
	if (!longest) return { met: false, value: 0, labels: {} };
	const [label, { longestS }] = longest;
	return {
		met: longestS >= condition.seconds,
		value: longestS,
		labels: { class: label, seconds: figure(longestS) }
	};
}

function judgeCrossing(condition: Of<'line_crossed'>, { crossings }: ZoneFacts): Judgement {
	const isMatch = matches(condition);
	const there = Object.entries(crossings).filter(([label]) => isMatch(label));
	const sum = (way: 'in' | 'out') => there.reduce((count, [, crossed]) => count + crossed[way], 0);
	const ways = {
		in: condition.direction === 'out' ? 0 : sum('in'),
		out: condition.direction === 'in' ? 0 : sum('out')
	};
	const value = ways.in + ways.out;
	if (value === 0) return { met: false, value: 0, labels: {} };
	const direction = ways.in === 0 ? 'out' : ways.out === 0 ? 'in' : 'in and out';
	const crossed = there.filter(([, one]) => (ways.in > 0 && one.in > 0) || (ways.out > 0 && one.out > 0));
	return { met: true, value, labels: { class: classesOf(crossed), direction, count: figure(value) } };
}

function judgeCount(condition: Of<'count'>, objects: Record<string, ZoneObjects>): Judgement {
	const there = found(condition, objects);
	const value = total(there);
	const labels: Record<string, string> = { count: figure(value) };
	if (there.length > 0) labels.class = classesOf(there);
	return { met: isBeyond(condition.op, value, condition.value), value, labels };
}

/**
 * Directions are judged in their bins of ten degrees: those whose middle lies within the tolerance count. The figure is
 * the mean magnitude of the vectors in them.
 */
function judgeDirection(condition: Of<'flow_direction'>, flow: ZoneFlow): Judgement {
	const towards = condition.mode === 'along' ? condition.direction_deg : condition.direction_deg + 180;
	let vectors = 0;
	let sum = 0;
	for (const bin of binsWithin(towards, condition.tolerance_deg)) {
		vectors += flow.bins[bin] ?? 0;
		sum += flow.magnitudes[bin] ?? 0;
	}
	const value = vectors === 0 ? 0 : sum / vectors;
	const met =
		vectors >= condition.min_vectors &&
		value >= condition.min_magnitude &&
		flow.coherence >= condition.min_coherence;
	const labels: Record<string, string> = { vectors: figure(vectors) };
	if (flow.direction !== null) labels.direction = `${Math.round(flow.direction) % 360}°`;
	return { met, value, labels };
}

/** The bins whose middle is at most `tolerance` degrees from this direction; at least the one it lies in. */
export function binsWithin(degrees: number, tolerance: number): number[] {
	const nearest = hueIndex(degrees);
	return Array.from({ length: DIRECTION_BINS }, (_, bin) => bin).filter(
		(bin) => bin === nearest || Math.abs(((bin * 10 - degrees + 540) % 360) - 180) <= tolerance
	);
}

function judgeCoherence(condition: Of<'flow_coherence'>, flow: ZoneFlow): Judgement {
	if (flow.count < condition.min_vectors) return NOTHING;
	return {
		met: isBeyond(condition.op, flow.coherence, condition.value),
		value: flow.coherence,
		labels: { coherence: figure(flow.coherence), vectors: figure(flow.count) }
	};
}

/** Relative to a usual that is nearly still, nothing can stop; and a surge is measured from `STILL`, not from nothing. */
function judgeMagnitude(condition: Of<'flow_magnitude'>, flow: ZoneFlow, usual: number | null): Judgement {
	const labels = { magnitude: `${figure(flow.avg)} px/frame` };
	if (!condition.relative)
		return { met: isBeyond(condition.op, flow.avg, condition.value), value: flow.avg, labels };
	if (usual === null || (condition.op === 'under' && usual < STILL)) return NOTHING;
	const value = flow.avg / Math.max(usual, STILL);
	return {
		met: isBeyond(condition.op, value, condition.value),
		value,
		labels: { ...labels, usual: `${figure(usual)} px/frame` }
	};
}

function isBeyond(op: 'over' | 'under', value: number, limit: number): boolean {
	return op === 'over' ? value > limit : value < limit;
}

function total(there: [string, ZoneObjects][]): number {
	return there.reduce((sum, [, { count }]) => sum + count, 0);
}

function classesOf(there: [string, unknown][]): string {
	return listed(
		there.map(([label]) => label),
		'and'
	);
}
