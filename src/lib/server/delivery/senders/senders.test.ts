// Senders against real receivers on this machine: what arrives, and what is said when it does not.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { channelConfigs } from '#lib/contracts/channel.ts';
import { createDenyList } from '../../base/deny.ts';
import { testMessage } from '../message.ts';
import { createEmailSender } from './email.ts';
import { createReach } from './reach.ts';
import { DeliveryError, type Message, type Sender } from './sender.ts';
import { createTcpSender } from './tcp.ts';
import {
	freePort,
	startHttpReceiver,
	startMailbox,
	startTcpReceiver,
	testReach,
	type HttpReceiver
} from './testing.ts';
import { createWebhookSender } from './webhook.ts';

const ALERT = {
	...testMessage('x', 'https://vf.example').alert,
	name: 'Intruder "north"',
	stream_name: 'Gate\r\nBcc: evil@example.org',
	summary: 'A person is in <Yard>.\nSince 2 s.',
	severity: 'critical' as const,
	peak: 2.5
};
const MESSAGE: Message = {
	id: '4f7c1d62-3f0f-4a51-9d4e-0d5f0f2a9b11',
	event: 'alert.firing',
	alert: ALERT,
	url: 'https://vf.example/alerts?alert=1'
};
const never = () => new AbortController().signal;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
	for (const end of ends.splice(0)) await end();
});
async function receiver(): Promise<HttpReceiver> {
	const started = await startHttpReceiver();
	ends.push(started.stop);
	return started;
}
async function failureFrom(sender: Sender, message = MESSAGE): Promise<DeliveryError> {
	const outcome = await sender.send(message, never()).catch((error: unknown) => error);
	expect(outcome).toBeInstanceOf(DeliveryError);
	return outcome as DeliveryError;
}
const webhook = (url: string, rest: object = {}) =>
	createWebhookSender(channelConfigs.webhook.parse({ url, ...rest }), testReach());

