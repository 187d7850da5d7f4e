// The embedded PostgreSQL: made once, started beside the server, restarted when it dies, stopped last.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from '../../base/log.ts';
import { StartupError } from '../../base/startup-error.ts';
import { findPostgres, type PostgresBinaries } from './binaries.ts';
import { chooseLauncher, makePrivate, takeOwnership, type Launcher } from './launcher.ts';
import { clearStalePostgres, signal, stopProcess } from './stale.ts';

const SUPERUSER = 'vectorflow';
const MAJOR_VERSION = '18';
const START_TIMEOUT_MS = 60_000;
const RESTART_DELAYS_MS = [200, 1000, 3000, 10_000];
/** A socket's path has 107 bytes; longer ones cannot be bound. */
const MAX_SOCKET_PATH = 100;

export interface Cluster {
	/** Where clients connect: the folder of the Unix socket. It is open to the server's user alone, so no password is asked. */
	readonly connection: { host: string; port: number; database: string; username: string };
	readonly pid: () => number | null;
	stop(): Promise<void>;
}

export interface ClusterOptions {
	/** Folder of this cluster alone: data and socket are made in it. */
	folder: string;
	log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
	/** For tests: trades safety against a power cut for speed. */
	throwaway?: boolean;
}

/** Starts PostgreSQL on `folder`, making the database first where there is none. Throws StartupError. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
	const binaries = findPostgres();
	const launcher = chooseLauncher(binaries.postgres, options.folder);
	const data = join(options.folder, 'data');
	const socket = socketFolder(options.folder);
	await clearLeftovers(data, options);
	takeOwnership(data, launcher);
	makePrivate(options.folder, launcher);
	// Made anew: under /tmp somebody else could have put a link there.
	rmSync(socket, { recursive: true, force: true });
	makePrivate(socket, launcher);
	if (!existsSync(data)) await initialise(binaries, launcher, data, options);
	checkVersion(data);
	const supervisor = superviseCluster(binaries, launcher, { data, socket, ...options });
	await supervisor.start();
	options.log.info({ pid: supervisor.pid(), user: launcher.description }, 'embedded PostgreSQL is running');
	return {
		connection: { host: socket, port: 5432, database: 'postgres', username: SUPERUSER },
		pid: supervisor.pid,
		stop: supervisor.stop
	};
}

async function clearLeftovers(data: string, { log }: ClusterOptions): Promise<void> {
	const outcome = await clearStalePostgres(data);
	if (outcome !== 'none') log.warn({ outcome }, 'the last server did not end its PostgreSQL; done now');
}

/** Made aside and renamed, so that an interrupted first start leaves nothing half made. */
async function initialise(
	binaries: PostgresBinaries,
	launcher: Launcher,
	data: string,
	options: ClusterOptions
) {
	const draft = `${data}.new`;
	rmSync(draft, { recursive: true, force: true });
	const { file, args, ...as } = launcher.wrap(binaries.initdb, [
		`--pgdata=${draft}`,
		`--username=${SUPERUSER}`,
		'--auth=trust',
		'--encoding=UTF8',
		'--locale=C',
		'--locale-provider=builtin',
		'--builtin-locale=C.UTF-8',
		'--no-instructions',
		...(options.throwaway ? ['--no-sync'] : [])
	]);
	try {
		await promisify(execFile)(file, args, { ...as, env: environment(), timeout: START_TIMEOUT_MS });
	} catch (error) {
		const said = String((error as { stderr?: string }).stderr ?? (error as Error).message);
		throw new StartupError(`The embedded database could not be made in ${data}: ${lastLines(said)}`, {
			cause: error
		});
	}
	renameSync(draft, data);
}

function checkVersion(data: string): void {
	const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
	if (version === MAJOR_VERSION) return;
	throw new StartupError(
		`The database in ${data} was made by PostgreSQL ${version}; this version runs ${MAJOR_VERSION}. ` +
			'Dump it with the old version and restore it, or start with another DATA_DIR.'
	);
}

interface Supervised extends ClusterOptions {
	data: string;
	socket: string;
}

