// How several rows of a place become one, in SQL: the same whether seconds become a minute or minutes a point of a chart.
//
// Rows are `p`, of `seconds` seconds each; averages weigh by that.
import { sql, type SQL } from 'drizzle-orm';
import { DIRECTION_BINS } from '#lib/contracts/facts.ts';

/** date_bin's origin: what begins a minute or an hour is the same in every time zone, those off by half an hour too. */
export const EPOCH = sql.raw(`timestamptz '1970-01-01 00:00:00+00'`);

const mean = (column: string): SQL =>
	sql.raw(`(sum(p.${column} * p.seconds::float8) / sum(p.seconds)::float8)`);

/** Columns avg, max, count and coherence of a group of rows. */
export const FIGURES = sql`
	${mean('avg')} as avg, max(p.max) as max, ${mean('count')} as count, ${mean('coherence')} as coherence`;

/** Columns up and right of a group of rows: where it all went, each second weighed by how much went one way. */
export const HEADING = sql.raw(`
	coalesce(sum(cosd(p.direction) * p.coherence * p.count * p.seconds), 0) as up,
	coalesce(sum(sind(p.direction) * p.coherence * p.count * p.seconds), 0) as "right"`);

/** Degrees clockwise from up, of such columns; null where nothing moved or the ways cancel out. */
export const DIRECTION = sql.raw(`
	case when sqrt(up * up + "right" * "right") >= 1e-9
		then atan2d("right", up) - 360 * floor(atan2d("right", up) / 360) end`);

/**
 * Columns bins and magnitudes of a group of rows: sums by direction, null where nothing moved. One by one, and not unnested:
 * that would make 36 rows of each.
 */
export const SUMS = sql.raw(`
	case when count(p.bins) > 0 then array[${each((i) => `coalesce(sum(p.bins[${i}]), 0)::bigint`)}] end as bins,
	case when count(p.bins) > 0
		then array[${each((i) => `coalesce(sum(p.magnitudes[${i}]::float8), 0)`)}] end as magnitudes`);

function each(column: (i: number) => string): string {
	return Array.from({ length: DIRECTION_BINS }, (_, i) => column(i + 1)).join(', ');
}
