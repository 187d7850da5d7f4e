// Secrets of a configuration: what is masked, what comes back, what is refused.
import { describe, expect, it } from 'vitest';
import { maskAnswer, maskConfig, restoreSecrets, secretsIn } from './secrets.ts';

const urlOf = (url: string) => maskConfig({ url })['url'];

describe('an address', () => {
	it.each([
		[
			'https://hooks.slack.com/services/T01/B02/aB3dE5fG7hJ9kL1m',
			'https://hooks.slack.com/services/T01/B02/***'
		],
		[
			'https://discord.com/api/webhooks/123456789012345678/a1B2c3D4e5F6g7H8-x',
			'https://discord.com/api/webhooks/123456789012345678/***'
		],
		[
			'https://api.telegram.org/bot123456:AAEhBOweik6ad9r_XQ/sendMessage',
			'https://api.telegram.org/***/sendMessage'
		],
		['https://ntfy.sh/my-doors', 'https://ntfy.sh/my-doors'],
		['https://u:p4ss@h/x?token=abc&room=1', 'https://u:***@h/x?token=***&room=1'],
		['mqtt://u:p@broker:1883', 'mqtt://u:***@broker:1883']
	])('%s is told as %s, and comes back whole', (url, masked) => {
		expect(urlOf(url)).toBe(masked);
		const type = url.startsWith('mqtt') ? 'mqtt' : 'webhook';
		expect(restoreSecrets(type, { url: masked }, { url })).toEqual({ ok: true, config: { url } });
	});

	it('does not take a mask where nothing is stored, or that is stored elsewhere', () => {
		const stored = { url: 'https://h/a/aB3dE5fG7hJ9kL1m' };
		expect(restoreSecrets('webhook', { url: 'https://h/a/b/***' }, stored).ok).toBe(false);
		expect(restoreSecrets('webhook', { url: 'https://h/a/***' }, null).ok).toBe(false);
		expect(restoreSecrets('webhook', { url: 'http://h/a/***' }, stored).ok).toBe(false);
		expect(restoreSecrets('webhook', { url: 'https://h:444/a/***' }, stored).ok).toBe(false);
	});
});

it('a password goes to the same server, user and security alone', () => {
	const stored = { host: 'mail', port: 587, security: 'starttls', username: 'me', password: 'p4ssw0rd' };
	const masked = { ...stored, password: '***' };
	expect(restoreSecrets('email', masked, stored)).toEqual({ ok: true, config: stored });
	for (const change of [{ host: 'evil' }, { port: 25 }, { security: 'none' }, { username: 'you' }])
		expect(restoreSecrets('email', { ...masked, ...change }, stored), JSON.stringify(change)).toMatchObject({
			ok: false,
			path: 'config.password'
		});
});

it('every form of a secret is masked in an answer', () => {
	const config = {
		url: 'https://u:p%404ss@h/services/aB3dE5fG7hJ9kL1m?key=k3y',
		secret: 'signing',
		headers: { 'X-Api': 'abc-123', Title: 'Door' }
	};
	expect(secretsIn(config)).toEqual(
		expect.arrayContaining(['signing', 'abc-123', 'p%404ss', 'k3y', 'aB3dE5fG7hJ9kL1m'])
	);
	const said = 'no p@4ss, p%404ss, abc-123, signing, /services/aB3dE5fG7hJ9kL1m?key=k3y at Door';
	expect(maskAnswer(said, config)).toBe('no ***, ***, ***, ***, /services/***?key=*** at Door');
	expect(maskAnswer('x'.repeat(9000), config)).toHaveLength(2048);
	const basic = `Basic ${Buffer.from('u:p@4ss').toString('base64')}`;
	expect(maskAnswer(`authorization: ${basic}`, config)).toBe('authorization: Basic ***');
	const mail = { host: 'mail', username: 'me', password: 'p4ssw0rd' };
	for (const wire of ['\0me\0p4ssw0rd', 'p4ssw0rd', 'me:p4ssw0rd'])
		expect(maskAnswer(`535 ${Buffer.from(wire).toString('base64')}`, mail)).toBe('535 ***');
});
