// One server per DATA_DIR: a file with the holder's process number and start, so that a dead holder's is taken over.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { StartupError } from '../base/startup-error.ts';

interface Holder {
	pid: number;
	/** When that process started, in the system's own form: process numbers are used again. */
	started: string;
	host: string;
}

/** Takes the lock; the answer gives it back. Throws StartupError while another server has it. */
export function lockDataDir(dataDir: string): () => void {
	mkdirSync(dataDir, { recursive: true, mode: 0o711 });
	const file = join(dataDir, 'server.lock');
	const self: Holder = { pid: process.pid, started: startOf(process.pid) ?? '', host: hostname() };
	for (let attempt = 0; attempt < 5; attempt++) {
		if (create(file, self)) return () => release(file);
		const holder = readHolder(file);
		if (holder && isAlive(holder)) throw inUse(dataDir, holder);
		setAside(file, holder);
	}
	throw new StartupError(
		`${file} keeps changing: other servers start on ${dataDir} at this moment. Use one DATA_DIR each.`
	);
}

/** Written aside and linked into place: whoever finds the file finds it whole. */
function create(file: string, self: Holder): boolean {
	const draft = `${file}.${process.pid}`;
	try {
		writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
		linkSync(draft, file);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
		throw new StartupError(
			`${file} cannot be written: ${(error as Error).message}. Make the folder writable, or set DATA_DIR.`
		);
	} finally {
		rmSync(draft, { force: true });
	}
}

/** Removes a dead holder's file; puts it back if another server took it over in between. */
function setAside(file: string, dead: Holder | null): void {
	const aside = `${file}.${process.pid}.old`;
	try {
		renameSync(file, aside);
		if (!isDeepStrictEqual(readHolder(aside), dead)) linkSync(aside, file);
	} catch {
		// Somebody was quicker; the next attempt sees who.
	} finally {
		rmSync(aside, { force: true });
	}
}

function release(file: string): void {
	if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
}

function readHolder(file: string): Holder | null {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Holder;
	} catch {
		return null;
	}
}

/** A holder on another host (a shared folder, another container) cannot be looked at; its lock is believed stale. */
function isAlive({ pid, started, host }: Holder): boolean {
	return host === hostname() && pid !== process.pid && startOf(pid) === started;
}

function startOf(pid: number): string | null {
	try {
		if (process.platform !== 'linux')
			return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// After the name, which may hold anything, in brackets: field 3 is the state, field 22 the start in clock ticks.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return fields[0] === 'Z' ? null : (fields[19] ?? null);
	} catch {
		return null;
	}
}

function inUse(dataDir: string, holder: Holder): StartupError {
	return new StartupError(
		`Another Vector Flow server (process ${holder.pid}) works on ${dataDir}. Stop it, or give this one a DATA_DIR of its own.`
	);
}
