// npm run bench:fleet: what each further stream costs in CPU and memory, and what twenty dead cameras cost.
import { fileURLToPath } from 'node:url';
import type { AnalysisConfig, PreviewConfig, SourceConfig } from '#lib/contracts/run.ts';
import { measureStreams, type StreamsCost } from './pipeline/streams.ts';
import { printJson, printTable } from './table.ts';

// The same clip for all, so that a ratio compares like with like.
const CLIP = fileURLToPath(new URL('../scenes/loops/junction.mp4', import.meta.url));
const WARMUP_S = 8;
const WINDOW_S = Number(process.env['BENCH_WINDOW_S'] ?? 15);
const ANALYSIS: AnalysisConfig = {
	width: 640,
	fps: 10,
	gridSize: 16,
	winRadius: 8,
	threshold: 1,
	mode: 'fast'
};
const PREVIEW: PreviewConfig = { fps: 6, maxWidth: 960, quality: 65 };
const DEAD_CAMERAS = 20;
const LIMITS = { cpuAt16: 1.15, memoryPerStreamMiB: 80, deadCameras: 0.02 };

const rows = [];
for (const count of [1, 4, 16]) rows.push({ count, cost: await run(Array.from({ length: count }, loop)) });
const [one, , sixteen] = rows as [Row, Row, Row];
const dead = await run(Array.from({ length: DEAD_CAMERAS }, (_, i) => refused(i)));
const beside = await run([loop(), ...Array.from({ length: DEAD_CAMERAS }, (_, i) => refused(i))]);

const cpuPerStream = ({ count, cost }: Row) => cost.cpuSeconds / cost.windowS / count;
const memoryPerFurther = (sixteen.cost.memoryMiB - one.cost.memoryMiB) / 15;
printTable(
	`1280×720 25 fps H.264, analysed 640 wide at 10 fps, preview 6 fps; ${WINDOW_S} s each`,
	[
		'streams',
		'CPU, cores',
		'cores a stream',
		'ratio to 1',
		'fps a stream',
		'memory MiB',
		'MiB a further stream'
	],
	rows.map((row) => [
		row.count,
		(row.cost.cpuSeconds / row.cost.windowS).toFixed(3),
		cpuPerStream(row).toFixed(4),
		(cpuPerStream(row) / cpuPerStream(one)).toFixed(2),
		(row.cost.frames / row.cost.windowS / row.count).toFixed(2),
		row.cost.memoryMiB.toFixed(0),
		row.count === 1 ? '–' : ((row.cost.memoryMiB - one.cost.memoryMiB) / (row.count - 1)).toFixed(1)
	])
);
const fpsAlone = one.cost.frames / one.cost.windowS;
const fpsBeside = beside.frames / beside.windowS;
const deadShare = dead.cpuSeconds / dead.windowS;
printTable(
	`${DEAD_CAMERAS} cameras that refuse the connection`,
	['what', 'figure', 'limit'],
	[
		['CPU of all of them together, share of a core', deadShare.toFixed(4), LIMITS.deadCameras],
		['fps of a stream alone', fpsAlone.toFixed(2), '–'],
		['fps of that stream beside them', fpsBeside.toFixed(2), '–']
	]
);
const result = {
	bench: 'fleet',
	cpuPerStream16Over1: cpuPerStream(sixteen) / cpuPerStream(one),
	memoryPerFurtherStreamMiB: memoryPerFurther,
	deadCamerasShareOfCore: deadShare,
	fpsAlone,
	fpsBeside,
	limits: LIMITS
};
printJson(result);
if (
	result.cpuPerStream16Over1 > LIMITS.cpuAt16 ||
	memoryPerFurther > LIMITS.memoryPerStreamMiB ||
	deadShare > LIMITS.deadCameras ||
	Math.abs(fpsBeside - fpsAlone) > 0.2
) {
	process.exitCode = 1;
}

interface Row {
	count: number;
	cost: StreamsCost;
}

function run(sources: SourceConfig[]): Promise<StreamsCost> {
	return measureStreams(
		{ ffmpegPath: 'ffmpeg', sources, analysis: ANALYSIS, preview: PREVIEW, watched: 0 },
		WARMUP_S,
		WINDOW_S
	);
}

function loop(): SourceConfig {
	return { url: CLIP, kind: 'file', transport: 'auto', hardwareDecode: 'none', loop: true };
}

/** An address on this machine where nothing listens. */
function refused(index: number): SourceConfig {
	return {
		url: `rtsp://127.0.0.1:${9 + index}/dead`,
		kind: 'rtsp',
		transport: 'tcp',
		hardwareDecode: 'none',
		loop: false
	};
}