describe('a webhook', () => {
	it('is signed, keyed and told what happened, with the alert as its body', async () => {
		const { url, received } = await receiver();
		const { answer } = await webhook(`${url}/hook?a=1`, { secret: 's3cret' }).send(MESSAGE, never());
		const [request] = received;
		expect(answer).toBe('200 ok');
		expect(request?.url).toBe('/hook?a=1');
		expect(JSON.parse(request?.body ?? '')).toMatchObject({
			...ALERT,
			event: 'alert.firing',
			url: MESSAGE.url
		});
		expect(request?.headers).toMatchObject({
			'content-type': 'application/json',
			'x-vectorflow-signature': `sha256=${createHmac('sha256', 's3cret')
				.update(request?.body ?? '')
				.digest('hex')}`,
			'x-vectorflow-event': 'alert.firing',
			'idempotency-key': MESSAGE.id
		});
	});

	it('fills a JSON template with escaped values, and a text one with plain ones', async () => {
		const { url, received } = await receiver();
		const json = '{"text":"{{name}}: {{summary}}","peak":{{peak}},"ends":{{ends_at}},"l":"{{labels.test}}"}';
		await webhook(url, { template: json }).send(MESSAGE, never());
		expect(JSON.parse(received[0]?.body ?? '')).toEqual({
			text: `${ALERT.name}: ${ALERT.summary}`,
			peak: 2.5,
			ends: null,
			l: 'true'
		});
		await webhook(url, {
			template: '{{severity}} {{ name }} [{{ends_at}}]',
			headers: { Authorization: 'Bearer abc' }
		}).send(MESSAGE, never());
		expect(received[1]?.body).toBe('critical Intruder "north" []');
		expect(received[1]?.headers).toMatchObject({
			'content-type': 'text/plain; charset=utf-8',
			authorization: 'Bearer abc'
		});
	});

	it.each([
		[500, 'refused'],
		[503, 'unreachable'],
		[429, 'unreachable'],
		[400, 'permanent'],
		[401, 'permanent'],
		[404, 'permanent'],
		[410, 'permanent']
	] as const)('that answers %s fails as %s', async (status, kind) => {
		const { url, behave } = await receiver();
		behave((_, response) => response.writeHead(status, { 'retry-after': '7' }).end('because'));
		const failure = await failureFrom(webhook(url));
		expect(failure.kind).toBe(kind);
		expect(failure.message).toContain(`answered ${status}`);
		expect(failure.message).toContain('because');
		expect(failure.retryAfterS).toBe(kind === 'permanent' ? null : 7);
	});

	it('does not follow a redirect, and says where it would lead', async () => {
		const { url, received, behave } = await receiver();
		behave((_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end());
		const failure = await failureFrom(webhook(url));
		expect(failure.kind).toBe('permanent');
		expect(failure.message).toContain('169.254.169.254');
		expect(received).toHaveLength(1);
	});

	it('that closes half way has not taken it, before or within its answer', async () => {
		const { url, behave } = await receiver();
		behave((request) => request.socket.destroy());
		expect((await failureFrom(webhook(url))).message).toContain('closed the connection half way');
		behave((_, response) => {
			response.writeHead(200, { 'content-length': '100' });
			response.write('half', () => response.destroy());
		});
		const failure = await failureFrom(webhook(url));
		expect(failure.kind).toBe('unreachable');
		expect(failure.message).toContain('closed the connection half way');
	});

	it('that hangs is left when the signal says so', async () => {
		const { url, behave } = await receiver();
		behave(() => {});
		const limit = AbortSignal.timeout(200);
		await expect(webhook(url).send(MESSAGE, limit)).rejects.toThrow(/timeout/i);
	});

	it('that answers endlessly is read 2 KiB of', async () => {
		const { url, behave } = await receiver();
		behave((_, response) => {
			const timer = setInterval(() => response.write('x'.repeat(1024)), 5);
			response.on('close', () => clearInterval(timer));
		});
		const { answer } = await webhook(url).send(MESSAGE, never());
		expect(answer).toHaveLength('200 '.length + 2048);
	});

	it('that is no web server, or nothing, is told apart', async () => {
		const tcp = await startTcpReceiver((socket) => socket.end('220 mail.example ESMTP\r\n'));
		ends.push(tcp.stop);
		expect((await failureFrom(webhook(`http://127.0.0.1:${tcp.port}/`))).message).toContain('speak HTTP');
		const nothing = `http://127.0.0.1:${await freePort()}/`;
		expect((await failureFrom(webhook(nothing))).message).toContain('refused the connection');
	});

	it('never reaches a denied network, by number or by a name that leads there', async () => {
		const reach = createReach(createDenyList(['169.254.0.0/16']), (_, answer) =>
			answer(null, [
				{ address: '127.0.0.1', family: 4 },
				{ address: '169.254.169.254', family: 4 }
			])
		);
		for (const url of ['http://169.254.169.254/', 'http://2852039166/', 'http://rebound.example/']) {
			const sender = createWebhookSender(channelConfigs.webhook.parse({ url }), reach);
			const failure = await failureFrom(sender);
			expect(failure.kind, url).toBe('permanent');
			expect(failure.message).toContain('VF_SOURCE_DENY');
		}
	});
});

describe('TCP', () => {
	const sender = (port: number) => createTcpSender({ host: '127.0.0.1', port, tls: false }, testReach());

	it('brings one line of JSON, and what was said to it', async () => {
		const server = await startTcpReceiver((socket) => socket.on('data', () => socket.end('thanks\n')));
		ends.push(server.stop);
		const { answer } = await sender(server.port).send(MESSAGE, never());
		expect(answer).toContain('thanks');
		expect(server.text().match(/\n/g)).toHaveLength(1);
		expect(JSON.parse(server.text())).toMatchObject({ delivery_id: MESSAGE.id, event: 'alert.firing' });
	});

	it('is not delivered when the other side resets, and says who refuses', async () => {
		const server = await startTcpReceiver((socket) => socket.on('data', () => socket.resetAndDestroy()));
		ends.push(server.stop);
		expect((await failureFrom(sender(server.port))).message).toContain('closed the connection half way');
		expect((await failureFrom(sender(await freePort()))).kind).toBe('unreachable');
	});

	it('does not reach a denied network', async () => {
		const denied = createTcpSender({ host: '2852039166', port: 80, tls: false }, testReach());
		expect((await failureFrom(denied)).message).toContain('VF_SOURCE_DENY');
	});
});

describe('e-mail', () => {
	const PICTURE = Buffer.from('not really a jpeg');
	const config = (port: number, rest: object = {}) =>
		channelConfigs.email.parse({
			host: '127.0.0.1',
			port,
			security: 'none',
			from: 'vf@example.org',
			to: ['ops@example.org', 'two@example.org'],
			...rest
		});
	const mailer = (port: number, rest: object = {}, picture: Buffer | null = PICTURE) =>
		createEmailSender(config(port, rest), testReach(), async () => picture);
	async function mailbox(options = {}) {
		const started = await startMailbox(options);
		ends.push(started.stop);
		return started;
	}

	it('arrives with its picture, after signing in, with no header of somebody else', async () => {
		const { port, mails } = await mailbox();
		const { answer } = await mailer(port, { username: 'alerts', password: 'mail-secret' }).send(
			MESSAGE,
			never()
		);
		const [mail = ''] = mails;
		const head = mail.slice(0, mail.indexOf('\r\n\r\n'));
		expect(answer).toMatch(/^250/);
		const subject = /^Subject: (.*(?:\r\n .*)*)/m.exec(head)?.[1] ?? '';
		expect(subject).toMatch(/critical.*Intruder/);
		expect(head).not.toMatch(/^Bcc:/m);
		expect(head).toContain(`Message-ID: <${MESSAGE.id}@vector-flow>`);
		expect(mail).toContain(PICTURE.toString('base64'));
		expect(mail).toContain('in &#60;Yard&#62;');
		expect(mail).toContain(MESSAGE.url);
	});

	it('arrives without one where there is none', async () => {
		const { port, mails } = await mailbox();
		await mailer(port, {}, null).send(MESSAGE, never());
		expect(mails[0]).not.toContain('image/jpeg');
	});

	it('says why not: the password, a recipient, a certificate, a server that is full', async () => {
		const { port } = await mailbox();
		const wrong = await failureFrom(mailer(port, { username: 'alerts', password: 'nope' }));
		expect([wrong.kind, wrong.message]).toEqual([
			'permanent',
			expect.stringContaining('user and password') as string
		]);
		const refused = await failureFrom(mailer(port, { to: ['x@refused.example'] }));
		expect([refused.kind, refused.message]).toEqual(['permanent', expect.stringContaining('550') as string]);
		const untrusted = await failureFrom(mailer(port, { security: 'starttls' }));
		expect(untrusted.message).toMatch(/TLS|certificate/i);
		const own = await mailbox({ secure: true });
		expect((await failureFrom(mailer(own.port, { security: 'tls' }))).message).toContain(
			'certificate of 127.0.0.1'
		);
		const full = await mailbox({
			onMailFrom: (_: unknown, __: unknown, done: (error: Error) => void) =>
				done(Object.assign(new Error('try later'), { responseCode: 452 }))
		});
		expect((await failureFrom(mailer(full.port))).kind).toBe('refused');
		expect((await failureFrom(mailer(await freePort()))).kind).toBe('unreachable');
	});
});
