// The secrets kept in DATA_DIR: made once, readable by the server's user alone.
import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../base/startup-error.ts';

const OLD_KEY = 'Put the old one back; without it stored camera passwords cannot be read.';

/** The key in `file`, 64 hex characters; made with mode 0600 where there is none. `remedy` is for one that is damaged. */
export function readOrCreateSecret(file: string, remedy = OLD_KEY): string {
	try {
		// Passable, not listable: the embedded database may run as another user.
		mkdirSync(dirname(file), { recursive: true, mode: 0o711 });
		return read(file, remedy) ?? create(file, remedy);
	} catch (error) {
		if (error instanceof StartupError) throw error;
		throw new StartupError(
			`The secret key ${file} could not be read or written: ${(error as Error).message}. Make the folder writable, or set DATA_DIR.`,
			{ cause: error }
		);
	}
}

function read(file: string, remedy: string): string | null {
	let key: string;
	try {
		key = readFileSync(file, 'utf8').trim();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
		throw error;
	}
	if (key.length < 32) {
		throw new StartupError(`The secret key ${file} is damaged. ${remedy}`);
	}
	chmodSync(file, 0o600);
	return key;
}

/** Written aside and linked into place: of two servers starting at once, both read the same key. */
function create(file: string, remedy: string): string {
	const draft = `${file}.${process.pid}`;
	writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
	try {
		linkSync(draft, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	} finally {
		rmSync(draft, { force: true });
	}
	return read(file, remedy) ?? '';
}
