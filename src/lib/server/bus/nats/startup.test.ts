// Starting with a NATS that is away, hangs, is another program, refuses us, or is reached over TLS.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { subjects } from '../subjects.ts';
import { eventually, natsConfig, openInstance, type NatsPart } from '../testing/carriers.ts';
import { startNats, type NatsOptions, type NatsServer } from '../testing/nats-server.ts';

const ends: (() => unknown)[] = [];
let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'vf-nats-tls-'));
	authority('ca');
	authority('other-ca');
	certificate('server', 'ca');
	certificate('client', 'ca');
	writeFileSync(join(folder, 'bad.creds'), 'nothing of the kind');
});
afterEach(async () => {
	for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });

function authority(name: string): void {
	const subject = ['-subj', `/CN=${name}`, '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
	openssl('req', '-x509', ...subject, '-keyout', `${name}.key`, '-out', `${name}.pem`);
}

function certificate(name: string, by: string): void {
	openssl(
		'req',
		'-nodes',
		'-newkey',
		'rsa:2048',
		'-subj',
		`/CN=${name}`,
		'-keyout',
		`${name}.key`,
		'-out',
		`${name}.csr`
	);
	writeFileSync(file('san.cnf'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
	const signing = [
		'-CA',
		`${by}.pem`,
		'-CAkey',
		`${by}.key`,
		'-CAcreateserial',
		'-days',
		'2',
		'-extfile',
		'san.cnf'
	];
	openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`);
}

async function nats(options: NatsOptions = {}): Promise<NatsServer> {
	const server = await startNats({ jetstream: false, ...options });
	ends.push(() => server.stop());
	return server;
}

async function open(config: NatsPart) {
	const instance = await openInstance(config);
	ends.push(() => instance.bus.close());
	return instance;
}

async function listen(server: Server): Promise<string> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	ends.push(() => server.close());
	return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const startupError = (...words: (string | RegExp)[]) =>
	expect.objectContaining({
		name: 'StartupError',
		message: expect.toSatisfy((text: string) =>
			words.every((word) => (typeof word === 'string' ? text.includes(word) : word.test(text)))
		)
	});

describe('stops with one line', () => {
	test.each([
		['a wrong password', 'alerts:hunter2@'],
		['no login', ''],
		['a token where a login is asked', 'hunter2@']
	])('for %s, and never tells the secret', async (_, user) => {
		const { port } = await nats({ login: { user: 'alerts', password: 'right' } });
		const opening = open(natsConfig(`nats://${user}127.0.0.1:${port}`, 'a'));
		await expect(opening).rejects.toEqual(startupError('NATS_URL', 'refuses'));
		await expect(opening).rejects.not.toThrow('hunter2');
	});

	test('for a web server, and for a program that speaks first', async () => {
		const web = createHttpServer((_, response) => response.end('hello'));
		const url = await listen(web);
		await expect(open(natsConfig(url, 'a'))).rejects.toEqual(startupError('NATS_URL', 'not NATS'));
		const talkative = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9\r\n'));
		const other = await listen(talkative);
		await expect(open(natsConfig(other, 'a'))).rejects.toEqual(startupError('NATS_URL', 'not NATS'));
	});

	test('for files that are missing or hold something else', async () => {
		const { url } = await nats();
		const tls = { ca: null, cert: null, key: null };
		const cases: [Parameters<typeof natsConfig>[2], string][] = [
			[{ credsFile: file('none.creds') }, 'VF_NATS_CREDS'],
			[{ credsFile: file('bad.creds') }, 'VF_NATS_CREDS'],
			[{ tls: { ...tls, ca: file('none.pem') } }, 'VF_NATS_CA'],
			[{ tls: { ...tls, cert: file('client.pem') } }, 'VF_NATS_KEY']
		];
		for (const [parts, variable] of cases)
			await expect(open(natsConfig(url, 'a', parts))).rejects.toEqual(startupError(variable));
	});

	test('for tls:// where NATS offers none', async () => {
		const { port } = await nats();
		const opening = open(natsConfig(`tls://127.0.0.1:${port}`, 'a'));
		await expect(opening).rejects.toEqual(startupError('NATS_URL', 'TLS'));
	});
});

