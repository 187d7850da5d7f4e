// npm run bench:flow: speed and accuracy of the flow kernel beside OpenCV's calcOpticalFlowPyrLK on one thread.
//
// Prints the tables and then one line of JSON. Speed is a ratio of CPU times taken by turns in the same run, so that
// it means the same on a busy machine; accuracy is the mean end-point error against known displacements.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFlowModule, warmUp } from '#lib/workers/flow/kernel.ts';
import { compareAccuracy, type Accuracy } from './flow/accuracy.ts';
import { decodeClips, type Clip } from './flow/clips.ts';
import { OpenCv } from './flow/opencv.ts';
import { timeClip, type Timing } from './flow/speed.ts';
import { printJson, printTable } from './table.ts';

const SIZES = [
	{ width: 640, height: 360 },
	{ width: 960, height: 540 }
];
/** How many times faster than OpenCV each mode has to be. */
const TARGETS = { moving: 4, 'mostly static': 8, faithful: 2.5 };

type Row = Clip & Timing;

const folder = mkdtempSync(join(tmpdir(), 'vf-bench-flow-'));
try {
	await main();
} finally {
	rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
	const module = await compileFlowModule();
	warmUp(module, 'fast');
	warmUp(module, 'faithful');
	const opencv = await OpenCv.start();
	try {
		const { rows, absent } = await timeAll(opencv, module);
		const accuracies = await compareAccuracy(opencv, module, folder);
		report(opencv.version, rows, absent, accuracies);
	} finally {
		opencv.stop();
	}
}

async function timeAll(
	opencv: OpenCv,
	module: WebAssembly.Module
): Promise<{ rows: Row[]; absent: Set<string> }> {
	const rows: Row[] = [];
	const missing = new Set<string>();
	for (const { width, height } of SIZES) {
		const { clips, absent } = decodeClips(width, height, folder);
		for (const clip of clips) rows.push({ ...clip, ...(await timeClip(clip, opencv, module)) });
		for (const name of absent) missing.add(name);
	}
	return { rows, absent: missing };
}

function report(version: string, rows: Row[], absent: Set<string>, accuracies: Accuracy[]): void {
	console.log(
		`OpenCV ${version}, one thread; 17 x 17 window, 4 levels, 30 iterations, epsilon 0.03, grid 16`
	);
	printSpeed(rows);
	if (absent.size > 0) console.log(`\nabsent, not timed: ${[...absent].join(', ')}`);
	printAccuracy(accuracies);
	const speed = rows.map(plain);
	printJson({ bench: 'flow', opencv: version, ...verdict(rows, accuracies), speed, accuracy: accuracies });
}

function printSpeed(rows: Row[]): void {
	const heads = ['scene', 'kind', 'size', 'OpenCV', 'fast', 'ratio', 'faithful', 'ratio', 'measured'];
	const cells = rows.map((row) => [
		row.name,
		row.kind,
		`${row.width}x${row.height}`,
		row.opencv.toFixed(2),
		row.fast.toFixed(3),
		`${(row.opencv / row.fast).toFixed(2)}x`,
		row.faithful.toFixed(3),
		`${(row.opencv / row.faithful).toFixed(2)}x`,
		`${(100 * row.awake).toFixed(0)}%`
	]);
	printTable(
		'CPU ms a frame; measured: the share of the grid that fast mode did not find at rest',
		heads,
		cells
	);
}

function printAccuracy(accuracies: Accuracy[]): void {
	const heads = ['pair', 'points', 'OpenCV mean', 'median', 'fast mean', 'median', 'faithful mean', 'median'];
	const cells = accuracies.map((row) => [
		row.pair,
		row.points,
		row.opencv.mean.toFixed(3),
		row.opencv.median.toFixed(3),
		row.fast.mean.toFixed(3),
		row.fast.median.toFixed(3),
		row.faithful.mean.toFixed(3),
		row.faithful.median.toFixed(3)
	]);
	printTable('End-point error, px', heads, cells);
}

/** The least ratio of each kind, and whether every target is met. */
function verdict(rows: Row[], accuracies: Accuracy[]) {
	const least = (kind: Clip['kind']) =>
		Math.min(...rows.filter((row) => row.kind === kind).map((row) => row.opencv / row.fast));
	const faithful = Math.min(...rows.map((row) => row.opencv / row.faithful));
	const noWorse = accuracies.every((row) => row.fast.mean <= row.opencv.mean + 0.0005);
	const ratios = { moving: least('moving'), mostlyStatic: least('mostly static'), faithful };
	const met =
		ratios.moving >= TARGETS.moving &&
		ratios.mostlyStatic >= TARGETS['mostly static'] &&
		ratios.faithful >= TARGETS.faithful &&
		noWorse;
	return { leastRatio: ratios, targets: TARGETS, accuracyNoWorse: noWorse, met };
}

function plain({ name, kind, width, height, opencv, fast, faithful, awake }: Row) {
	return { name, kind, width, height, opencv, fast, faithful, awake };
}
