// The files of alerts, under DATA_DIR/alerts: written whole or not at all, and what went wrong in words.
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where files are kept that other instances read too, by their paths under DATA_DIR. */
export interface AlertFiles {
	/** Offers a file that lies here to the others. */
	publish(path: string): void;
	/** Absolute path of the file, fetched where it is not here. Throws `not_found`, saying why; `keptBy` names who wrote it. */
	ensure(path: string, options?: { keptBy?: () => Promise<string | null> }): Promise<string>;
	/** Here and where the others find it. */
	remove(path: string): Promise<void>;
}

/** Under DATA_DIR. */
export const filePath = (media: string) => `alerts/${media}`;
export const mediaOf = (path: string) => path.replace(/^alerts\//, '');

/** `2026-11/<id>.jpg`, relative to the folder of alerts. */
export function mediaPath(startsAt: string, id: string, extension: 'jpg' | 'mp4'): string {
	return `${startsAt.slice(0, 7)}/${id}.${extension}`;
}

/** Fills the file at `path` through one beside it, so that nobody ever reads half of it. Throws what the system says. */
export async function writeWhole(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	const temporary = join(dirname(path), `.${randomUUID()}.part`);
	try {
		await fill(temporary);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true }).catch(() => {});
		throw error;
	}
}

export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
	await writeWhole(path, (temporary) => writeFile(temporary, bytes, { mode: 0o600 }));
}

const REASONS: Record<string, string> = {
	ENOSPC: 'The disk is full. Free some space, or shorten how long things are kept, under Settings.',
	EDQUOT: "The disk quota of the server's user is used up.",
	EACCES: 'The server may not write to its data folder.',
	EPERM: 'The server may not write to its data folder.',
	EROFS: 'The data folder is on a disk that is mounted read-only.',
	ENOTDIR: 'A file stands where a folder of the data folder should be.',
	EIO: 'The disk reported an error.'
};

/** Why a file could not be written, for people; paths stay out of it. */
export function storageProblem(error: unknown): string {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	return REASONS[code] ?? `It could not be stored${code ? ` (${code})` : ''}.`;
}
