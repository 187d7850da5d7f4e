// A stored file as an answer: whole, or the range that a player asks for.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError } from '../base/errors.ts';

export interface FileOptions {
	type: string;
	/** What it is, for the words when it is gone: "The picture". */
	name: string;
	/** Stored once and never changed: a browser may keep it. */
	immutable?: boolean;
}

interface Range {
	/** First and last byte, both included. */
	from: number;
	to: number;
}

/** Throws `not_found` when the file is not there any more. A range outside the file answers 416 (RFC 9110, 14). */
export async function fileResponse(path: string, request: Request, options: FileOptions): Promise<Response> {
	const size = await sizeOf(path, options.name);
	const headers = {
		'content-type': options.type,
		'cache-control': options.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache',
		'accept-ranges': 'bytes',
		'x-content-type-options': 'nosniff'
	};
	const range = rangeOf(request.headers.get('range'), size);
	if (range === 'outside')
		return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
	const { from, to } = range ?? { from: 0, to: size - 1 };
	const part = range !== null && { 'content-range': `bytes ${from}-${to}/${size}` };
	return new Response(size === 0 ? null : bodyOf(path, { from, to }), {
		status: range === null ? 200 : 206,
		headers: { ...headers, ...part, 'content-length': String(to - from + 1) }
	});
}

async function sizeOf(path: string, name: string): Promise<number> {
	try {
		return (await stat(path)).size;
	} catch {
		throw new AppError('not_found', `${name} is not there any more: its file was removed.`);
	}
}

function bodyOf(path: string, { from, to }: Range): ReadableStream<Uint8Array> {
	return Readable.toWeb(createReadStream(path, { start: from, end: to })) as ReadableStream<Uint8Array>;
}

/** One range as players ask for it; null, the whole file, for none and for what is no single range of bytes. */
export function rangeOf(header: string | null, size: number): Range | 'outside' | null {
	const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
	if (first === '' && last === '') return null;
	// "-500": the last 500 bytes.
	const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
	const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
	if (first === '' && Number(last) === 0) return 'outside';
	return from > to || from >= size ? 'outside' : { from, to };
}
