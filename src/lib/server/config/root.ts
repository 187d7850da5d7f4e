// Where the product is installed, found from this file: the same from src/ and from the build.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StartupError } from '../base/startup-error.ts';

/** The nearest folder above whose package.json is ours, and its version. */
export function projectRoot(from = import.meta.dirname): { dir: string; version: string } {
	for (let dir = from; ; dir = dirname(dir)) {
		const found = readPackage(join(dir, 'package.json'));
		if (found?.name === 'vector-flow') return { dir, version: found.version };
		if (dir === dirname(dir)) {
			throw new StartupError(
				`No vector-flow package.json above ${from}: keep src/, build/ and package.json together.`
			);
		}
	}
}

function readPackage(file: string): { name: string; version: string } | null {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };
	} catch {
		return null;
	}
}
