// One attempt at a source that is over: all that is known about its end.
import type { SourceConfig } from '#lib/contracts/run.ts';
import { maskUrl } from '#lib/server/base/mask.ts';
import { MAX_PIXELS } from './command.ts';
import type { VideoFacts } from './report.ts';

/** Why the supervisor ended ffmpeg itself. */
export type Verdict =
	| { kind: 'no_first_frame'; afterS: number }
	| { kind: 'stalled'; afterS: number }
	| { kind: 'resolution_changed'; width: number; height: number }
	| { kind: 'too_small'; width: number; height: number }
	| { kind: 'too_large'; width: number; height: number }
	| { kind: 'broken_stream'; reason: string };

/** Nothing can be seen to move in less. */
const LEAST_SIDE = 16;

/** Whether a picture of this size is none we take; null where it is, or where the size is not known (0). */
export function sizeVerdict({ width, height }: { width: number; height: number }): Verdict | null {
	if (width * height > MAX_PIXELS) return { kind: 'too_large', width, height };
	return width > 0 && Math.min(width, height) < LEAST_SIDE ? { kind: 'too_small', width, height } : null;
}

export interface Attempt {
	/** ffmpeg's standard error as it came, unmasked; of a live source only the last seconds of it. */
	stderr: string;
	/** `missing`: ffmpeg itself could not be started. */
	exit: { code: number | null; signal: string | null } | 'missing';
	/** null where ffmpeg ended by itself. */
	verdict: Verdict | null;
	elapsedMs: number;
	/** `live` once a frame arrived. */
	phase: 'connecting' | 'live';
	/** What ffmpeg said of the video track; undefined before it listed the input, null where there is no video in it. */
	facts: VideoFacts | null | undefined;
}

const DEFAULT_PORTS: Record<string, string> = {
	'rtsp:': '554',
	'rtsps:': '322',
	'http:': '80',
	'https:': '443'
};

/** Where a source is, without its credentials: "10.20.4.31:554", or a file's path. */
export function placeOf(source: SourceConfig): string {
	if (source.kind === 'file' || !URL.canParse(source.url)) return maskUrl(source.url);
	const { protocol, hostname, port } = new URL(source.url);
	return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? '?')}`;
}
