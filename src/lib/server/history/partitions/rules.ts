// Which partitions there should be, and which have had their time. Pure; all times are UTC, whatever zone anybody sits in.

/** How long a partition of it is. */
export type Span = '6h' | 'day' | 'month';

export interface Kept {
	table: string;
	span: Span;
	/** How long its rows are kept, ms. */
	keptMs: number;
}

/** From, until just before. */
export interface Range {
	from: Date;
	to: Date;
}

export interface Partition extends Range {
	table: string;
	name: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Whole seconds are kept no longer than this, whatever the settings say: a zone's day is some 45 MB. */
export const SECONDS_KEPT_MS = DAY_MS;
/** A year of days would be more partitions than a question should have to look at. */
const MOST_DAYS = 120;
/** Made ahead of the one that is written to. */
const AHEAD = 2;

/** Every table of the past, with the days that the settings keep samples for. */
export function keptTables(retentionDays: number): Kept[] {
	const samplesMs = retentionDays * DAY_MS;
	const minutes: Span = retentionDays > MOST_DAYS ? 'month' : 'day';
	return [
		{ table: 'flow_samples', span: '6h', keptMs: Math.min(SECONDS_KEPT_MS, samplesMs) },
		{ table: 'flow_minutes', span: minutes, keptMs: samplesMs },
		{ table: 'flow_hours', span: 'month', keptMs: 731 * DAY_MS },
		{ table: 'stream_samples', span: 'day', keptMs: 2 * DAY_MS },
		{ table: 'stream_minutes', span: minutes, keptMs: samplesMs },
		{ table: 'instance_samples', span: 'day', keptMs: 30 * DAY_MS },
		{ table: 'fleet_samples', span: 'day', keptMs: 30 * DAY_MS }
	];
}

/** The range that holds this moment, the one before it, for what comes late, and those to come. */
export function rangesAround(span: Span, now: Date): Range[] {
	return Array.from({ length: AHEAD + 2 }, (_, i) => ({
		from: beginning(span, now, i - 1),
		to: beginning(span, now, i)
	}));
}

/** What of the wanted ranges no partition holds yet. Existing ones may be of another span: they are left as they are. */
export function missingRanges(wanted: readonly Range[], existing: readonly Range[]): Range[] {
	const taken = [...existing].sort((a, b) => a.from.getTime() - b.from.getTime());
	return wanted.flatMap((range) => without(range, taken));
}

/** Those of which nothing is to be kept any more. */
export function outlived(partitions: readonly Partition[], kept: readonly Kept[], now: Date): Partition[] {
	const keptMs = new Map(kept.map((one) => [one.table, one.keptMs]));
	return partitions.filter(
		({ table, to }) => to.getTime() <= now.getTime() - (keptMs.get(table) ?? Infinity)
	);
}

/** Those that are over and whose rows somebody may read a week of: late rows may still come, and find their place. */
export function overFor(partitions: readonly Partition[], now: Date): Partition[] {
	return partitions.filter(({ to }) => to.getTime() <= now.getTime() - HOUR_MS);
}

/** `flow_samples_20261121t06`: by its beginning, which no other of its table shares. */
export function partitionName(table: string, { from }: Range): string {
	const stamp = from.toISOString();
	return `${table}_${stamp.slice(0, 10).replaceAll('-', '')}t${stamp.slice(11, 13)}`;
}

function beginning(span: Span, at: Date, offset: number): Date {
	if (span === 'month') return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + offset, 1));
	const length = span === 'day' ? DAY_MS : 6 * HOUR_MS;
	return new Date((Math.floor(at.getTime() / length) + offset) * length);
}

function without({ from, to }: Range, taken: readonly Range[]): Range[] {
	const left: Range[] = [];
	let at = from.getTime();
	for (const other of taken) {
		if (other.to.getTime() <= at || other.from >= to) continue;
		if (other.from.getTime() > at) left.push({ from: new Date(at), to: other.from });
		at = other.to.getTime();
	}
	return at < to.getTime() ? [...left, { from: new Date(at), to }] : left;
}
