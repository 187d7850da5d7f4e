// npm run bench:pipeline: the whole cost of one stream (ffmpeg, worker thread, fan-out to one watcher), in CPU time a frame,
// against a bare ffmpeg decode + scale to gray and against a Python/OpenCV worker that does the same job, in one run.
import { fileURLToPath } from 'node:url';
import type { AnalysisConfig, PreviewConfig } from '#lib/contracts/run.ts';
import { bareDecode, openCvWorker } from './pipeline/peers.ts';
import { measureStreams } from './pipeline/streams.ts';
import { pythonWithOpenCv } from './python.ts';
import { median, printJson, printTable } from './table.ts';

const CLIP = fileURLToPath(new URL('../scenes/loops/junction.mp4', import.meta.url));
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);
const WARMUP_S = 4;
/** A stream runs for months: what V8 compiles of it, it has compiled by then. */
const STREAM_WARMUP_S = 20;
/** The film once through: whatever moment each of them begins at, all see the same. */
const WINDOW_S = Number(process.env['BENCH_WINDOW_S'] ?? 26);
const PREVIEW: PreviewConfig = { fps: 6, maxWidth: 960, quality: 65 };
const CASES = [
	{
		name: '640 wide',
		width: 640,
		limits: { bare: 1.7, worker: 0.65 },
		towards: { bare: 1.45, worker: 0.55 }
	},
	{
		name: 'full size (1280)',
		width: 1280,
		limits: { bare: null, worker: 0.4 },
		towards: { bare: null, worker: 0.3 }
	}
];

const python = pythonWithOpenCv();
const results = [];
for (const { name, width, limits, towards } of CASES) {
	const analysis: AnalysisConfig = { width, fps: 30, gridSize: 16, winRadius: 8, threshold: 1, mode: 'fast' };
	const rounds: Round[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const bare = await bareDecode(CLIP, width, WARMUP_S, WINDOW_S);
		const worker = await openCvWorker(python.path, CLIP, analysis, PREVIEW, WARMUP_S, WINDOW_S);
		const stream = await oneStream(analysis);
		rounds.push({
			bare,
			worker,
			...stream,
			overBare: stream.total / bare,
			overWorker: stream.total / worker
		});
	}
	const middle = (pick: (round: Round) => number) => median(rounds.map(pick));
	results.push({
		name,
		bareMs: middle((r) => r.bare),
		workerMs: middle((r) => r.worker),
		streamMs: middle((r) => r.total),
		decoderMs: middle((r) => r.decoder),
		fps: middle((r) => r.fps),
		overBare: middle((r) => r.overBare),
		overWorker: middle((r) => r.overWorker),
		limits,
		towards
	});
}

printTable(
	`One stream, 1280×720 25 fps H.264, preview 6 fps 960 wide and watched; CPU ms a frame, median of ${ROUNDS} rounds of ${WINDOW_S} s (OpenCV ${python.version})`,
	[
		'analysis',
		'bare ffmpeg',
		'OpenCV worker',
		'Vector Flow',
		'of it ffmpeg',
		'fps',
		'÷ bare',
		'limit',
		'÷ worker',
		'limit'
	],
	results.map((r) => [
		r.name,
		r.bareMs.toFixed(2),
		r.workerMs.toFixed(2),
		r.streamMs.toFixed(2),
		r.decoderMs.toFixed(2),
		r.fps.toFixed(1),
		r.overBare.toFixed(2),
		r.limits.bare?.toFixed(2) ?? '–',
		r.overWorker.toFixed(2),
		r.limits.worker.toFixed(2)
	])
);
printJson({ bench: 'pipeline', opencv: python.version, rounds: ROUNDS, windowS: WINDOW_S, results });
const missed = results.filter(
	(r) => r.overWorker > r.limits.worker || (r.limits.bare !== null && r.overBare > r.limits.bare)
);
if (missed.length > 0) process.exitCode = 1;

interface Round {
	/** CPU milliseconds a frame: the bare decode, the OpenCV worker, the whole stream, and its ffmpeg. */
	bare: number;
	worker: number;
	total: number;
	decoder: number;
	fps: number;
	overBare: number;
	overWorker: number;
}

async function oneStream(analysis: AnalysisConfig): Promise<{ total: number; decoder: number; fps: number }> {
	const source = { url: CLIP, kind: 'file', transport: 'auto', hardwareDecode: 'none', loop: true } as const;
	const cost = await measureStreams(
		{ ffmpegPath: 'ffmpeg', sources: [source], analysis, preview: PREVIEW, watched: 1 },
		STREAM_WARMUP_S,
		WINDOW_S
	);
	return {
		total: (cost.cpuSeconds * 1000) / cost.frames,
		decoder: (cost.decoderSeconds * 1000) / cost.frames,
		fps: cost.frames / cost.windowS
	};
}
