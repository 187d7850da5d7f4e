// Receiving a file: streamed to disk, bounded and hashed on the way, and nothing left behind when it fails.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../base/errors.ts';

export interface Received {
	sizeBytes: number;
	/** In hexadecimal. */
	sha256: string;
}

const PART = '.part';
/** An unfinished file of this age belongs to a server that died. */
const LEFT_AFTER_MS = 60 * 60 * 1000;

/** A name for an unfinished file. */
export function partName(id: string): string {
	return id + PART;
}

/**
 * Writes the bytes to `file`, which must not exist (unless `flags` says so). Throws `payload_too_large`, `storage_full`, or `invalid_input` for an
 * empty body and one that breaks off; then the file is gone.
 */
export async function receive(
	body: ReadableStream<Uint8Array> | null,
	file: string,
	maxBytes: number,
	flags: 'wx' | 'w' = 'wx'
): Promise<Received> {
	const hash = createHash('sha256');
	let sizeBytes = 0;
	const measured = new Transform({
		transform(chunk: Uint8Array, _encoding, done) {
			sizeBytes += chunk.length;
			if (sizeBytes > maxBytes) return done(tooLarge(maxBytes));
			hash.update(chunk);
			done(null, chunk);
		}
	});
	try {
		if (!body) throw empty();
		const target = createWriteStream(file, { flags, mode: 0o600, flush: true });
		await pipeline(chunksOf(body), measured, target);
		if (sizeBytes === 0) throw empty();
	} catch (error) {
		await rm(file, { force: true });
		throw uploadProblem(error);
	}
	return { sizeBytes, sha256: hash.digest('hex') };
}

/** Never cancels what it leaves unread: that would cut the connection before the sender hears what was wrong. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
	const reader = body.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return;
		yield value;
	}
}

/** Makes the folder and removes what a server that died left unfinished in it. */
export async function prepareFolder(dir: string): Promise<void> {
	await mkdir(dir, { recursive: true });
	for (const name of await readdir(dir)) {
		if (!name.endsWith(PART)) continue;
		const file = join(dir, name);
		const { mtimeMs } = await stat(file);
		if (Date.now() - mtimeMs > LEFT_AFTER_MS) await rm(file, { force: true });
	}
}

function uploadProblem(error: unknown): unknown {
	if (error instanceof AppError) return error;
	const { code, syscall } = error as NodeJS.ErrnoException;
	if (code === 'ENOSPC' || code === 'EDQUOT')
		return new AppError(
			'storage_full',
			'The disk is full, so the model was not stored. Free space under DATA_DIR, then upload it again.',
			{ cause: error }
		);
	// A file that cannot be written is this server's fault; anything else is the body's.
	if (syscall === 'open' || syscall === 'write' || syscall === 'fsync') return error;
	return new AppError('invalid_input', 'The upload broke off before its end. Send the file again.', {
		cause: error
	});
}

function tooLarge(maxBytes: number): AppError {
	return new AppError(
		'payload_too_large',
		`A model may have at most ${Math.floor(maxBytes / 2 ** 20)} MiB; this one is larger.`
	);
}

function empty(): AppError {
	return new AppError(
		'invalid_input',
		'The body is empty. Send the ONNX file itself as the body, with content-type application/octet-stream.'
	);
}
