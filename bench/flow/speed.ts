// Times the kernel against OpenCV on one clip: the same frames by turns, in blocks, CPU time of each process.
import { readFileSync } from 'node:fs';
import type { FlowMode } from '#lib/contracts/flow.ts';
import { createFlow } from '#lib/workers/flow/kernel.ts';
import type { Clip } from './clips.ts';
import type { OpenCv } from './opencv.ts';

export interface Timing {
	/** CPU ms a frame. */
	opencv: number;
	fast: number;
	faithful: number;
	/** Share of the grid that fast mode had to measure. */
	awake: number;
}

const GRID = 16;
const RADIUS = 8;
const WARM_UP_FRAMES = 10;
const BLOCK = 10;

/** All frames after the warm-up, in blocks of ten: OpenCV, fast, faithful, and so on to the end. */
export async function timeClip(clip: Clip, opencv: OpenCv, module: WebAssembly.Module): Promise<Timing> {
	const raw = readFileSync(clip.path);
	const fast = streamOf(clip, raw, 'fast', module);
	const faithful = streamOf(clip, raw, 'faithful', module);
	const geometry = { width: clip.width, height: clip.height, grid: GRID, radius: RADIUS };
	fast.run(0, WARM_UP_FRAMES);
	faithful.run(0, WARM_UP_FRAMES);
	await opencv.timeClip(clip.path, geometry, 1, WARM_UP_FRAMES);
	const total = { opencv: 0, fast: 0, faithful: 0, awake: 0 };
	for (let from = WARM_UP_FRAMES; from < clip.frames; from += BLOCK) {
		const to = Math.min(from + BLOCK, clip.frames);
		total.opencv += 1e3 * (await opencv.timeClip(clip.path, geometry, from, to));
		total.fast += fast.run(from, to);
		total.awake += fast.awakeShare() * (to - from);
		total.faithful += faithful.run(from, to);
	}
	const frames = clip.frames - WARM_UP_FRAMES;
	return {
		opencv: total.opencv / frames,
		fast: total.fast / frames,
		faithful: total.faithful / frames,
		awake: total.awake / frames
	};
}

function streamOf(clip: Clip, raw: Buffer, mode: FlowMode, module: WebAssembly.Module) {
	const { width, height } = clip;
	const flow = createFlow({ width, height, gridSize: GRID, winRadius: RADIUS, mode }, module);
	const size = width * height;
	const frames = Array.from({ length: clip.frames }, (_, k) => raw.subarray(k * size, (k + 1) * size));
	let points = 1;
	let awake = 0;
	return {
		/** CPU ms of the whole process for the frames from..to-1. */
		run(from: number, to: number): number {
			awake = 0;
			const before = process.cpuUsage();
			for (const frame of frames.slice(from, to)) {
				points = flow.measure(frame).status.length;
				awake += flow.awakePoints;
			}
			const { user, system } = process.cpuUsage(before);
			awake /= to - from;
			return (user + system) / 1e3;
		},
		awakeShare: () => awake / points
	};
}
