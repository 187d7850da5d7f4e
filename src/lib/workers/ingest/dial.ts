// A plain TCP connection, made before ffmpeg is started again for a host that did not answer the last time:
// a dead camera costs a packet instead of a process.
import { connect } from 'node:net';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { placeOf } from './attempt.ts';
import { explain } from './failure.ts';

const TIMEOUT_MS = 5_000;

/** The words ffmpeg has for what the network answers, so that one table explains both. */
const WORDS: Record<string, string> = {
	ECONNREFUSED: 'Connection refused',
	ENETUNREACH: 'Network is unreachable',
	EHOSTUNREACH: 'No route to host',
	EHOSTDOWN: 'Host is down',
	ENOTFOUND: 'Failed to resolve hostname',
	EAI_AGAIN: 'Failed to resolve hostname',
	ETIMEDOUT: 'Connection timed out'
};

/** null once the host accepts a connection; otherwise why it does not. An aborted dial counts as timed out. */
export async function dial(source: SourceConfig, signal: AbortSignal): Promise<SourceFailure | null> {
	const startedAt = performance.now();
	const code = await connectOnce(source, signal);
	// What Node cannot connect to for reasons of its own, ffmpeg may: it has the last word.
	const words = code === null ? undefined : WORDS[code];
	if (words === undefined) return null;
	return explain(
		{
			stderr: `[error] ${placeOf(source)}: ${words}`,
			exit: { code: 1, signal: null },
			verdict: null,
			elapsedMs: performance.now() - startedAt,
			phase: 'connecting',
			facts: undefined
		},
		source
	);
}

/** null, or the error's code. */
function connectOnce(source: SourceConfig, signal: AbortSignal): Promise<string | null> {
	const place = placeOf(source);
	const port = Number(place.slice(place.lastIndexOf(':') + 1));
	const host = place.slice(0, place.lastIndexOf(':')).replace(/^\[|\]$/g, '');
	return new Promise((resolve) => {
		const socket = connect({ host, port, timeout: TIMEOUT_MS, signal });
		const finish = (code: string | null) => {
			socket.destroy();
			resolve(code);
		};
		socket.once('connect', () => finish(null));
		socket.once('timeout', () => finish('ETIMEDOUT'));
		socket.on('error', (error: NodeJS.ErrnoException) =>
			finish(signal.aborted ? 'ETIMEDOUT' : (error.code ?? ''))
		);
	});
}
