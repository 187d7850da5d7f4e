// Every message between the engine and a stream's worker. Types alone, plain data, nothing else.
import type { RuleState } from './alert.ts';
import type { TrackedObject } from './detection.ts';
import type { StreamFacts } from './facts.ts';
import type { SourceFailure } from './failure.ts';
import type { FlowSample } from './flow.ts';
import type { InferenceResult } from './model.ts';
import type { PreviewConfig, RunConfig, WatchConfig } from './run.ts';
import type { FrameTrace } from './trace.ts';
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
	/** Objects on this very frame. */
	objects: TrackedObject[];
}

/** A picture to look at, in memory that every thread shares: handing it on copies nothing. */
export interface SharedPicture {
	/** The luma plane, then both chroma planes at half size, limited range. */
	layout: 'yuv420p';
	width: number;
	height: number;
	buffer: SharedArrayBuffer;
}

/** One second of detection, counted since the run began but for `ms`. */
export interface DetectionStats {
	/** Frames a detector looked at. */
	looked: number;
	/** Frames the gate let pass unseen. */
	gated: number;
	/** Frames given up because newer ones waited. */
	dropped: number;
	/** Looks that failed. */
	failed: number;
	/** ms from asking to boxes, the second's mean; null without any. */
	ms: number | null;
	/** Objects followed now, by class. */
	objects: Record<string, number>;
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
	/** Null while nothing detects. */
	detection: DetectionStats | null;
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
	| { type: 'log'; at: number; level: LogLevel; text: string }
	/** What the zones showed in the second that ended. */
	| { type: 'facts'; facts: StreamFacts }
	| { type: 'rule'; state: RuleState }
	/** A frame that is told as a trace. */
	| { type: 'trace'; frame: FrameTrace }
	/** Asks for a look at a picture; its memory belongs to the engine until it answers. */
	| { type: 'infer'; requestId: number; picture: SharedPicture };

export type ToWorker =
	| { type: 'connect-granted'; requestId: number }
	| { type: 'connect-denied'; requestId: number; failure: SourceFailure }
	/** Frames up to this one have arrived: a worker keeps few under way and drops the rest. */
	| { type: 'frame-taken'; seq: number }
	| { type: 'preview'; preview: PreviewConfig }
	| { type: 'watch'; watch: WatchConfig }
	| { type: 'infer-result'; requestId: number; result: InferenceResult }
	/** Not looked at: newer pictures waited, or it failed; the memory is free again. */
	| { type: 'infer-missed'; requestId: number; reason: 'dropped' | 'failed' }
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
