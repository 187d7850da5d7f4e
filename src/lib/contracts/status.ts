// How a stream is doing, in the words the interface uses.
import type { FailureCode } from './failure.ts';
import type { FlowSample } from './flow.ts';
import type { DetectionStats, SourceInfo } from './messages.ts';
import type { RunState } from './run.ts';

export const STREAM_STATUSES = [
	'connected',
	'starting',
	'stale',
	'stream_error',
	'worker_down',
	'deactivated'
] as const;
export type StreamStatusWord = (typeof STREAM_STATUSES)[number];

/** Sent as the SSE event `status` once a second for every running stream, and at once on every change. */
export interface StreamStatus {
	streamId: string;
	runId: string | null;
	status: StreamStatusWord;
	state: RunState;
	/** When this status began, ISO 8601. */
	since: string;
	/** Why, as a sentence, and what to do; null when well. Credentials are masked. */
	detail: string | null;
	advice: string | null;
	code: FailureCode | null;
	/** Connection attempts since the last frame. */
	attempt: number;
	/** When the next attempt is due, ISO 8601; null when none is. */
	retryAt: string | null;
	source: SourceInfo | null;
	/** ISO 8601 of the newest analysed frame. */
	lastFrameAt: string | null;
	/** Analysed frames a second; null when nothing is analysed. */
	fps: number | null;
	framesProcessed: number;
	framesDropped: number;
	reconnects: number;
	/** ms from capture to the end of analysis. */
	latencyMs: number | null;
	/** The last second's flow. */
	flow: FlowSample | null;
	/** The last second's detection; null while nothing detects. */
	detection: DetectionStats | null;
	instance: string;
}

/** A status with the stream's name and the age of its newest picture, as GET /streams/health answers it. */
export interface StreamHealth extends StreamStatus {
	name: string;
	/** Seconds since the newest analysed frame; null before the first. */
	stalenessS: number | null;
}

/** `now` is ms since the epoch. */
export function streamHealth(name: string, status: StreamStatus, now: number): StreamHealth {
	const age = status.lastFrameAt === null ? null : Math.max(0, now - Date.parse(status.lastFrameAt)) / 1000;
	return { name, ...status, stalenessS: age === null ? null : Math.round(age * 10) / 10 };
}
