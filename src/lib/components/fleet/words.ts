// Sentences about one camera: why it is not well and when it is tried again.
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { duration, secondsSince } from '../ui/format.ts';

/** Right of the name of a camera in trouble: `retry in 12 s`, `attempt 3`. */
export function attemptWords(status: StreamStatus | undefined, now: number): string {
	if (!status) return '';
	const ahead = status.retryAt ? Math.ceil(-secondsSince(status.retryAt, now)) : 0;
	if (ahead > 0) return `${status.status === 'worker_down' ? 'restart' : 'retry'} in ${duration(ahead)}`;
	return status.attempt > 0 ? `attempt ${status.attempt}` : '';
}

/** The age a stale camera's word carries: `47 s`. */
export function staleAge(
	word: StreamStatusWord,
	status: StreamStatus | undefined,
	now: number
): string | undefined {
	if (word !== 'stale' || !status?.lastFrameAt) return undefined;
	return duration(secondsSince(status.lastFrameAt, now));
}

/** The second line of a camera that is not connected. */
export function whyWords(
	word: StreamStatusWord,
	record: StreamRecord,
	status: StreamStatus | undefined,
	now: number
): string {
	switch (word) {
		case 'deactivated':
			return status?.status === 'deactivated'
				? `Deactivated ${duration(secondsSince(status.since, now))} ago`
				: (record.location_name ?? 'Not running');
		case 'starting':
			return `${status?.detail ?? 'Reading the first picture'}${status ? `, ${duration(secondsSince(status.since, now))}` : ''}`;
		case 'connected':
			return record.location_name ?? '';
		case 'stale':
		case 'stream_error':
		case 'worker_down':
			return status?.detail ?? record.last_error ?? 'No picture comes';
		default: {
			const never: never = word;
			return never;
		}
	}
}

/** The id of the instance that has it now, running or about to; null while nobody has. */
export function runsOn(record: StreamRecord, status: StreamStatus | undefined): string | null {
	if (!record.is_active) return null;
	if (!status) return record.instance;
	return status.instance || null;
}

/** `H.264 1280×720`, with the name people know a codec by. */
export function sourceWords(source: StreamStatus['source']): string {
	return source ? `${codecName(source.codec)} ${source.width}×${source.height}` : '';
}

const CODECS: Record<string, string> = {
	h264: 'H.264',
	hevc: 'H.265',
	h265: 'H.265',
	mjpeg: 'MJPEG',
	av1: 'AV1',
	vp8: 'VP8',
	vp9: 'VP9',
	mpeg4: 'MPEG-4',
	mpeg2video: 'MPEG-2'
};

export function codecName(codec: string): string {
	return CODECS[codec.toLowerCase()] ?? codec.toUpperCase();
}