describe('TLS', () => {
	const serverTls = () => ({ cert: file('server.pem'), key: file('server.key'), ca: file('ca.pem') });
	const tls = (ca: string | null, own: string | null = null) => ({
		tls: {
			ca: ca && file(`${ca}.pem`),
			cert: own && file(`${own}.pem`),
			key: own && file(`${own}.key`)
		}
	});

	test('with the right authority carries everything; asked for by the address or by the server', async () => {
		const server = await nats({ tls: serverTls(), login: { user: 'u', password: 'p' } });
		const first = await open(natsConfig(server.url, 'a', tls('ca')));
		const second = await open(natsConfig(server.url.replace('tls:', 'nats:'), 'b', tls('ca')));
		const heard: string[] = [];
		second.bus.subscribe(subjects.streamChange, ({ streamId }) => heard.push(streamId));
		await eventually(async () => {
			first.bus.publish(subjects.streamChange, { streamId: 's', change: 'created' });
			return heard.length > 0;
		});
	});

	test('with another authority, or none, is refused', async () => {
		const { url } = await nats({ tls: serverTls() });
		for (const parts of [tls('other-ca'), tls(null)])
			await expect(open(natsConfig(url, 'a', parts))).rejects.toEqual(startupError('VF_NATS_CA', 'TLS'));
	});

	test('shows a certificate of ours where the server asks for it', async () => {
		const { url } = await nats({ tls: { ...serverTls(), verify: true } });
		await expect(open(natsConfig(url, 'a', tls('ca')))).rejects.toEqual(startupError('VF_NATS_CERT'));
		const instance = await open(natsConfig(url, 'a', tls('ca', 'client')));
		expect(instance.bus.state().connected).toBe(true);
	});
});

describe('waits in the background', () => {
	test('for a NATS that is away: everything local works, and it connects by itself', async () => {
		const server = await nats();
		await server.kill();
		const began = Date.now();
		const instance = await open(natsConfig(server.url, 'a'));
		expect(Date.now() - began).toBeLessThan(2_000);
		expect(instance.bus.state()).toMatchObject({ connected: false });
		expect(instance.bus.state().reason).toContain('127.0.0.1');
		expect(instance.journal.state().available).toBe(false);
		const heard: string[] = [];
		instance.bus.subscribe(subjects.streamChange, ({ streamId }) => heard.push(streamId));
		instance.bus.publish(subjects.streamChange, { streamId: 'local', change: 'created' });
		expect(heard).toEqual(['local']);
		await server.restart();
		await eventually(() => instance.bus.state().connected);
		const other = await open(natsConfig(server.url, 'b'));
		await eventually(() => {
			other.bus.publish(subjects.streamChange, { streamId: 'afar', change: 'created' });
			return heard.includes('afar');
		});
	});

	test('for a name that leads nowhere yet, and for a NATS that hangs', async () => {
		const nowhere = await open(natsConfig('nats://nats.invalid:4222', 'a'));
		expect(nowhere.bus.state().connected).toBe(false);
		const server = await nats();
		server.freeze();
		ends.push(() => server.thaw());
		const instance = await open(natsConfig(server.url, 'a'));
		expect(instance.bus.state().connected).toBe(false);
		server.thaw();
		await eventually(() => instance.bus.state().connected, 10_000);
	});

	test('and closes at once while it still waits', async () => {
		const server = await nats();
		await server.kill();
		const instance = await open(natsConfig(server.url, 'a'));
		const began = Date.now();
		await instance.bus.close();
		expect(Date.now() - began).toBeLessThan(500);
	});

	test('for a server that refuses us later, and comes back when it does not', async () => {
		const login = { user: 'u', password: 'p' };
		const server = await nats({ login });
		const instance = await open(natsConfig(server.url, 'a'));
		await server.restart({ jetstream: false, login: { user: 'u', password: 'other' } });
		await eventually(() => !instance.bus.state().connected);
		await new Promise((resolve) => setTimeout(resolve, 2_500));
		await server.restart({ jetstream: false, login });
		await eventually(() => instance.bus.state().connected, 10_000);
	});
});
