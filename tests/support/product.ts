// The built product as a process: started in a folder of its own, spoken to over HTTP, ended as an operator or a power cut would.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ADMIN = { email: 'admin@example.test', password: 'correct horse battery' };

export interface ProductOptions {
	args?: string[];
	env?: Record<string, string>;
	/** Kept from an earlier start, to start again on the same data. */
	dataDir?: string;
	port?: number;
}

export interface Product {
	readonly url: string;
	readonly port: number;
	readonly dataDir: string;
	readonly pid: number;
	/** Everything it printed. */
	output(): string;
	/** Signs in as the admin; the function calls the API with the session. */
	signIn(who?: { email: string; password: string }): Promise<Call>;
	/** SIGTERM (or another signal); answers the exit code and how long it took. */
	stop(signal?: NodeJS.Signals): Promise<{ code: number | null; elapsedMs: number }>;
	/** Stops it if it runs and removes its data. */
	dispose(): Promise<void>;
}

export type Call = (path: string, init?: { method?: string; body?: unknown }) => Promise<Response>;

/** Starts `node src/main.ts`; resolves when it answers `ready`. Throws with what it printed when it does not within a minute. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
	const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'vector-flow-'));
	const port = options.port ?? (await freePort());
	const url = `http://localhost:${port}`;
	const child = spawn(process.execPath, ['src/main.ts', ...(options.args ?? [])], {
		env: {
			...process.env,
			PORT: String(port),
			DATA_DIR: dataDir,
			LOG_FORMAT: 'json',
			VF_ADMIN_EMAIL: ADMIN.email,
			VF_ADMIN_PASSWORD: ADMIN.password,
			...options.env
		},
		stdio: ['ignore', 'pipe', 'pipe']
	});
	let printed = '';
	child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
	await untilReady(url, child, () => printed);

	const product: Product = {
		url,
		port,
		dataDir,
		pid: child.pid as number,
		output: () => printed,
		signIn: (who = ADMIN) => signIn(url, who),
		async stop(signal = 'SIGTERM') {
			const began = Date.now();
			const exited = once(child, 'exit');
			child.kill(signal);
			await exited;
			return { code: child.exitCode, elapsedMs: Date.now() - began };
		},
		async dispose() {
			if (child.exitCode === null && child.signalCode === null) await product.stop();
			rmSync(dataDir, { recursive: true, force: true });
		}
	};
	return product;
}

async function untilReady(url: string, child: ChildProcess, printed: () => string): Promise<void> {
	for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
		if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}:\n${printed()}`);
		const answer = await fetch(`${url}/health/ready`).catch(() => null);
		if (answer?.ok) return;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	child.kill('SIGKILL');
	throw new Error(`The server did not get ready within a minute:\n${printed()}`);
}

async function signIn(url: string, who: { email: string; password: string }): Promise<Call> {
	const answer = await fetch(`${url}/api/auth/sign-in/email`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', origin: url },
		body: JSON.stringify(who)
	});
	if (!answer.ok) throw new Error(`Signing in answered ${answer.status}: ${await answer.text()}`);
	const cookie = answer.headers
		.getSetCookie()
		.map((line) => line.split(';')[0])
		.join('; ');
	return (path, init = {}) =>
		fetch(`${url}${path}`, {
			method: init.method ?? (init.body === undefined ? 'GET' : 'POST'),
			headers: {
				cookie,
				origin: url,
				...(init.body !== undefined && { 'content-type': 'application/json' })
			},
			...(init.body !== undefined && { body: JSON.stringify(init.body) })
		});
}

/** Asks again until `check` gives something true; throws with the last value after `seconds`. */
export async function eventually<T>(
	ask: () => Promise<T>,
	check: (value: T) => boolean,
	seconds = 30
): Promise<T> {
	let value = await ask();
	for (const deadline = Date.now() + seconds * 1000; !check(value); value = await ask()) {
		if (Date.now() > deadline)
			throw new Error(`Not within ${seconds} s; last seen: ${JSON.stringify(value).slice(0, 2000)}`);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
	return value;
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	return port;
}
