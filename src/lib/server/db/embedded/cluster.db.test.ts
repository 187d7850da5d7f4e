// The embedded PostgreSQL through what happens to it: made, killed, left behind, run by root and by others.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isDatabaseOutage } from '../../base/outage.ts';
import { connect } from '../client.ts';
import { findPostgres } from './binaries.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { candidates, chooseLauncher, readAccounts, works } from './launcher.ts';

const log = pino({ level: 'silent' });
const isRoot = process.geteuid?.() === 0;

let folder: string;
let running: Cluster[];

beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), 'vf-cluster-')), 'postgres');
	running = [];
});
afterEach(async () => {
	for (const cluster of running) await cluster.stop();
	rmSync(join(folder, '..'), { recursive: true, force: true });
});

async function start({ throwaway = true } = {}): Promise<Cluster> {
	const cluster = await startCluster({ folder, log, throwaway });
	running.push(cluster);
	return cluster;
}

async function ask(cluster: Cluster, statement: string): Promise<unknown[]> {
	const client = connect(cluster.connection, { max: 1 });
	try {
		return await client.sql.unsafe(statement);
	} finally {
		await client.close(1);
	}
}

async function until(what: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
	const deadline = Date.now() + ms;
	while (!(await what())) {
		if (Date.now() > deadline) throw new Error(`still not so after ${ms} ms: ${what}`);
		await sleep(50);
	}
}

const isAlive = (pid: number | null) => pid !== null && spawnSync('kill', ['-0', String(pid)]).status === 0;
const answers = (cluster: Cluster) =>
	ask(cluster, 'select 1').then(
		() => true,
		() => false
	);

/** The process number of a PostgreSQL whose server got SIGKILL. */
async function startInKilledProcess(): Promise<number> {
	const script = `${STARTER} console.log('pid=' + cluster.pid()); setInterval(() => {}, 1000);`;
	const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const said = await new Promise<string>((resolve) => {
		let text = '';
		child.stdout.on('data', (data) => /pid=\d+\n/.test((text += data)) && resolve(text));
	});
	child.kill('SIGKILL');
	await once(child, 'exit');
	return Number(/pid=(\d+)/.exec(said)?.[1]);
}

/** Starts a cluster on the folder of its first argument and says how it runs. */
const STARTER = `
	const { startCluster } = await import(${JSON.stringify(join(import.meta.dirname, 'cluster.ts'))});
	const log = { debug() {}, info(fields) { console.log(fields.user); }, warn() {}, error() {} };
	const cluster = await startCluster({ folder: process.argv[1], log, throwaway: true });`;

