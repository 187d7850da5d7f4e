// Which ffmpeg to use: the one named, the one npm brought, the one on PATH.
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join, resolve, sep } from 'node:path';

/** Absolute path of a runnable ffmpeg, or null. A named one that is not there is null too: no silent substitute. */
export function findFfmpeg(named: string | undefined, searchPath = process.env.PATH ?? ''): string | null {
	if (named !== undefined) return namedFfmpeg(named, searchPath);
	const bundled = bundledFfmpeg();
	if (bundled && isRunnable(bundled)) return bundled;
	return findOnPath('ffmpeg', searchPath);
}

function namedFfmpeg(named: string, searchPath: string): string | null {
	if (!named.includes(sep)) return findOnPath(named, searchPath);
	return isRunnable(named) ? resolve(named) : null;
}

/** Absolute path of a program on PATH, or null. */
export function findOnPath(program: string, searchPath = process.env.PATH ?? ''): string | null {
	const candidates = searchPath
		.split(delimiter)
		.filter((dir) => dir !== '')
		.map((dir) => join(dir, program));
	return candidates.find(isRunnable) ?? null;
}

/** ffmpeg-static is optional, and its binary is there only where its download was allowed. */
function bundledFfmpeg(): string | null {
	try {
		return createRequire(import.meta.url)('ffmpeg-static') as string | null;
	} catch {
		return null;
	}
}

function isRunnable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}
