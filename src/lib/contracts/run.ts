// One activation of a stream: its states, and the configuration its worker runs with.
import type { FlowMode } from './flow.ts';
import type { DetectionConfig } from './model.ts';
import type { Rule } from './rule.ts';
import type { Zone } from './zone.ts';

export const RUN_STATES = [
	'inactive',
	'init_startup',
	'in_startup_processing',
	'active',
	'init_shutdown',
	'in_shutdown_processing',
	'error'
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const RTSP_TRANSPORTS = ['auto', 'tcp', 'udp'] as const;
export type RtspTransport = (typeof RTSP_TRANSPORTS)[number];

/** `none` decodes on the CPU; `auto` lets ffmpeg pick; the rest name an ffmpeg hwaccel. */
export const HARDWARE_DECODERS = ['none', 'auto', 'vaapi', 'cuda', 'qsv', 'videotoolbox', 'd3d11va'] as const;
export type HardwareDecoder = (typeof HARDWARE_DECODERS)[number];

export interface SourceConfig {
	/** Full address, credentials included: never logged, never put on a command line. Files: an absolute path already checked. */
	url: string;
	kind: 'rtsp' | 'http' | 'file';
	transport: RtspTransport;
	hardwareDecode: HardwareDecoder;
	/** Files only: play again from the start for ever, in real time. */
	loop: boolean;
}

export interface AnalysisConfig {
	/** Width of the analysed frame in pixels; sources narrower than this are not enlarged. */
	width: number;
	/** Analysed frames a second; sources slower than this are analysed whole. */
	fps: number;
	/** Grid step, window radius: pixels of the analysed frame. */
	gridSize: number;
	winRadius: number;
	/** Vectors shorter than this (px/frame) are left out. */
	threshold: number;
	mode: FlowMode;
}

export interface PreviewConfig {
	/** JPEGs a second, at most the analysis rate. */
	fps: number;
	/** Pixels; 0 keeps the source's size. */
	maxWidth: number;
	/** 1 (worst) to 100 (best). */
	quality: number;
}

/** What a stream is watched for. Changes apply live. */
export interface WatchConfig {
	zones: Zone[];
	/** Enabled rules that can fire; those on the stream's health are judged by the server. */
	rules: Rule[];
}

/** The ring of packets that clips are cut from: short files, named by when they begin. */
export interface ClipRingConfig {
	/** A folder of this stream's own. */
	dir: string;
	/** How long a file is kept at least. */
	keepS: number;
}

/** Everything a worker needs to run one stream: plain data, cloneable, the only thing it is told. */
export interface RunConfig {
	runId: string;
	streamId: string;
	streamName: string;
	ffmpegPath: string;
	source: SourceConfig;
	analysis: AnalysisConfig;
	preview: PreviewConfig;
	/** Null finds nothing. */
	detection: DetectionConfig | null;
	watch: WatchConfig;
	/** Null keeps no packets. */
	clipRing: ClipRingConfig | null;
	/** Seconds without a frame after which a connected source is stale and its ffmpeg replaced. */
	staleAfterS: number;
	/** Share of frames told as traces, 0..1, beside those at which a rule changes its mind; null traces nothing. */
	traceRatio: number | null;
}
