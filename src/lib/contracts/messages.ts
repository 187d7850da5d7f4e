// Every message between the engine and a stream's worker. Types alone, plain data, nothing else.
import type { SourceFailure } from './failure.ts';
import type { FlowSample } from './flow.ts';
import type { PreviewConfig, RunConfig } from './run.ts';
import type { MessagePort } from 'node:worker_threads';

/** What the source turned out to be. */
export interface SourceInfo {
	codec: string;
	width: number;
	height: number;
	/** Nominal frames a second; null where the source does not say. */
	fps: number | null;
	/** Size of the analysed frame. */
	analysisWidth: number;
	analysisHeight: number;
}

/** A preview picture with the vectors of that very frame. Buffers are transferred, never copied. */
export interface PreviewFrame {
	streamId: string;
	runId: string;
	/** Grows by one a preview frame within a run. */
	seq: number;
	/** Estimated capture time, ms since the epoch. */
	capturedAt: number;
	/** Size of the analysed frame: the pixels vectors are measured in. The JPEG is the same picture at preview size. */
	width: number;
	height: number;
	jpeg: Uint8Array;
	gridSize: number;
	flow: FlowSample;
	/** [x, y, dx, dy, …] of the vectors above the threshold, pixels of the analysed frame. */
	vectors: Float32Array;
}

/** One second of a run, counted. */
export interface RunStats {
	/** Analysed frames a second, over the last second. */
	fps: number;
	framesProcessed: number;
	framesDropped: number;
	reconnects: number;
	/** ms since the epoch of the newest analysed frame; null before the first. */
	lastFrameAt: number | null;
	/** The second's flow: mean avg, greatest max, mean count, circular mean direction, mean coherence; null without frames. */
	flow: FlowSample | null;
	/** ms from capture to the end of analysis, the last frame's. */
	latencyMs: number | null;
	/** CPU milliseconds the flow kernel took per frame, mean over the second. */
	flowMs: number | null;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Where a run's source stands. */
export type RunPhase =
	| { phase: 'waiting' } // for its turn in the connection budget
	| { phase: 'connecting'; attempt: number }
	| { phase: 'live' }
	| { phase: 'failed'; failure: SourceFailure; attempt: number; retryAt: number }
	| { phase: 'stopping' };

export type FromWorker =
	| { type: 'connect-request'; requestId: number }
	| { type: 'connect-done'; requestId: number }
	| { type: 'phase'; at: number; state: RunPhase }
	| { type: 'source'; info: SourceInfo }
	| { type: 'frame'; frame: PreviewFrame }
	/** The ffmpeg now running for the source, so that the engine can end it when this thread no longer can. */
	| { type: 'process'; pid: number | null }
	| { type: 'stats'; stats: RunStats }
	| { type: 'log'; at: number; level: LogLevel; text: string };

export type ToWorker =
	| { type: 'connect-granted'; requestId: number }
	| { type: 'connect-denied'; requestId: number; failure: SourceFailure }
	/** Frames up to this one have arrived: a worker keeps few under way and drops the rest. */
	| { type: 'frame-taken'; seq: number }
	| { type: 'preview'; preview: PreviewConfig }
	| { type: 'retry-now' }
	| { type: 'stop' };

/** What a stream's worker is given. Its task ends when the stream has stopped. */
export interface StreamTask {
	config: RunConfig;
	/** Carries ToWorker in, FromWorker out; transferred. Closed by the other side, it stops the stream. */
	port: MessagePort;
	/** The flow kernel, compiled once and shared by every thread. */
	flowModule: WebAssembly.Module;
}
