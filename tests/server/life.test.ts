// The server's life: a first start, a stop, a kill, a second start, and every reason not to start.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
	ADMIN,
	client,
	freePort,
	newDataDir,
	removeDataDir,
	ROOT,
	setUp,
	signIn,
	startInVain,
	startServer,
	type RunningServer
} from '../support/server.ts';

let dataDir: string;
let servers: RunningServer[];

beforeEach(() => {
	dataDir = newDataDir();
	servers = [];
});
afterEach(async () => {
	for (const server of servers) await server.end();
	expect(await leftovers()).toEqual([]);
	removeDataDir(dataDir);
});

async function start(options: Parameters<typeof startServer>[0] = {}): Promise<RunningServer> {
	const server = await startServer({ dataDir, ...options });
	servers.push(server);
	return server;
}

/** Processes that still work for this server: their command line or working folder names its DATA_DIR, or its films. */
async function leftovers(): Promise<string[]> {
	for (let attempt = 0; ; attempt++) {
		const found = processes().filter((words) => words.includes(dataDir));
		if (found.length === 0 || attempt === 20) return found;
		await sleep(100);
	}
}

function processes(): string[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.flatMap((pid) => {
			try {
				return [
					`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')} ${readlinkSync(`/proc/${pid}/cwd`)}`
				];
			} catch {
				return [];
			}
		});
}

/** The decoders of this server: ffmpeg's arguments hide its source on purpose, so they are known by their parent. */
function decodersOf(server: RunningServer): number[] {
	const { stdout } = spawnSync('pgrep', ['-x', '-P', String(server.process.pid), 'ffmpeg'], {
		encoding: 'utf8'
	});
	return stdout.split('\n').filter(Boolean).map(Number);
}

const isAlive = (pid: number) => spawnSync('kill', ['-0', String(pid)], { stdio: 'ignore' }).status === 0;

async function untilAnswered(
	server: RunningServer,
	path: string,
	status: number,
	ms = 20_000
): Promise<number> {
	const began = Date.now();
	for (;;) {
		const answered = await client(server)
			.fetch(path)
			.then((response) => response.status)
			.catch(() => 0);
		if (answered === status) return Date.now() - began;
		if (Date.now() - began > ms) throw new Error(`${path} still answers ${answered}, not ${status}`);
		await sleep(50);
	}
}

describe('stopping', () => {
	it.each(['SIGTERM', 'SIGINT'] as const)(
		'%s ends it with 0, quickly, with watchers and cameras there',
		async (signal) => {
			const server = await start({ args: ['--demo'] });
			const password = readFileSync(join(dataDir, 'demo-sign-in.txt'), 'utf8').split('\n')[1] ?? '';
			const demo = await signIn(server, { email: 'demo@vector-flow.local', password });
			const watching = await demo.fetch('/api/v1/live');
			expect(watching.status).toBe(200);
			await expect.poll(() => decodersOf(server).length, { timeout: 30_000 }).toBe(3);
			const decoders = decodersOf(server);
			const ended = await server.end(signal);
			expect(ended).toMatchObject({ code: 0, signal: null });
			expect(ended.ms).toBeLessThan(10_000);
			await watching.body?.cancel().catch(() => {});
			expect(await leftovers()).toEqual([]);
			await expect.poll(() => decoders.filter(isAlive)).toEqual([]);
		}
	);

	it('a second signal ends it at once, database and all', async () => {
		const server = await start();
		server.process.kill('SIGTERM');
		server.process.kill('SIGTERM');
		await sleep(600);
		server.process.kill('SIGTERM');
		if (server.process.exitCode === null) await once(server.process, 'exit');
		expect([0, 1]).toContain(server.process.exitCode);
		expect(await leftovers()).toEqual([]);
	});

	it('ends with npm, whose shell does not pass signals on', async () => {
		const port = await freePort();
		const npm = spawn('npm', ['start', '--', '--port', String(port)], {
			cwd: ROOT,
			env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir },
			stdio: 'ignore'
		});
		const live = () =>
			fetch(`http://127.0.0.1:${port}/health/live`).then(
				({ ok }) => ok,
				() => false
			);
		await expect.poll(live, { timeout: 60_000 }).toBe(true);
		npm.kill('SIGTERM');
		await expect.poll(live, { timeout: 10_000 }).toBe(false);
	});

	it('a request that never ends does not hold it', async () => {
		const server = await start();
		const slow = fetch(`${server.url}/api/v1/setup`, {
			method: 'POST',
			body: new ReadableStream({ pull: () => new Promise(() => {}) }),
			duplex: 'half'
		} as RequestInit).catch(() => 'cut off');
		await sleep(300);
		const ended = await server.end();
		expect(ended).toMatchObject({ code: 0 });
		expect(ended.ms).toBeLessThan(10_000);
		expect(await slow).toBe('cut off');
	});
});

