// What a killed server leaves behind: a PostgreSQL still running, or its pid file.
import { readFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ends the PostgreSQL that still runs on this data folder, if any, and removes a pid file that names nobody.
 * Only the holder of DATA_DIR's lock may call this: nobody else's database is on these files.
 */
export async function clearStalePostgres(
	dataFolder: string
): Promise<'none' | 'stopped' | 'removed-pid-file'> {
	const pidFile = join(dataFolder, 'postmaster.pid');
	const pid = readPid(pidFile);
	if (pid === null) return 'none';
	if (runsOn(pid, dataFolder)) {
		await stopProcess(pid);
		return 'stopped';
	}
	// PostgreSQL would refuse to start where another process got the old number since.
	rmSync(pidFile, { force: true });
	return 'removed-pid-file';
}

/** Fast shutdown, then immediate, then none: at most about 8 s. */
export async function stopProcess(pid: number): Promise<void> {
	for (const [name, ms] of [
		['SIGINT', 4000],
		['SIGQUIT', 2000],
		['SIGKILL', 2000]
	] as const) {
		if (!signal(pid, name) || (await gone(pid, ms))) return;
	}
}

function readPid(file: string): number | null {
	try {
		const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
		return Number.isInteger(pid) && pid > 1 ? pid : null;
	} catch {
		return null;
	}
}

/** Whether that process is a postgres started on this very folder. */
function runsOn(pid: number, dataFolder: string): boolean {
	const words = commandLine(pid);
	return words.includes(dataFolder) && /postgres/.test(words);
}

function commandLine(pid: number): string {
	try {
		if (process.platform === 'linux')
			return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
		return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
	} catch {
		return '';
	}
}

async function gone(pid: number, ms: number): Promise<boolean> {
	const deadline = Date.now() + ms;
	while (Date.now() < deadline) {
		if (!signal(pid, 0)) return true;
		await sleep(20);
	}
	return !signal(pid, 0);
}

/** False when there is no such process. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
	try {
		process.kill(pid, name);
		return true;
	} catch {
		return false;
	}
}
