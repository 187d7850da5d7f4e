// Refuses, in words, what must not or cannot reach ffmpeg: the last check before a source is opened.
import { isAbsolute } from 'node:path';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { maskUrl } from '#lib/server/base/mask.ts';
import { failure } from './failure.ts';

const SCHEMES: Record<'rtsp' | 'http', string[]> = { rtsp: ['rtsp:', 'rtsps:'], http: ['http:', 'https:'] };
const MAX_LENGTH = 4_096;

/** The failure that the address itself is, or null where ffmpeg may try it. Which hosts and folders are allowed is decided before. */
export function refuseAddress(source: SourceConfig): SourceFailure | null {
	const problem =
		source.kind === 'file' ? fileProblem(source.url) : urlProblem(source.url, SCHEMES[source.kind]);
	return problem === null ? null : failure('bad_address', problem, source);
}

function fileProblem(path: string): string | null {
	if (!isAbsolute(path)) return 'A file is named by its whole path, from the root';
	return hasControlCharacters(path) || path.length > MAX_LENGTH
		? 'The path contains characters no file name has, or is too long'
		: null;
}

function urlProblem(url: string, schemes: string[]): string | null {
	// A line break would end the address in the playlist that ffmpeg reads, and begin a directive.
	if (hasControlCharacters(url)) return 'The address contains line breaks or other control characters';
	if (url.length > MAX_LENGTH) return `The address is longer than ${MAX_LENGTH} characters`;
	if (!URL.canParse(url)) return `${maskUrl(url)} is not an address`;
	const { protocol, hostname } = new URL(url);
	if (!schemes.includes(protocol))
		return `${protocol}// is not a kind of source; use rtsp, rtsps, http or https`;
	return hostname === '' ? `${maskUrl(url)} names no host` : null;
}

function hasControlCharacters(text: string): boolean {
	return [...text].some((character) => character < ' ' || character === '\u007f');
}
