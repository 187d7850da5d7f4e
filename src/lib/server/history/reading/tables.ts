// The points as tables for a spreadsheet: a header row, a row a point, a column each class.
import type {
	DetectionsPoint,
	DirectionPoint,
	FleetPoint,
	InstancePoint,
	PerformancePoint
} from '#lib/contracts/charts.ts';
import { DIRECTION_BINS, type FlowPoint } from '#lib/contracts/facts.ts';

export type Cell = string | number | null;

export interface Table {
	header: string[];
	rows: Cell[][];
}

export function flowTable(points: readonly FlowPoint[]): Table {
	const classes = classesOf(points.map(({ objects }) => objects));
	return {
		header: [
			...['at', 'zone_id', 'avg', 'max', 'count', 'direction', 'coherence'],
			...classes.map((name) => `objects ${name}`)
		],
		rows: points.map(({ at, zone_id, avg, max, count, direction, coherence, objects }) => [
			...[at, zone_id, avg, max, count, direction, coherence],
			...classes.map((name) => objects[name] ?? 0)
		])
	};
}

/** Columns by the middle of their ten degrees. */
export function directionsTable(points: readonly DirectionPoint[]): Table {
	const degrees = Array.from({ length: DIRECTION_BINS }, (_, bin) => bin * (360 / DIRECTION_BINS));
	return {
		header: ['at', ...degrees.map((at) => `vectors ${at}`), ...degrees.map((at) => `magnitude ${at}`)],
		rows: points.map(({ at, bins, magnitudes }) => [at, ...bins, ...magnitudes])
	};
}

export function performanceTable(points: readonly PerformancePoint[]): Table {
	return tableOf(['at', 'connected', 'fps', 'latency_ms', 'latency_max_ms', 'dropped', 'reconnects'], points);
}

export function detectionsTable(points: readonly DetectionsPoint[]): Table {
	const names = classesOf(points.map(({ classes }) => classes));
	return {
		header: ['at', ...names],
		rows: points.map(({ at, classes }) => [at, ...names.map((name) => classes[name] ?? 0)])
	};
}

export function instancesTable(points: readonly InstancePoint[]): Table {
	return tableOf(
		[
			...(['at', 'instance', 'rss_bytes', 'rss_percent', 'cpu_percent', 'streams'] as const),
			...(['gpu_percent', 'gpu_memory_bytes'] as const)
		],
		points
	);
}

export function fleetTable(points: readonly FleetPoint[]): Table {
	return tableOf(['at', 'running', 'deactivated', 'error'], points);
}

function tableOf<P extends Record<K, Cell>, K extends string>(header: K[], points: readonly P[]): Table {
	return { header, rows: points.map((point) => header.map((name) => point[name])) };
}

/** Every class of any point, by name. */
function classesOf(all: readonly Record<string, number>[]): string[] {
	return [...new Set(all.flatMap((classes) => Object.keys(classes)))].sort();
}
