// A PostgreSQL of a bench's own, as an external one stands: reached over TCP, durable as delivered, gone with the bench.
import { execFile, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connect, type Client } from '#lib/server/db/client.ts';
import { findPostgres } from '#lib/server/db/embedded/binaries.ts';
import { chooseLauncher, makePrivate, takeOwnership } from '#lib/server/db/embedded/launcher.ts';
import { stopProcess } from '#lib/server/db/embedded/stale.ts';

const OWNER = 'vectorflow';
const READY_WITHIN_MS = 30_000;

export interface BenchPostgres {
	/** Of its main process. */
	readonly pid: number;
	/** postgres:// as this user, over that address of this machine. */
	url(user?: string, host?: string): string;
	/** A pool of one connection as the owner. */
	open(): Client;
	stop(): Promise<void>;
}

export interface BenchPostgresOptions {
	maxConnections: number;
	/** Further settings, as postgresql.conf has them. */
	settings?: Record<string, string>;
}

/** Everybody who reaches it is let in: it holds nothing but the bench's own rows. */
export async function startPostgres(options: BenchPostgresOptions): Promise<BenchPostgres> {
	const folder = mkdtempSync(join(tmpdir(), 'vf-bench-pg-'));
	const { postgres, initdb } = findPostgres();
	const launcher = chooseLauncher(postgres, folder);
	const data = join(folder, 'data');
	makePrivate(folder, launcher);
	const made = launcher.wrap(initdb, [`--pgdata=${data}`, `--username=${OWNER}`, ...INITDB]);
	await promisify(execFile)(made.file, made.args, identity(made));
	takeOwnership(data, launcher);
	appendFileSync(join(data, 'pg_hba.conf'), 'host all all 0.0.0.0/0 trust\n');
	const port = await freePort();
	const settings = {
		listen_addresses: '*',
		port: String(port),
		unix_socket_directories: '',
		max_connections: String(options.maxConnections),
		...options.settings
	};
	const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
	const { file, args, ...as } = launcher.wrap(postgres, ['-D', data, ...flags]);
	const child = spawn(file, args, { ...identity(as), detached: true, stdio: 'ignore' });
	const pid = child.pid as number;
	const end = () => child.kill('SIGQUIT');
	process.once('exit', end);
	const url = (user = OWNER, host = '127.0.0.1') => `postgres://${user}@${host}:${port}/postgres`;
	await untilReady(url());
	return {
		pid,
		url,
		open: () => connect(url(), { max: 1, unlimited: true }),
		async stop() {
			process.off('exit', end);
			await stopProcess(pid);
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

const INITDB = [
	'--auth=trust',
	'--encoding=UTF8',
	'--locale=C',
	'--locale-provider=builtin',
	'--builtin-locale=C.UTF-8',
	'--no-instructions',
	'--no-sync'
];

function identity({ uid, gid }: { uid?: number; gid?: number }) {
	return { env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' }, uid, gid };
}

async function untilReady(url: string): Promise<void> {
	const deadline = Date.now() + READY_WITHIN_MS;
	for (;;) {
		const { sql, close } = connect(url, { max: 1 });
		try {
			await sql`select 1`;
			return;
		} catch (error) {
			if (Date.now() > deadline)
				throw new Error('the bench’s PostgreSQL does not take connections', { cause: error });
			await sleep(100);
		} finally {
			await close(0);
		}
	}
}

function freePort(): Promise<number> {
	const { promise, resolve } = Promise.withResolvers<number>();
	const server = createServer().listen(0, '127.0.0.1', () => {
		const { port } = server.address() as { port: number };
		server.close(() => resolve(port));
	});
	return promise;
}