describe('the embedded PostgreSQL', () => {
	it('keeps what was written from one start to the next, and ends when it is stopped', async () => {
		const first = await start();
		const pid = first.pid();
		await ask(first, 'create table kept (n int); insert into kept values (42)');
		await first.stop();
		expect(isAlive(pid)).toBe(false);
		expect(await ask(await start(), 'select n from kept')).toEqual([{ n: 42 }]);
	});

	it('is open to its own user alone, on no network', async () => {
		const cluster = await start();
		expect(statSync(cluster.connection.host).mode & 0o777).toBe(0o700);
		expect(statSync(folder).mode & 0o777).toBe(0o700);
		expect(await ask(cluster, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
	});

	it('does not know the secrets of the server’s environment', async () => {
		process.env.VF_TEST_SECRET = 'hunter2';
		const cluster = await start();
		delete process.env.VF_TEST_SECRET;
		expect(readFileSync(`/proc/${cluster.pid()}/environ`, 'utf8')).not.toContain('hunter2');
	});

	it('comes back by itself after a crash, and queries in between say that it is away', async () => {
		const cluster = await start({ throwaway: false });
		const pid = cluster.pid() ?? 0;
		await ask(cluster, 'create table kept (n int)');
		process.kill(pid, 'SIGKILL');
		const error: unknown = await until(async () => !(await answers(cluster)), 2000).then(
			() => ask(cluster, 'select 1').catch((cause: unknown) => cause),
			() => null
		);
		if (error instanceof Error) expect(isDatabaseOutage(error)).toBe(true);
		await until(() => answers(cluster));
		expect(cluster.pid()).not.toBe(pid);
		expect(await ask(cluster, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
	});

	it('left running by a killed server is ended, and its files are taken over', async () => {
		const pid = await startInKilledProcess();
		expect(isAlive(pid)).toBe(true);
		const next = await start();
		expect(isAlive(pid)).toBe(false);
		expect(await answers(next)).toBe(true);
	});

	it('is not stopped by a pid file whose number another process got', async () => {
		const cluster = await start();
		await cluster.stop();
		writeFileSync(
			join(folder, 'data', 'postmaster.pid'),
			`${process.pid}\n${join(folder, 'data')}\n0\n5432\n\n\n\n`
		);
		expect(await answers(await start())).toBe(true);
	});

	it('is made anew when its first making was interrupted', async () => {
		mkdirSync(join(folder, 'data.new', 'base'), { recursive: true });
		writeFileSync(join(folder, 'data.new', 'PG_VERSION'), '18\n');
		expect(await answers(await start())).toBe(true);
		expect(existsSync(join(folder, 'data.new'))).toBe(false);
	});

	it('refuses files of another major version, and says so', async () => {
		await (await start()).stop();
		writeFileSync(join(folder, 'data', 'PG_VERSION'), '15\n');
		await expect(start()).rejects.toThrow(/made by PostgreSQL 15; this version runs 18/);
	});

	it('says what PostgreSQL said when it does not start', async () => {
		await (await start()).stop();
		writeFileSync(join(folder, 'data', 'postgresql.conf'), 'max_connections = many\n');
		await expect(start()).rejects.toThrow(/does not start: .*max_connections/);
	});

	it('takes a folder whose path is too long for a socket', async () => {
		folder = join(folder, 'x'.repeat(60), 'y'.repeat(60));
		const cluster = await start();
		expect(`${cluster.connection.host}/.s.PGSQL.5432`.length).toBeLessThan(108);
		expect(await answers(cluster)).toBe(true);
		await cluster.stop();
		expect(existsSync(cluster.connection.host)).toBe(false);
	});
});

describe.runIf(isRoot)('as root', () => {
	const { postgres, initdb } = findPostgres();

	it.each(candidates(0, readAccounts()).map((launcher) => [launcher.description, launcher] as const))(
		'it is not root %s',
		(_, launcher) => {
			mkdirSync(folder, { recursive: true });
			if (!works(launcher, postgres, folder))
				return expect(() => chooseLauncher(postgres, folder)).not.toThrow();
			const { file, args, ...as } = launcher.wrap(initdb, [
				'--pgdata',
				join(folder, 'data'),
				'--no-sync',
				'--auth=trust'
			]);
			const made = spawnSync(file, args, {
				...as,
				encoding: 'utf8',
				env: { PATH: process.env.PATH, LC_ALL: 'C' }
			});
			expect(made.stderr).not.toMatch(/error|cannot be run as root/i);
			expect(statSync(join(folder, 'data')).uid).toBe(launcher.uid);
		}
	);

	it('it works in a folder inside one that is closed to others', async () => {
		mkdirSync(join(folder, '..', 'closed'), { mode: 0o700 });
		folder = join(folder, '..', 'closed', 'postgres');
		expect(await answers(await start())).toBe(true);
	});

	it('it takes over files that another way of running it made', async () => {
		await (await start()).stop();
		spawnSync('chown', ['-R', '65534:65534', folder]);
		expect(await answers(await start())).toBe(true);
	});
});

it.runIf(isRoot)('as an ordinary user it runs plainly, and as one without a name in a namespace', () => {
	const script = `${STARTER} await cluster.stop();`;
	const open = mkdtempSync(join(tmpdir(), 'vf-user-'));
	try {
		for (const [uid, words] of [
			[65534, 'as the same user'],
			[54321, 'in a user namespace']
		] as const) {
			const home = join(open, String(uid));
			mkdirSync(home);
			spawnSync('chown', [`${uid}:${uid}`, home]);
			spawnSync('chmod', ['755', open]);
			const run = spawnSync(process.execPath, ['--input-type=module', '-e', script, join(home, 'postgres')], {
				uid,
				gid: uid,
				encoding: 'utf8',
				env: { PATH: process.env.PATH }
			});
			expect(run.stdout + run.stderr).toContain(words);
			expect(run.status).toBe(0);
		}
	} finally {
		rmSync(open, { recursive: true, force: true });
	}
});
