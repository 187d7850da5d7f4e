// Mean and median end-point error of the kernel and of OpenCV against known displacements.
import { readFileSync } from 'node:fs';
import type { FlowMode } from '#lib/contracts/flow.ts';
import { createFlow } from '#lib/workers/flow/kernel.ts';
import type { OpenCv } from './opencv.ts';
import { ownPairs, sharedPairs, type TruePair } from './truth.ts';

export interface EndPointError {
	mean: number;
	median: number;
}

export interface Accuracy {
	pair: string;
	/** Grid points that all three found, and whose true end lies inside the picture. */
	points: number;
	opencv: EndPointError;
	fast: EndPointError;
	faithful: EndPointError;
}

interface Result {
	flow: ArrayLike<number>;
	status: ArrayLike<number>;
}

const RADIUS = 8;

/** Every pair there is, on a 16 px grid (8 px on pictures less than 100 px wide). */
export async function compareAccuracy(
	opencv: OpenCv,
	module: WebAssembly.Module,
	folder: string
): Promise<Accuracy[]> {
	const accuracies: Accuracy[] = [];
	for (const pair of [...sharedPairs(folder), ...ownPairs(folder)]) {
		const grid = pair.width < 100 ? 8 : 16;
		const geometry = { width: pair.width, height: pair.height, grid, radius: RADIUS };
		const theirs = await opencv.trackPair(pair.paths, geometry);
		const fast = measurePair(pair, grid, 'fast', module);
		const faithful = measurePair(pair, grid, 'faithful', module);
		accuracies.push(compare(pair, grid, theirs, fast, faithful));
	}
	return accuracies;
}

function measurePair(pair: TruePair, gridSize: number, mode: FlowMode, module: WebAssembly.Module): Result {
	const { width, height, paths } = pair;
	const flow = createFlow({ width, height, gridSize, winRadius: RADIUS, mode }, module);
	flow.measure(readFileSync(paths[0]));
	return flow.measure(readFileSync(paths[1]));
}

function compare(pair: TruePair, grid: number, opencv: Result, fast: Result, faithful: Result): Accuracy {
	const results = [opencv, fast, faithful];
	const errors: number[][] = [[], [], []];
	let point = 0;
	for (let y = grid / 2; y < pair.height; y += grid) {
		for (let x = grid / 2; x < pair.width; x += grid, point++) {
			const at = 2 * (y * pair.width + x);
			const [u, v] = [pair.truth[at] as number, pair.truth[at + 1] as number];
			if (!inside(pair, x + u, y + v) || results.some(({ status }) => status[point] === 0)) continue;
			results.forEach(({ flow }, k) => {
				errors[k]?.push(Math.hypot((flow[2 * point] as number) - u, (flow[2 * point + 1] as number) - v));
			});
		}
	}
	const [theirs, fasts, faithfuls] = errors.map(describe) as [EndPointError, EndPointError, EndPointError];
	return {
		pair: pair.name,
		points: errors[0]?.length ?? 0,
		opencv: theirs,
		fast: fasts,
		faithful: faithfuls
	};
}

function inside(pair: TruePair, x: number, y: number): boolean {
	return x >= 0 && y >= 0 && x <= pair.width - 1 && y <= pair.height - 1;
}

function describe(errors: number[]): EndPointError {
	const sorted = errors.toSorted((a, b) => a - b);
	const mean = sorted.reduce((sum, error) => sum + error, 0) / sorted.length;
	return { mean, median: sorted[sorted.length >> 1] ?? Number.NaN };
}