/** Runs one postgres process and, once it has been up, brings it back whenever it ends by itself. */
function superviseCluster(binaries: PostgresBinaries, launcher: Launcher, options: Supervised) {
	let child: ChildProcess | null = null;
	let stopping = false;
	let failures = 0;
	let restart: Promise<void> | null = null;

	// A server that ends without stopping, by a crash or a second signal, takes its database along.
	const endTogether = () => {
		if (child?.pid !== undefined) signal(child.pid, 'SIGINT');
	};
	process.once('exit', endTogether);

	async function start(): Promise<void> {
		child = await startPostgres(binaries, launcher, options);
		child.once('exit', (code, by) => onExit(code, by));
		if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
	}

	function onExit(code: number | null, by: string | null): void {
		child = null;
		if (stopping || restart) return;
		options.log.error({ code, signal: by }, 'embedded PostgreSQL ended; starting it again');
		restart = startAgain().finally(() => (restart = null));
	}

	async function startAgain(): Promise<void> {
		while (!stopping) {
			await sleep(RESTART_DELAYS_MS[Math.min(failures, RESTART_DELAYS_MS.length - 1)]);
			if (stopping) return;
			try {
				await clearStalePostgres(options.data);
				await start();
				failures = 0;
				options.log.info({ pid: child?.pid }, 'embedded PostgreSQL is back');
				return;
			} catch (error) {
				failures++;
				options.log.error({ err: error }, 'embedded PostgreSQL does not start');
			}
		}
	}

	async function stop(): Promise<void> {
		stopping = true;
		process.off('exit', endTogether);
		await restart;
		if (child?.pid !== undefined) await stopProcess(child.pid);
		rmSync(options.socket, { recursive: true, force: true });
	}

	return { start, stop, pid: () => child?.pid ?? null };
}

/** Resolves once PostgreSQL takes connections. */
async function startPostgres(binaries: PostgresBinaries, launcher: Launcher, options: Supervised) {
	const { file, args, ...as } = launcher.wrap(binaries.postgres, ['-D', options.data, ...settings(options)]);
	// Detached: Ctrl-C reaches the server's process group, and the server ends the database last.
	const child = spawn(file, args, {
		...as,
		env: environment(),
		detached: true,
		stdio: ['ignore', 'ignore', 'pipe']
	});
	await untilReady(child, options);
	return child;
}

function untilReady(child: ChildProcess, { log, data }: Supervised): Promise<void> {
	return new Promise((resolve, reject) => {
		let said = '';
		let ready = false;
		const timer = setTimeout(() => {
			if (child.pid !== undefined) void stopProcess(child.pid);
			fail(`it was not ready within ${START_TIMEOUT_MS / 1000} s`);
		}, START_TIMEOUT_MS);
		const fail = (reason: string) => {
			clearTimeout(timer);
			reject(new StartupError(`The embedded database in ${data} does not start: ${reason}`));
		};
		child.on('error', (error) => fail(error.message));
		child.on('exit', () => ready || fail(lastLines(said) || 'it ended at once'));
		child.stderr?.setEncoding('utf8').on('data', (text: string) => {
			log.debug({ postgres: text.trimEnd() }, 'postgres');
			if (ready) return;
			said = (said + text).slice(-4000);
			ready = said.includes('ready to accept connections');
			if (!ready) return;
			clearTimeout(timer);
			resolve();
		});
	});
}

function settings({ socket, throwaway }: Supervised): string[] {
	const values: Record<string, string> = {
		listen_addresses: '',
		unix_socket_directories: socket,
		unix_socket_permissions: '0700',
		max_connections: '60',
		shared_buffers: '64MB',
		max_wal_size: '512MB',
		wal_level: 'minimal',
		max_wal_senders: '0',
		log_min_messages: 'warning',
		...(throwaway && {
			fsync: 'off',
			synchronous_commit: 'off',
			full_page_writes: 'off',
			shared_buffers: '16MB'
		})
	};
	return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Nothing of the server's own environment: it holds secrets. */
function environment(): NodeJS.ProcessEnv {
	return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

function socketFolder(folder: string): string {
	const inside = join(folder, 'run');
	if (`${inside}/.s.PGSQL.5432`.length <= MAX_SOCKET_PATH) return inside;
	return join(tmpdir(), `vector-flow-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
}

function lastLines(text: string): string {
	return text.trim().split('\n').slice(-3).join(' ').slice(-400);
}
