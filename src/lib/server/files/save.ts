// Writing a file that comes from elsewhere: whole and as expected, or not at all.
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../base/errors.ts';

/** What is known of a file by whoever asks for it. */
export interface Expected {
	sizeBytes: number;
	/** In hexadecimal. */
	sha256: string;
}

/** Of the disk here: asking somebody else would not help. */
export class StorageError extends AppError {}

const LIMIT_MS = 10 * 60_000;

/** Throws StorageError when the disk does not take it, AppError when it is not what was expected, and what the source throws. */
export async function save(
	source: AsyncIterable<Uint8Array>,
	target: string,
	maxBytes: number,
	expected: Expected | null
): Promise<void> {
	const temporary = join(dirname(target), `.${randomUUID()}.part`);
	const hash = createHash('sha256');
	let size = 0;
	const measured = new Transform({
		transform(chunk: Uint8Array, _encoding, done) {
			size += chunk.length;
			if (size > maxBytes) return done(tooLarge(maxBytes));
			hash.update(chunk);
			done(null, chunk);
		}
	});
	try {
		await mkdir(dirname(target), { recursive: true, mode: 0o700 });
		const file = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true });
		await pipeline(source, measured, file, { signal: AbortSignal.timeout(LIMIT_MS) });
		if (expected && (size !== expected.sizeBytes || hash.digest('hex') !== expected.sha256)) throw damaged();
		await rename(temporary, target);
	} catch (error) {
		await rm(temporary, { force: true }).catch(() => {});
		throw translated(error);
	}
}

function translated(error: unknown): unknown {
	const { code, syscall } = error as NodeJS.ErrnoException;
	if (code === 'ENOSPC' || code === 'EDQUOT')
		return new StorageError(
			'storage_full',
			'The disk of this instance is full, so the file could not be fetched. Free space under DATA_DIR, then try again.',
			{ cause: error }
		);
	if (code !== undefined && syscall !== undefined)
		return new StorageError(
			'unavailable',
			`The file could not be stored under this instance's DATA_DIR (${code}).`,
			{ cause: error }
		);
	return error;
}

function tooLarge(maxBytes: number): AppError {
	return new AppError(
		'payload_too_large',
		`It has more than the ${maxBytes / 2 ** 20} MiB such a file may have.`
	);
}

function damaged(): AppError {
	return new AppError('unavailable', 'It came damaged: its size or its checksum is not what was stored.');
}
