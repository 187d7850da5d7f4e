// Under which user PostgreSQL runs. It refuses to run as root, so for root this finds a way around that:
//
//   1. a user namespace     effective uid is not 0 inside, files keep root as their owner outside
//   2. setpriv              another user that keeps the right to pass through root's folders
//   3. another user, plain  where every folder on the way is open to it
//
// Each way is tried with a small command first; the first that works is taken.
import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	lchownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { StartupError } from '../../base/startup-error.ts';

export interface Launcher {
	/** For the log: "as user postgres". */
	readonly description: string;
	/** Who must own the database's files, as seen from outside. */
	readonly uid: number;
	readonly gid: number;
	/** The command line that runs a program this way, and how to spawn it. */
	wrap(program: string, args: string[]): { file: string; args: string[]; uid?: number; gid?: number };
}

interface Account {
	name: string;
	uid: number;
	gid: number;
}

/**
 * The way to run `program` on files in `folder`, which is made if missing.
 * Throws StartupError with what to do where no way works.
 */
export function chooseLauncher(program: string, folder: string): Launcher {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const uid = process.geteuid?.() ?? -1;
	if (uid !== 0 && hasName()) return asOneself(uid);
	const launcher = candidates(uid, readAccounts()).find((candidate) => works(candidate, program, folder));
	if (launcher) return launcher;
	throw new StartupError(noWay(uid, folder));
}

/** Hands a database's files to the launcher's user; quick when it has them already. */
export function takeOwnership(folder: string, launcher: Launcher): void {
	if (process.geteuid?.() !== 0 || !existsSync(folder) || statSync(folder).uid === launcher.uid) return;
	for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
		lchownSync(join(entry.parentPath, entry.name), launcher.uid, launcher.gid);
	}
	// Last: an interrupted change is found and finished at the next start.
	chownSync(folder, launcher.uid, launcher.gid);
}

function asOneself(uid: number): Launcher {
	return {
		description: 'as the same user',
		uid,
		gid: process.getegid?.() ?? -1,
		wrap: (file, args) => ({ file, args })
	};
}

export function candidates(uid: number, accounts: Account[]): Launcher[] {
	const others = ['postgres', 'nobody', 'daemon']
		.map((name) => accounts.find((account) => account.name === name && account.uid !== 0))
		.filter((account) => account !== undefined);
	const namespaces = others.slice(0, 1).map((account) => inUserNamespace(account, uid));
	if (uid !== 0) return namespaces;
	return [...namespaces, ...others.map(withSetpriv), ...others.map(asOther)];
}

/** initdb asks the name of its user, so the namespace maps to one that /etc/passwd knows. */
function inUserNamespace(account: Account, uid: number): Launcher {
	const options = ['--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--'];
	return {
		description: `in a user namespace, as ${account.name}`,
		uid,
		gid: process.getegid?.() ?? 0,
		wrap: (program, args) => ({ file: 'unshare', args: [...options, program, ...args] })
	};
}

/** The one right it keeps is to pass through folders closed to it, no more than the server itself has. */
function withSetpriv(account: Account): Launcher {
	const options = [
		`--reuid=${account.uid}`,
		`--regid=${account.gid}`,
		'--clear-groups',
		'--inh-caps=+dac_override',
		'--ambient-caps=+dac_override',
		'--'
	];
	return {
		description: `as ${account.name}, through setpriv`,
		uid: account.uid,
		gid: account.gid,
		wrap: (program, args) => ({ file: 'setpriv', args: [...options, program, ...args] })
	};
}

function asOther(account: Account): Launcher {
	const { uid, gid } = account;
	return { description: `as ${account.name}`, uid, gid, wrap: (file, args) => ({ file, args, uid, gid }) };
}

/** True when a shell run this way is not root, may run the program and may write where the database will be. */
export function works(launcher: Launcher, program: string, folder: string): boolean {
	const probe = mkdtempSync(join(folder, 'probe-'));
	try {
		for (const dir of [folder, probe]) chownSync(dir, launcher.uid, launcher.gid);
		const test = '[ "$(id -u)" -ne 0 ] && [ -x "$0" ] && : > "$1/file"';
		const { file, args, uid, gid } = launcher.wrap('/bin/sh', ['-c', test, program, probe]);
		return spawnSync(file, args, { uid, gid, timeout: 5000, stdio: 'ignore' }).status === 0;
	} catch {
		return false;
	} finally {
		rmSync(probe, { recursive: true, force: true });
	}
}

function noWay(uid: number, folder: string): string {
	if (uid !== 0) {
		return `PostgreSQL needs a user with a name, and uid ${uid} has none. Add it to /etc/passwd, run the server as another user, or set DATABASE_URL.`;
	}
	return (
		'PostgreSQL refuses to run as root, and this machine allows none of the ways around that (a user namespace, setpriv, another user). ' +
		`Run the server as an ordinary user that owns ${dirname(folder)}, or set DATABASE_URL to an external PostgreSQL.`
	);
}

/** initdb and postgres look their user up, wherever the system keeps its users. */
function hasName(): boolean {
	try {
		return userInfo().username !== '';
	} catch {
		return false;
	}
}

/** Empty on systems that keep their users elsewhere. */
export function readAccounts(): Account[] {
	try {
		return readFileSync('/etc/passwd', 'utf8').split('\n').flatMap(parseAccount);
	} catch {
		return [];
	}
}

function parseAccount(line: string): Account[] {
	const [name, , uid, gid] = line.split(':');
	if (!name || !uid || !gid) return [];
	return [{ name, uid: Number(uid), gid: Number(gid) }];
}

/** A folder that its owner alone may enter. */
export function makePrivate(folder: string, launcher: Launcher): void {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	if (process.geteuid?.() === 0) chownSync(folder, launcher.uid, launcher.gid);
	chmodSync(folder, 0o700);
}
