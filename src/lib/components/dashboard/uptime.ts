// How much of the time a camera was connected, as a bar of a few stretches. Pure.
import type { PerformancePoint } from '#lib/contracts/charts.ts';
import { secondsAt } from '../charts/columns.ts';
import type { Span } from './address.ts';

export type UptimeKind = 'up' | 'partly' | 'down' | 'unknown';

/** A stretch of the bar; `from` and `to` are shares of its length, 0..1. */
export interface Stretch {
	from: number;
	to: number;
	kind: UptimeKind;
}

const CELLS = 96;
/** A second lost in an hour is no trouble worth a colour. */
const UP_FROM = 0.995;
const DOWN_TO = 0.02;

/** The share of the known time it was connected, 0..1; null where nothing is known. */
export function uptimeShare(points: readonly Pick<PerformancePoint, 'connected'>[]): number | null {
	const known = points.flatMap(({ connected }) => (connected === null ? [] : [connected]));
	return known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0) / known.length;
}

/** The bar: equal cells, neighbours of one kind put together. */
export function uptimeBar(
	points: readonly Pick<PerformancePoint, 'at' | 'connected'>[],
	span: Span
): Stretch[] {
	const cells: Pick<PerformancePoint, 'connected'>[][] = Array.from({ length: CELLS }, () => []);
	for (const point of points) {
		const share = (secondsAt(point) - span.from) / (span.to - span.from);
		cells[Math.floor(share * CELLS)]?.push(point);
	}
	const bar: Stretch[] = [];
	cells.forEach((cell, i) => {
		const kind = kindOf(uptimeShare(cell));
		const last = bar.at(-1);
		const to = (i + 1) / CELLS;
		if (last?.kind === kind) last.to = to;
		else bar.push({ from: i / CELLS, to, kind });
	});
	return bridged(bar);
}

function kindOf(share: number | null): UptimeKind {
	if (share === null) return 'unknown';
	if (share >= UP_FROM) return 'up';
	return share <= DOWN_TO ? 'down' : 'partly';
}

/** Points may lie further apart than cells: a cell or two without one, between cells that agree or at the end, are like those before. */
function bridged(bar: readonly Stretch[]): Stretch[] {
	const whole: Stretch[] = [];
	bar.forEach((stretch, i) => {
		const [before, after] = [whole.at(-1), bar[i + 1]];
		const short = stretch.kind === 'unknown' && stretch.to - stretch.from <= 2.5 / CELLS;
		if (
			before &&
			(stretch.kind === before.kind || (short && (after === undefined || after.kind === before.kind)))
		)
			before.to = stretch.to;
		else whole.push({ ...stretch });
	});
	return whole;
}

/** `99.98 %`, `100 %`, never 100 for something less. */
export function uptimeWords(share: number | null): string {
	if (share === null) return '–';
	if (share === 1) return '100 %';
	const percent = Math.min(99.99, share * 100);
	return `${percent.toFixed(percent >= 99 ? 2 : 1)} %`;
}
