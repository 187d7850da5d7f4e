// What instances needed, one line an instance over common times: rows of different instances are dated apart. Pure.
import type { InstancePoint } from '#lib/contracts/charts.ts';
import { layOut, medianStep, secondsAt } from '../charts/columns.ts';
import type { Line, Tone } from '../charts/lines.ts';

export const MEBIBYTE = 1024 * 1024;
/** Rows are half a minute apart where they are finest. */
const FINEST_S = 30;
/** Who says nothing for longer than this is gone. */
const SILENT_STEPS = 4;

export interface InstanceLines {
	/** Seconds since the epoch. */
	at: number[];
	stepS: number;
	/** MiB, percent of a core; percent and MiB of those instances that have a GPU. */
	memory: Line[];
	cpu: Line[];
	gpu: Line[];
	gpuMemory: Line[];
	/** The newest row of each that still tells, by name. */
	newest: InstancePoint[];
}

export function instanceLines(points: readonly InstancePoint[]): InstanceLines {
	const byInstance = new Map<string, InstancePoint[]>();
	for (const point of points)
		byInstance.set(point.instance, [...(byInstance.get(point.instance) ?? []), point]);
	const names = [...byInstance.keys()].sort(new Intl.Collator('en', { numeric: true }).compare);
	const steps = names.map((name) => medianStep((byInstance.get(name) ?? []).map(secondsAt), FINEST_S));
	const stepS = Math.max(FINEST_S, ...(steps.length > 0 ? [Math.min(...steps)] : []));
	const rows = rowsOf(points, stepS);
	const { at } = layOut(rows, stepS, (row) => row.at, []);
	const lines = (of: (point: InstancePoint) => number | null): Line[] =>
		names.flatMap((label, i) => {
			const pick = (row: Row) => {
				const point = row.of.get(label);
				return point ? of(point) : null;
			};
			const values = joined(layOut(rows, stepS, (row) => row.at, [pick]).values[0] ?? []);
			return values.some((value) => value !== null) ? [{ label, tone: toneOf(i, names.length), values }] : [];
		});
	return {
		at,
		stepS,
		memory: lines((point) => point.rss_bytes / MEBIBYTE),
		cpu: lines((point) => point.cpu_percent),
		gpu: lines((point) => point.gpu_percent),
		gpuMemory: lines((point) => (point.gpu_memory_bytes === null ? null : point.gpu_memory_bytes / MEBIBYTE)),
		newest: names
			.flatMap((name) => byInstance.get(name)?.at(-1) ?? [])
			.filter((point) => secondsAt(point) > (at.at(-1) ?? 0) - SILENT_STEPS * stepS)
	};
}

interface Row {
	at: number;
	of: Map<string, InstancePoint>;
}

function rowsOf(points: readonly InstancePoint[], stepS: number): Row[] {
	const rows = new Map<number, Row>();
	for (const point of points) {
		const at = Math.floor(secondsAt(point) / stepS) * stepS;
		const row = rows.get(at) ?? { at, of: new Map() };
		row.of.set(point.instance, point);
		rows.set(at, row);
	}
	return [...rows.values()].sort((a, b) => a.at - b.at);
}

/** Rows of one instance may fall beside a common time or two: what it said before holds until it speaks again. */
function joined(values: readonly (number | null)[]): (number | null)[] {
	return values.map((value, i) => {
		if (value !== null) return value;
		if (typeof values[i + 1] === 'number') return values[i - 1] ?? values[i - 2] ?? null;
		return typeof values[i + 2] === 'number' ? (values[i - 1] ?? null) : null;
	});
}

/** One alone has the accent; of several none is more than another, and names at their ends tell them apart. */
function toneOf(index: number, among: number): Tone {
	if (among === 1) return 'accent';
	return (['ink', 'faint', 'middle', 'soft'] as const)[index % 4] ?? 'faint';
}
