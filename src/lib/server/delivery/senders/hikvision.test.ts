// Digest access authentication by the examples of RFC 7616 and RFC 2617, and ISAPI documents against a server that checks them.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelConfigs } from '#lib/contracts/channel.ts';
import { testMessage } from '../message.ts';
import { answerChallenge, readChallenge } from './digest.ts';
import { createHikvisionSender, eventDocument } from './hikvision.ts';
import { startHttpReceiver, testReach, type HttpReceiver } from './testing.ts';
import type { Message } from './sender.ts';

const MUFASA = { method: 'GET', uri: '/dir/index.html', username: 'Mufasa', password: 'Circle of Life' };

describe('digest', () => {
	const challenge = (algorithm: string) =>
		`Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, ` +
		'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
	const CNONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

	it.each([
		['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
		['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1']
	])('answers the example of RFC 7616 for %s', (algorithm, response) => {
		const read = readChallenge(challenge(algorithm));
		expect(read).not.toBeNull();
		expect(answerChallenge(read!, MUFASA, CNONCE)).toContain(`response="${response}"`);
	});

	it('answers the example of RFC 2617', () => {
		const read = readChallenge(
			'Digest realm="testrealm@host.com",qop="auth,auth-int",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",opaque="5ccc069c403ebaf9f0171e9517f40e41"'
		);
		const call = { ...MUFASA, password: 'Circle Of Life' };
		expect(answerChallenge(read!, call, '0a4f113b')).toContain('response="6629fae49393a05397450978507c4ef1"');
	});

	it('takes the strongest of several, and none it cannot answer', () => {
		expect(readChallenge(`Basic realm="x", ${challenge('MD5')}, ${challenge('SHA-256')}`)?.algorithm).toBe(
			'SHA-256'
		);
		expect(readChallenge('Basic realm="x"')).toBeNull();
		expect(readChallenge('Digest realm="x", nonce="y", algorithm=SHA-512-256')).toBeNull();
		expect(readChallenge('Digest realm="x", nonce="y", qop="auth-int"')).toBeNull();
		expect(readChallenge('Digest realm="x, \\"y\\"", nonce="z"')).toMatchObject({
			realm: 'x, "y"',
			qop: false,
			algorithm: 'MD5'
		});
	});
});

describe('a recorder', () => {
	const message: Message = {
		...testMessage('x', 'https://vf.example'),
		event: 'alert.firing'
	};
	message.alert = {
		...message.alert,
		name: 'A & B',
		summary: 'one < two\u0000',
		starts_at: '2026-11-21T03:00:00.123Z'
	};
	let recorder: HttpReceiver;
	beforeAll(async () => {
		recorder = await startHttpReceiver();
	});
	afterAll(() => recorder.stop());
	const config = (rest: object = {}) =>
		channelConfigs.hikvision.parse({
			url: `${recorder.url}/ISAPI/Event?x=1`,
			username: 'admin',
			password: '12345',
			channel_id: 3,
			...rest
		});
	const send = (rest: object = {}) =>
		createHikvisionSender(config(rest), testReach()).send(message, new AbortController().signal);

	/** Checks the response as a server does that shares nothing with the client but the RFC. */
	function guard(algorithm: 'md5' | 'sha256'): void {
		const sum = (text: string) => createHash(algorithm).update(text).digest('hex');
		recorder.behave((request, response) => {
			const given = Object.fromEntries(
				[...(request.headers.authorization ?? '').matchAll(/(\w+)="?([^",]+)"?/g)].map(([, k, v]) => [k, v])
			);
			const expected = sum(
				`${sum('admin:DS:12345')}:n0nce:${given['nc']}:${given['cnonce']}:auth:${sum(`POST:${request.url}`)}`
			);
			if (given['response'] === expected) return void response.end('<statusCode>1</statusCode>');
			const name = algorithm === 'md5' ? 'MD5' : 'SHA-256';
			response
				.writeHead(401, {
					'www-authenticate': `Digest realm="DS", nonce="n0nce", qop="auth", algorithm=${name}`
				})
				.end();
		});
	}

	it.each(['md5', 'sha256'] as const)('takes the document after a %s challenge', async (algorithm) => {
		guard(algorithm);
		expect((await send()).answer).toContain('200');
		await expect(send({ password: 'wrong' })).rejects.toMatchObject({ kind: 'permanent' });
		await expect(send({ username: null })).rejects.toThrow(/asks for user and password/);
	});

	it('takes it with basic authentication where nothing else is offered', async () => {
		recorder.behave((request, response) =>
			request.headers.authorization === `Basic ${btoa('admin:12345')}`
				? response.end()
				: response.writeHead(401, { 'www-authenticate': 'Basic realm="DS"' }).end()
		);
		expect((await send()).answer).toBe('200');
	});

	it('reads the documented fields, escaped, active and then inactive', () => {
		const document = eventDocument(config(), message);
		for (const line of [
			'<channelID>3</channelID>',
			'<dateTime>2026-11-21T03:00:00+00:00</dateTime>',
			'<activePostCount>1</activePostCount>',
			'<eventType>fielddetection</eventType>',
			'<eventState>active</eventState>',
			'<eventDescription>A &amp; B: one &lt; two </eventDescription>'
		])
			expect(document).toContain(line);
		expect(document).toMatch(/<macAddress>([0-9a-f]{2}:){5}[0-9a-f]{2}<\/macAddress>/);
		expect(eventDocument(config(), { ...message, event: 'alert.resolved' })).toContain('inactive');
		expect(eventDocument(config(), { ...message, event: 'test' })).toContain('inactive');
	});
});
