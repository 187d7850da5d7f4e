// Real receivers for tests: an HTTP server, Mosquitto, an SMTP server; each on a free port, each ended by its `stop`.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createDenyList } from '../../base/deny.ts';
import { createReach, type Reach } from './reach.ts';

/** What the server denies by default, and nothing else: tests speak to this machine. */
export const testReach = (): Reach => createReach(createDenyList(['169.254.0.0/16', 'fe80::/10']));

export interface Received {
	url: string;
	headers: IncomingHttpHeaders;
	body: string;
}

type Behaviour = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface HttpReceiver {
	url: string;
	received: Received[];
	/** What it does with the next requests; answers 200 `ok` unless told. */
	behave(behaviour: Behaviour): void;
	stop(): Promise<void>;
}

export async function startHttpReceiver(): Promise<HttpReceiver> {
	const received: Received[] = [];
	let behaviour: Behaviour = (_, response) => response.end('ok');
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const body = Buffer.concat(chunks).toString('utf8');
			received.push({ url: request.url ?? '', headers: request.headers, body });
			behaviour(request, response, body);
		});
	});
	const port = await listen(server);
	return {
		url: `http://127.0.0.1:${port}`,
		received,
		behave: (next) => (behaviour = next),
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		}
	};
}

export interface TcpReceiver {
	port: number;
	/** Everything that came, of all connections. */
	text(): string;
	stop(): Promise<void>;
}

export async function startTcpReceiver(
	onConnection: (socket: import('node:net').Socket) => void = () => {}
): Promise<TcpReceiver> {
	let text = '';
	const server = createTcpServer((socket) => {
		socket.on('data', (chunk) => (text += chunk.toString()));
		socket.on('error', () => {});
		onConnection(socket);
	});
	const port = await listen(server);
	return {
		port,
		text: () => text,
		async stop() {
			server.close();
			await once(server, 'close');
		}
	};
}

async function listen(server: Server): Promise<number> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

export async function freePort(): Promise<number> {
	const server = createTcpServer();
	const port = await listen(server);
	server.close();
	await once(server, 'close');
	return port;
}

export interface Mailbox {
	port: number;
	/** Whole messages, as they came over the wire. */
	mails: string[];
	stop(): Promise<void>;
}

/** A mail server that takes one user, and refuses recipients at `refused.example` with 550. */
export async function startMailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
	const mails: string[] = [];
	const server = new SMTPServer({
		authOptional: true,
		allowInsecureAuth: true,
		logger: false,
		onAuth: ({ username, password }, _, done) =>
			username === 'alerts' && password === 'mail-secret'
				? done(null, { user: username })
				: done(new Error('535 Authentication failed')),
		onRcptTo: ({ address }, _, done) =>
			address.endsWith('@refused.example')
				? done(Object.assign(new Error('no such user'), { responseCode: 550 }))
				: done(),
		onData(stream, _, done) {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				mails.push(Buffer.concat(chunks).toString('utf8'));
				done();
			});
		},
		...options
	});
	server.on('error', () => {});
	const port = await listen(server.server as unknown as Server);
	return { port, mails, stop: () => new Promise((resolve) => server.close(() => resolve())) };
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

export interface Broker {
	port: number;
	/** Ends it as a power cut does. */
	kill(): Promise<void>;
	/** Starts it again, on the same port. */
	revive(): Promise<void>;
	stop(): Promise<void>;
}

/** Mosquitto, open to everybody, or to one user. */
export async function startBroker(login?: { user: string; password: string }): Promise<Broker> {
	const program = MOSQUITTO.find((path) => existsSync(path));
	if (!program) throw new Error('Mosquitto is missing. Install it: apt-get install -y mosquitto');
	const folder = mkdtempSync(join(tmpdir(), 'vf-mosquitto-'));
	const port = await freePort();
	const passwords = join(folder, 'passwords');
	if (login)
		execFileSync('mosquitto_passwd', ['-b', '-c', passwords, login.user, login.password], {
			stdio: 'ignore'
		});
	const access = login ? `allow_anonymous false\npassword_file ${passwords}` : 'allow_anonymous true';
	// As root it would change to a user that may not read the folder.
	const settings = [`listener ${port} 127.0.0.1`, access, 'persistence false', `user ${userInfo().username}`];
	writeFileSync(join(folder, 'mosquitto.conf'), `${settings.join('\n')}\n`);
	let child = await launch();

	async function launch(): Promise<ChildProcess> {
		const started = spawn(program as string, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
		for (let tries = 0; tries < 100 && started.exitCode === null; tries++) {
			if (await accepts(port)) return started;
			await sleep(30);
		}
		throw new Error('Mosquitto did not start');
	}
	async function kill(): Promise<void> {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill('SIGKILL');
		await once(child, 'exit');
	}
	return {
		port,
		kill,
		revive: async () => void (child = await launch()),
		async stop() {
			await kill();
			rmSync(folder, { recursive: true, force: true });
		}
	};
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
