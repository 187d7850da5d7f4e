// Opens a source as the pipeline does and remembers all it tells, for tests to wait for and look at.
import type { FailureCode, SourceFailure } from '#lib/contracts/failure.ts';
import type { RunPhase, SourceInfo } from '#lib/contracts/messages.ts';
import type { PreviewConfig, RunConfig, SourceConfig } from '#lib/contracts/run.ts';
import { openSource, type Source, type SourceDeps } from '#lib/workers/ingest/source.ts';
import { FFMPEG, until } from './tools.ts';

export interface Watched {
	readonly source: Source;
	readonly phases: RunPhase[];
	readonly failures: SourceFailure[];
	readonly infos: SourceInfo[];
	/** Every frame without its pixels; `mean` is their mean value. */
	readonly frames: {
		pts: number;
		capturedAt: number;
		arrivedAt: number;
		width: number;
		height: number;
		mean: number;
	}[];
	readonly previews: { pts: number; jpeg: Uint8Array }[];
	readonly logs: string[];
	readonly counts: { dropped: number; reconnects: number };
	/** ffmpeg's process id, while there is one. */
	pid(): number | null;
	live(): boolean;
	/** Waits for the next failure of this code, from the `after`th on. */
	failed(code: FailureCode, timeoutMs?: number): Promise<SourceFailure>;
	/** Waits for so many frames more than there are. */
	moreFrames(count: number, timeoutMs?: number): Promise<void>;
}

export interface WatchOptions {
	source: Partial<SourceConfig> & Pick<SourceConfig, 'url' | 'kind'>;
	width?: number;
	fps?: number;
	preview?: PreviewConfig;
	staleAfterS?: number;
	clipRing?: RunConfig['clipRing'];
	ffmpegPath?: string;
	deps?: SourceDeps;
	/** Called for every frame, in the source's own thread. */
	onFrame?: () => void;
}

export function runConfig(options: WatchOptions): RunConfig {
	return {
		runId: 'run',
		streamId: 'stream',
		streamName: 'A camera',
		ffmpegPath: options.ffmpegPath ?? FFMPEG,
		source: { transport: 'auto', hardwareDecode: 'none', loop: true, ...options.source },
		analysis: {
			width: options.width ?? 320,
			fps: options.fps ?? 25,
			gridSize: 8,
			winRadius: 8,
			threshold: 1,
			mode: 'fast'
		},
		preview: options.preview ?? { fps: 6, maxWidth: 320, quality: 65 },
		detection: null,
		watch: { zones: [], rules: [] },
		clipRing: options.clipRing ?? null,
		staleAfterS: options.staleAfterS ?? 3,
		traceRatio: null
	};
}

export function watch(options: WatchOptions): Watched {
	const phases: RunPhase[] = [];
	const failures: SourceFailure[] = [];
	const watched = {
		phases,
		failures,
		infos: [],
		frames: [],
		previews: [],
		logs: [],
		counts: { dropped: 0, reconnects: 0 }
	} as Pick<Watched, 'phases' | 'failures' | 'infos' | 'frames' | 'previews' | 'logs' | 'counts'>;
	let pid: number | null = null;
	const source = openSource(
		runConfig(options),
		{
			phase(state) {
				phases.push(state);
				if (state.phase === 'failed') failures.push(state.failure);
			},
			source: (info) => watched.infos.push(info),
			frame({ pts, capturedAt, data, width, height }) {
				const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
				watched.frames.push({ pts, capturedAt, arrivedAt: Date.now(), width, height, mean });
				options.onFrame?.();
			},
			preview: (preview) => watched.previews.push(preview),
			process: (now) => (pid = now),
			log: (level, text) => watched.logs.push(`${level} ${text}`),
			dropped: (count) => (watched.counts.dropped += count),
			reconnect: () => watched.counts.reconnects++
		},
		options.deps ?? { acquire: () => Promise.resolve(() => {}) }
	);
	return {
		...watched,
		source,
		pid: () => pid,
		live: () => phases.at(-1)?.phase === 'live',
		async failed(code, timeoutMs = 20_000) {
			const find = () => failures.find((failure) => failure.code === code);
			await until(
				`failure ${code}, not ${failures.map((failure) => failure.code).join()}`,
				() => find() !== undefined,
				timeoutMs
			);
			return find() as SourceFailure;
		},
		async moreFrames(count, timeoutMs = 20_000) {
			const wanted = watched.frames.length + count;
			await until(`${count} more frames`, () => watched.frames.length >= wanted, timeoutMs);
		}
	};
}
