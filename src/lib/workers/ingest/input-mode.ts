// How a source is opened, and what one attempt teaches for the next: RTSP's transport, and whose clock stamps HTTP frames.
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import type { InputMode } from './command.ts';
import type { Attempt } from './attempt.ts';
import type { VideoFacts } from './report.ts';

/** The mode to begin with, from the address alone. */
export function firstMode(source: SourceConfig): InputMode {
	switch (source.kind) {
		case 'file':
			return { kind: 'file', loop: source.loop };
		case 'rtsp':
			return { kind: 'rtsp', transport: source.transport === 'udp' ? 'udp' : 'tcp' };
		case 'http':
			return { kind: 'http', clock: /mjpe?g|motionjpeg|multipart/i.test(source.url) ? 'arrival' : 'stream' };
	}
}

/**
 * The other mode to try at once after a failed attempt, or null. Only where the source may choose (`auto`), and only for
 * failures that the transport can be the cause of: a password is as wrong over UDP.
 */
export function otherTransport(
	source: SourceConfig,
	mode: InputMode,
	attempt: Attempt,
	code: FailureCode
): InputMode | null {
	if (mode.kind !== 'rtsp' || source.transport !== 'auto' || attempt.phase === 'live') return null;
	if (source.url.startsWith('rtsps:') || code === 'unauthorized') return null;
	const refused = /method (SETUP|PLAY) failed|Nonmatching transport/.test(attempt.stderr);
	const silent = attempt.verdict?.kind === 'no_first_frame' && attempt.facts === undefined;
	return refused || silent ? { kind: 'rtsp', transport: mode.transport === 'tcp' ? 'udp' : 'tcp' } : null;
}

/** The mode the facts call for where it is not the one in use: JPEGs over HTTP come without times, everything else with them. */
export function modeForFacts(source: SourceConfig, mode: InputMode, facts: VideoFacts): InputMode | null {
	if (mode.kind !== 'http') return null;
	const clock = facts.codec === 'mjpeg' && !namesFile(source.url) ? 'arrival' : 'stream';
	return clock === mode.clock ? null : { kind: 'http', clock };
}

function namesFile(url: string): boolean {
	return URL.canParse(url) && /\.(avi|mov|mp4|m4v|mkv|webm|ts|m3u8)$/i.test(new URL(url).pathname);
}
