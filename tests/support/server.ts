// The built server as its users run it: a process of its own, on a free port and a DATA_DIR of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

export const ROOT = join(import.meta.dirname, '../..');
export const ADMIN = { email: 'admin@example.org', password: 'correct horse battery' };
const START_WITHIN_MS = 60_000;
const END_WITHIN_MS = 30_000;

if (!existsSync(join(ROOT, 'build', 'handler.js')))
	throw new Error('These tests run the built server: npm run build first.');

export interface RunningServer {
	url: string;
	port: number;
	dataDir: string;
	process: ChildProcess;
	/** Everything it has printed. */
	output(): string;
	/** Sends a signal and answers how it ended, and after how long. */
	end(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: string | null; ms: number }>;
}

export interface StartOptions {
	dataDir?: string;
	port?: number;
	args?: string[];
	env?: Record<string, string>;
}

export const newDataDir = () => mkdtempSync(join(tmpdir(), 'vf-server-'));
export const removeDataDir = (dir: string) => rmSync(dir, { recursive: true, force: true });

/** Starts the server and waits until it answers. Rejects with what it printed when it ends instead. */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
	const server = await launch(options);
	const deadline = Date.now() + START_WITHIN_MS;
	for (;;) {
		if (server.process.exitCode !== null) throw new Error(`the server ended:\n${server.output()}`);
		if (await answers(`${server.url}/health/live`)) return server;
		if (Date.now() > deadline) throw new Error(`the server does not answer:\n${server.output()}`);
		await sleep(100);
	}
}

/** Starts the server and waits until it ends, as it should when something is wrong. */
export async function startInVain(
	options: StartOptions = {}
): Promise<{ code: number | null; output: string }> {
	const server = await launch(options);
	const patience = setTimeout(() => server.process.kill('SIGKILL'), END_WITHIN_MS);
	const [code] = (await once(server.process, 'close')) as [number | null];
	clearTimeout(patience);
	return { code, output: server.output() };
}

async function launch({
	dataDir = newDataDir(),
	port,
	args = [],
	env = {}
}: StartOptions): Promise<RunningServer> {
	const chosen = port ?? (await freePort());
	const child = spawn(process.execPath, [join(ROOT, 'src', 'main.ts'), ...args], {
		env: { ...cleanEnvironment(), DATA_DIR: dataDir, PORT: String(chosen), LOG_FORMAT: 'json', ...env },
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let output = '';
	child.stdout.on('data', (data) => (output += data));
	child.stderr.on('data', (data) => (output += data));
	return {
		url: `http://127.0.0.1:${chosen}`,
		port: chosen,
		dataDir,
		process: child,
		output: () => output,
		async end(signal = 'SIGTERM') {
			const began = performance.now();
			if (child.exitCode === null && child.signalCode === null) {
				child.kill(signal);
				await once(child, 'exit');
			}
			return { code: child.exitCode, signal: child.signalCode, ms: performance.now() - began };
		}
	};
}

/** The address of a film of the demo cameras. */
export const film = (scene: 'junction' | 'concourse' | 'yard') =>
	pathToFileURL(join(ROOT, 'scenes', 'loops', `${scene}.mp4`)).href;

/** The test run's own variables would change the server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
	const { PATH, HOME } = process.env;
	return { PATH, HOME };
}

export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as { port: number };
	server.close();
	await once(server, 'close');
	return port;
}

async function answers(url: string): Promise<boolean> {
	try {
		return (await fetch(url)).ok;
	} catch {
		return false;
	}
}

/** A client with somebody's session or key. */
export interface Client {
	fetch(path: string, init?: RequestInit): Promise<Response>;
	/** Sends JSON and answers JSON with its status. */
	json(
		method: string,
		path: string,
		body?: unknown
	): Promise<{ status: number; body: any; headers: Headers }>; // eslint-disable-line @typescript-eslint/no-explicit-any
}

export function client(server: Pick<RunningServer, 'url'>, headers: Record<string, string> = {}): Client {
	const send = (path: string, init: RequestInit = {}) =>
		fetch(server.url + path, {
			redirect: 'manual',
			...init,
			headers: { ...headers, ...(init.headers as Record<string, string>) }
		});
	return {
		fetch: send,
		async json(method, path, body) {
			const response = await send(path, {
				method,
				...(body !== undefined && {
					body: JSON.stringify(body),
					headers: { 'content-type': 'application/json' }
				})
			});
			const text = await response.text();
			return {
				status: response.status,
				body: text === '' ? undefined : JSON.parse(text),
				headers: response.headers
			};
		}
	};
}

/** Signs in with a session cookie. */
export async function signIn(
	server: Pick<RunningServer, 'url'>,
	{ email, password }: { email: string; password: string }
): Promise<Client> {
	const { status, headers, body } = await client(server).json('POST', '/api/auth/sign-in/email', {
		email,
		password
	});
	if (status !== 200) throw new Error(`signing in answered ${status} ${JSON.stringify(body)}`);
	return client(server, {
		cookie: headers
			.getSetCookie()
			.map((cookie) => cookie.split(';')[0])
			.join('; ')
	});
}

/** Makes the first administrator and signs in. */
export async function setUp(server: Pick<RunningServer, 'url'>): Promise<Client> {
	await client(server).json('POST', '/api/v1/setup', { ...ADMIN, name: 'Ada' });
	return signIn(server, ADMIN);
}
