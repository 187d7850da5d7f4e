// A real nats-server for tests and benches: on a free port, with a store of its own, killed and started again at will.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface NatsOptions {
	/** Where it listens; 127.0.0.1 unless told. `0.0.0.0` also reaches it from network namespaces. */
	host?: string;
	/** With JetStream unless told. */
	jetstream?: boolean;
	login?: { user: string; password: string };
	token?: string;
	/** Files, PEM; with `verify` clients must show a certificate of that authority. */
	tls?: { cert: string; key: string; ca?: string; verify?: boolean };
	/** Bytes; 1 MiB unless told. */
	maxPayload?: number;
	/** Bytes JetStream may keep on disk. */
	maxStore?: number;
}

/** What GET /varz tells, as far as tests ask. */
export interface NatsFigures {
	connections: number;
	subscriptions: number;
	in_msgs: number;
	out_msgs: number;
	in_bytes: number;
	out_bytes: number;
}

export interface NatsServer {
	/** nats:// or tls://, with the login or the token. */
	url: string;
	port: number;
	/** HTTP, on 127.0.0.1: /varz, /connz, /jsz. */
	monitorPort: number;
	/** Of the process that runs now. */
	pid(): number;
	figures(): Promise<NatsFigures>;
	/** Ends it as a power cut does (SIGKILL). */
	kill(): Promise<void>;
	/** Starts it again: the same port, the same store, other options where given. */
	restart(changed?: NatsOptions): Promise<void>;
	/** Stops it for a while (SIGSTOP), and lets it go on. */
	freeze(): void;
	thaw(): void;
	/** Kills it and removes its store. */
	stop(): Promise<void>;
}

export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
	const program = findProgram();
	const folder = mkdtempSync(join(tmpdir(), 'vf-nats-'));
	const port = await freePort();
	const monitorPort = await freePort();
	let child = await launch(options);

	async function launch(settings: NatsOptions): Promise<ChildProcess> {
		const file = join(folder, 'nats.conf');
		writeFileSync(file, configFile(settings, { port, monitorPort, store: join(folder, 'store') }), {
			mode: 0o600
		});
		const started = spawn(program, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
		let said = '';
		started.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)));
		for (let tries = 0; tries < 300 && started.exitCode === null; tries++) {
			if (await accepts(port)) return started;
			await sleep(20);
		}
		started.kill('SIGKILL');
		throw new Error(`nats-server did not start: ${said}`);
	}
	async function kill(): Promise<void> {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill('SIGKILL');
		await once(child, 'exit');
	}
	return {
		url: address(options, port),
		port,
		monitorPort,
		pid: () => child.pid as number,
		async figures() {
			return (await (await fetch(`http://127.0.0.1:${monitorPort}/varz`)).json()) as NatsFigures;
		},
		kill,
		async restart(changed = options) {
			await kill();
			child = await launch(changed);
		},
		freeze: () => void child.kill('SIGSTOP'),
		thaw: () => void child.kill('SIGCONT'),
		async stop() {
			await kill();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

function findProgram(): string {
	const folders = ['/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
	const found = folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path));
	if (found === undefined)
		throw new Error('nats-server is missing. Install it: apt-get install -y nats-server');
	return found;
}

/** Everything in a file: a password on the command line is everybody's to read. */
function configFile(
	{ host = '127.0.0.1', jetstream = true, login, token, tls, maxPayload, maxStore }: NatsOptions,
	{ port, monitorPort, store }: { port: number; monitorPort: number; store: string }
): string {
	const lines = [`listen: "${host}:${port}"`, `http: "127.0.0.1:${monitorPort}"`];
	if (jetstream) {
		const bounded = maxStore === undefined ? '' : `, max_file_store: ${maxStore}`;
		lines.push(`jetstream: { store_dir: ${JSON.stringify(store)}${bounded} }`);
	}
	if (login)
		lines.push(
			`authorization: { user: ${JSON.stringify(login.user)}, password: ${JSON.stringify(login.password)} }`
		);
	if (token) lines.push(`authorization: { token: ${JSON.stringify(token)} }`);
	if (tls) {
		const authority = tls.ca === undefined ? '' : `, ca_file: ${JSON.stringify(tls.ca)}`;
		lines.push(
			`tls: { cert_file: ${JSON.stringify(tls.cert)}, key_file: ${JSON.stringify(tls.key)}${authority}, verify: ${tls.verify ?? false} }`
		);
	}
	if (maxPayload !== undefined) lines.push(`max_payload: ${maxPayload}`);
	return `${lines.join('\n')}\n`;
}

function address({ login, token, tls }: NatsOptions, port: number): string {
	const user = login
		? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@`
		: token
			? `${encodeURIComponent(token)}@`
			: '';
	return `${tls ? 'tls' : 'nats'}://${user}127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

async function accepts(port: number): Promise<boolean> {
	const socket = connect(port, '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}
