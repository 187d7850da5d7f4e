// What an instance gives away of its files: one part at a time, to whoever asks over the bus, and nothing outside its folders.
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { mostBytes } from './rules.ts';

/** Of the file; base64 makes a third more of it, and the bus carries 1 MiB. */
export const PART_BYTES = 256 * 1024;

export interface Part {
	/** Base64. */
	part: string;
	/** Of the whole file, bytes. */
	size: number;
}

/** A part of the first of these folders' files at the path; undefined where there is none, or what is asked for is no file of ours. */
export async function readPart(
	folders: readonly string[],
	asked: { path: unknown; offset: unknown }
): Promise<Part | undefined> {
	const { path, offset } = asked;
	if (typeof path !== 'string' || mostBytes(path) === null) return undefined;
	if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return undefined;
	for (const folder of folders) {
		const part = await partOf(folder, path, offset).catch(() => undefined);
		if (part) return part;
	}
	return undefined;
}

async function partOf(folder: string, path: string, offset: number): Promise<Part | undefined> {
	const shared = await realpath(join(folder, path.split('/', 1)[0]!));
	const real = await realpath(join(folder, path));
	// A link inside the folder leads nowhere else.
	if (!real.startsWith(shared + sep)) return undefined;
	const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const stats = await file.stat();
		if (!stats.isFile() || offset > stats.size) return undefined;
		const { buffer, bytesRead } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES, offset);
		return { part: buffer.toString('base64', 0, bytesRead), size: stats.size };
	} finally {
		await file.close();
	}
}
