// What the product's stream is measured against: a bare ffmpeg decode and scale, and a Python/OpenCV worker doing the same job.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { AnalysisConfig, PreviewConfig } from '#lib/contracts/run.ts';
import { cpuSeconds } from './process.ts';

const run = promisify(execFile);

/** CPU milliseconds a frame of `ffmpeg -threads 1` decoding in real time and scaling to gray: the physical limit of any such server. */
export async function bareDecode(
	clip: string,
	width: number,
	warmupS: number,
	windowS: number
): Promise<number> {
	const scale = width === 0 ? 'format=gray' : `scale=${width}:-2:flags=fast_bilinear,format=gray`;
	const child = spawn(
		'ffmpeg',
		[
			'-v',
			'error',
			'-nostdin',
			'-progress',
			'pipe:1',
			'-threads',
			'1',
			'-filter_threads',
			'1',
			'-re',
			'-stream_loop',
			'-1'
		].concat(['-i', clip, '-vf', scale, '-c:v', 'rawvideo', '-threads', '1', '-f', 'null', '-']),
		{ stdio: ['ignore', 'pipe', 'inherit'] }
	);
	let frames = 0;
	child.stdout.on('data', (chunk: Buffer) => {
		for (const match of chunk.toString().matchAll(/^frame=(\d+)/gm)) frames = Number(match[1]);
	});
	const pid = child.pid as number;
	await delay(warmupS);
	const before = { frames, cpu: cpuSeconds(pid) };
	await delay(windowS);
	const after = { frames, cpu: cpuSeconds(pid) };
	child.kill('SIGKILL');
	return ((after.cpu - before.cpu) * 1000) / (after.frames - before.frames);
}

/** CPU milliseconds a frame of the Python/OpenCV worker in opencv_worker.py. */
export async function openCvWorker(
	python: string,
	clip: string,
	analysis: AnalysisConfig,
	preview: PreviewConfig,
	warmupS: number,
	windowS: number
): Promise<number> {
	const script = fileURLToPath(new URL('opencv_worker.py', import.meta.url));
	const numbers = [
		analysis.width,
		analysis.gridSize,
		analysis.winRadius,
		analysis.threshold,
		preview.fps,
		preview.maxWidth,
		preview.quality,
		warmupS,
		windowS
	];
	const { stdout } = await run(python, [script, clip, ...numbers.map(String)]);
	const result = JSON.parse(stdout) as { frames: number; cpuSeconds: number };
	return (result.cpuSeconds * 1000) / result.frames;
}

export const delay = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
