// What a rule would have done over the stored seconds, and in words what that does not cover.
import { setImmediate as breathe } from 'node:timers/promises';
import type { Condition, DryRunInput, DryRunResult } from '#lib/contracts/rule.ts';
import { limitOf, minConfidenceOf } from '#lib/rules/conditions.ts';
import { createReplay, type StoredSecond } from '#lib/rules/replay.ts';
import { figureLabel } from '#lib/rules/sentence.ts';
import { duration } from '#lib/rules/words.ts';

/** What is stored of a zone (null: the whole picture) since a moment, in order; `directions` asks for the bins as well. */
export type StoredSeconds = (
	streamId: string,
	zoneId: string | null,
	from: Date,
	options: { directions: boolean }
) => Promise<Iterable<StoredSecond>>;

/** The zone that is looked at; null for the whole picture. */
export type DryRunZone = { name: string; created_at: Date; updated_at: Date } | null;

const MOST_POINTS = 1000;
/** Seconds judged before others get their turn: some 10 ms. */
const IN_ONE_GO = 2000;
/** What is usual takes a minute to know. */
const LEARNING_MS = 60_000;

export async function dryRun(
	input: DryRunInput,
	zone: DryRunZone,
	read: StoredSeconds,
	now: number
): Promise<DryRunResult> {
	const { condition, range_s } = input;
	const from = now - range_s * 1000;
	const replay = createReplay(input, { from, bucketS: Math.max(1, Math.ceil(range_s / MOST_POINTS)) });
	let judged = 0;
	if (condition.type !== 'stream_health') {
		const since = isRelative(condition) ? from - LEARNING_MS : from;
		const options = { directions: condition.type === 'flow_direction' };
		for (const second of await read(input.stream_id, input.zone_id, new Date(since), options)) {
			replay.step(second);
			if (++judged % IN_ONE_GO === 0) await breathe();
		}
	}
	const { covered_s, firings, points } = replay.result();
	return {
		from: new Date(from).toISOString(),
		to: new Date(now).toISOString(),
		covered_s: Math.min(covered_s, range_s),
		firings,
		series: {
			label: figureLabel(condition, zone?.name ?? null),
			limit: limitOf(condition),
			points
		},
		note: noteOf(input, zone, covered_s, from)
	};
}

function noteOf({ condition, range_s }: DryRunInput, zone: DryRunZone, covered: number, from: number) {
	if (condition.type === 'stream_health')
		return "A camera's state is not stored by the second, so this rule was not tried. Its runs tell when it was lost.";
	if (covered === 0)
		return zone
			? `Nothing is stored of ${zone.name} for this time. Seconds are stored from when a zone is saved, while its camera runs.`
			: 'Nothing is stored of this camera for this time. Seconds are stored while it runs.';
	const notes: string[] = [];
	if (covered < range_s * 0.95)
		notes.push(`Only ${duration(covered)} of the last ${duration(range_s)} are stored.`);
	if (zone && zone.created_at.getTime() > from)
		notes.push(`${zone.name} is new: nothing is known of it before.`);
	else if (zone && zone.updated_at.getTime() > from)
		notes.push(`${zone.name} was changed in this time: what was stored before is of the zone as it was.`);
	if (minConfidenceOf(condition) > 0)
		notes.push('Stored seconds count all objects of a class in which the surest reaches the confidence.');
	if (isRelative(condition)) notes.push('What is usual is not known in the first seconds after a gap.');
	notes.push('Each second is judged as a whole: what lasts less may count as one.');
	return notes.join(' ');
}

function isRelative(condition: Condition): boolean {
	return condition.type === 'flow_magnitude' && condition.relative;
}