describe('a second start', () => {
	it('after kill -9 finds everything as it was', async () => {
		const first = await start();
		await setUp(first);
		expect(await first.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
		const second = await start({ port: first.port });
		expect((await (await signIn(second, ADMIN)).json('GET', '/api/v1/users/me')).body).toMatchObject({
			email: ADMIN.email
		});
	});

	it('while the first one runs is refused, and harms it not', async () => {
		const first = await start();
		const second = await startInVain({ dataDir });
		expect(second.code).toBe(1);
		expect(second.output).toMatch(
			new RegExp(
				`^Another Vector Flow server \\(process ${first.process.pid}\\) works on ${dataDir}\\. .*\n$`
			)
		);
		expect((await client(first).fetch('/health/ready')).status).toBe(200);
	});

	it('is not refused because of a lock whose process is somebody else now', async () => {
		writeFileSync(
			join(dataDir, 'server.lock'),
			JSON.stringify({ pid: process.pid, started: '1', host: (await import('node:os')).hostname() })
		);
		await start();
	});

	it('of the demo says the same account and adds no camera twice', async () => {
		const first = await start({ args: ['--demo'] });
		const told = /Password\s+(\S+)/.exec(first.output())?.[1] ?? '';
		await first.end();
		const second = await start({ args: ['--demo'] });
		expect(second.output()).toContain(told);
		const demo = await signIn(second, { email: 'demo@vector-flow.local', password: told });
		const { body } = await demo.json('GET', '/api/v1/streams');
		expect(body.map(({ name }: { name: string }) => name)).toEqual([
			'Harbour junction',
			'Station concourse',
			'Loading yard'
		]);
	});
});

describe('a start that cannot be', () => {
	it.each([
		['an unknown variable', { VF_MAX_STREAM: '4' }, 'did you mean VF_MAX_STREAMS?'],
		['a bad port', { PORT: 'http' }, 'PORT must be a whole number'],
		['a half-given administrator', { VF_ADMIN_EMAIL: 'a@example.org' }, 'go together'],
		['NATS at no address of NATS', { NATS_URL: 'http://localhost' }, 'nats:// or tls://'],
		['an ffmpeg that is not there', { FFMPEG_PATH: '/nowhere/ffmpeg' }, 'FFMPEG_PATH names /nowhere/ffmpeg']
	])('because of %s says so in a line', async (_, env, words) => {
		const { code, output } = await startInVain({ dataDir, env: env as Record<string, string> });
		expect(code).toBe(1);
		expect(output).toContain(words);
		expect(output).not.toMatch(/\n\s+at /);
	});

	it('because of an unknown option says so in a line', async () => {
		const { code, output } = await startInVain({ dataDir, args: ['--dmeo'] });
		expect(code).toBe(1);
		expect(output).toMatch(/'--dmeo'.*--help/);
	});

	it('because of a video that is not there says so in a line', async () => {
		const { code, output } = await startInVain({ dataDir, args: ['--video', '/nowhere/garden.mp4'] });
		expect(code).toBe(1);
		expect(output).toContain('--video /nowhere/garden.mp4: there is no such file.');
	});

	it('because the port is taken names it', async () => {
		const other = createServer().listen(await freePort(), '127.0.0.1');
		await once(other, 'listening');
		const { port } = other.address() as { port: number };
		const { code, output } = await startInVain({ dataDir, port });
		other.close();
		expect(code).toBe(1);
		expect(output).toContain(`Port ${port} on 127.0.0.1 is in use`);
	});
});

describe('while the database is away', () => {
	it('requests get 503, health says degraded, and all is well again by itself', async () => {
		const server = await start();
		const admin = await setUp(server);
		const pid = Number(
			readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0]
		);
		// Gone, and for a while unable to come back.
		const configuration = join(dataDir, 'postgres', 'data', 'postgresql.conf');
		const good = readFileSync(configuration, 'utf8');
		writeFileSync(configuration, 'max_connections = many\n');
		process.kill(pid, 'SIGKILL');
		await untilAnswered(server, '/health/ready', 503);
		expect((await client(server).json('GET', '/health')).body).toMatchObject({
			status: 'degraded',
			details: { database: { state: 'degraded' } }
		});
		expect((await client(server).fetch('/health/live')).status).toBe(200);
		const refused = await admin.json('GET', '/api/v1/streams');
		expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
		expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
		const page = await admin.fetch('/');
		expect(page.status).toBe(503);
		expect(await page.text()).toContain('The database does not answer');
		writeFileSync(configuration, good);
		await untilAnswered(server, '/health/ready', 200, 40_000);
		expect((await admin.json('GET', '/api/v1/users/me')).status).toBe(200);
	});
});

it('vf doctor finds this machine fit, and says what is missing from another', () => {
	const doctor = (env: Record<string, string>) =>
		spawnSync(process.execPath, [join(ROOT, 'scripts', 'vf.mjs'), 'doctor'], {
			encoding: 'utf8',
			env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '39876', ...env }
		});
	const fit = doctor({});
	expect(fit.stdout).toMatch(/ok\s+ffmpeg/);
	expect(fit.stdout).toMatch(/ok\s+database\s+embedded postgres/);
	expect(fit.status).toBe(0);
	const unfit = doctor({ FFMPEG_PATH: '/bin/true', HOST: '192.0.2.1' });
	expect(unfit.stdout).toMatch(/ffmpeg\s+\/bin\/true .* lacks decoder h264/);
	expect(unfit.stdout).toMatch(/install .*ffmpeg/);
	expect(unfit.stdout).toMatch(/FAIL\s+port\s+192\.0\.2\.1 is no address of this machine/);
	expect(unfit.status).toBe(1);
});
