// The environment: defaults, every variable, and each way to get one wrong.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { findFfmpeg } from './ffmpeg.ts';
import { CONFIGURATION_PAGE, configurationPage } from './reference.ts';
import { projectRoot } from './root.ts';

let dir: string;
const load = (env: Record<string, string> = {}) => loadConfig({ DATA_DIR: dir, ...env });

beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'vf-config-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the defaults', () => {
	it('are those of the contract', () => {
		const config = load();
		expect(config).toMatchObject({
			host: '127.0.0.1',
			port: 3000,
			origin: 'http://localhost:3000',
			originGiven: false,
			dataDir: dir,
			databaseUrl: null,
			natsUrl: null,
			roles: ['web', 'worker', 'relay'],
			admin: null,
			metricsToken: null,
			log: { level: 'info' },
			demo: { enabled: false, videos: [] }
		});
		expect(config.mediaDirs).toContain(join(dir, 'media'));
		expect(config.sourceDeny).toContain('169.254.0.0/16');
		expect(config.instanceId).toMatch(/^[\w.-]{1,64}$/);
	});

	it('follow the port in the origin', () => {
		expect(load({ PORT: '4000' }).origin).toBe('http://localhost:4000');
	});

	it('stand in for empty values', () => {
		expect(load({ PORT: '', VF_MAX_STREAMS: '', VF_SOURCE_DENY: '' }).port).toBe(3000);
	});

	it('cannot be changed afterwards', () => {
		const config = load();
		expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
		expect(() => (config.mediaDirs as string[]).push('/')).toThrow(TypeError);
	});
});

describe('given values', () => {
	it('are parsed', () => {
		const config = load({
			ORIGIN: 'https://cameras.example.org/',
			VF_ROLES: 'web, relay',
			VF_MEDIA_DIRS: '/srv/a:/srv/b,/srv/c',
			VF_SOURCE_DENY: '10.0.0.0/8, fe80::/10,192.0.2.7',
			VF_ADMIN_EMAIL: 'Admin@Example.org',
			VF_ADMIN_PASSWORD: 'long enough',
			LOG_FORMAT: 'pretty'
		});
		expect(config.origin).toBe('https://cameras.example.org');
		expect(config.originGiven).toBe(true);
		expect(config.roles).toEqual(['web', 'relay']);
		expect(config.mediaDirs).toEqual(expect.arrayContaining(['/srv/a', '/srv/b', '/srv/c']));
		expect(config.sourceDeny).toEqual(['10.0.0.0/8', 'fe80::/10', '192.0.2.7']);
		expect(config.admin).toEqual({ email: 'admin@example.org', password: 'long enough' });
		expect(config.log.format).toBe('pretty');
	});

	it('may deny no network at all', () => {
		expect(load({ VF_SOURCE_DENY: 'none' }).sourceDeny).toEqual([]);
	});
});

describe('a wrong value stops with one line', () => {
	it.each([
		[{ PORT: 'abc' }, 'PORT must be a whole number from 1 to 65535, not "abc"'],
		[{ PORT: '70000' }, 'PORT must be a whole number'],
		[{ PORT: '3000.5' }, 'PORT must be a whole number'],
		[{ VF_MAX_STREAMS: '0' }, 'VF_MAX_STREAMS must be a whole number from 1 to 1000'],
		[{ ORIGIN: 'cameras.example.org' }, 'ORIGIN must be an address beginning with http:// or https://'],
		[{ ORIGIN: 'https://example.org/cameras' }, 'ORIGIN must be scheme, host and port alone'],
		[{ HOST: 'not a host' }, 'HOST must be an address or a host name'],
		[{ DATABASE_URL: 'mysql://db' }, 'DATABASE_URL must be an address beginning with postgres://'],
		[{ VF_ROLES: 'web,king' }, 'VF_ROLES must be some of web, worker, relay'],
		[{ VF_ROLES: ',' }, 'VF_ROLES must be some of web, worker, relay'],
		[{ VF_SOURCE_DENY: '10.0.0.0/33' }, 'VF_SOURCE_DENY must be networks'],
		[{ VF_SOURCE_DENY: 'localhost' }, 'VF_SOURCE_DENY must be networks'],
		[{ VF_INSTANCE_ID: 'a b' }, 'VF_INSTANCE_ID must be 1 to 64 letters'],
		[{ VF_SECRET_KEY: 'short' }, 'VF_SECRET_KEY must have at least 32 characters'],
		[{ VF_METRICS_TOKEN: 'short' }, 'VF_METRICS_TOKEN must have at least 16 characters'],
		[{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of fatal'],
		[{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT must be one of json, pretty'],
		[{ VF_ADMIN_EMAIL: 'a@example.org' }, 'VF_ADMIN_EMAIL and VF_ADMIN_PASSWORD go together'],
		[
			{ VF_ADMIN_EMAIL: 'nobody', VF_ADMIN_PASSWORD: 'long enough' },
			'VF_ADMIN_EMAIL must be an e-mail address'
		],
		[
			{ VF_ADMIN_EMAIL: 'a@example.org', VF_ADMIN_PASSWORD: 'short' },
			'VF_ADMIN_PASSWORD must have at least 10 characters'
		],
		[{ DATABASE_URL: 'postgres://db/vf' }, 'VF_SECRET_KEY is required with DATABASE_URL'],
		[
			{ VF_MAX_STREAM: '3' },
			'VF_MAX_STREAM is not a variable this version knows; did you mean VF_MAX_STREAMS?'
		],
		[{ VF_ELSE: '1' }, 'VF_ELSE is not a variable this version knows.']
	])('%o', (env, words) => {
		expect(() => load(env as Record<string, string>)).toThrow(
			expect.objectContaining({ name: 'StartupError' })
		);
		expect(() => load(env as Record<string, string>)).toThrow(words);
	});

	it('that names all of them at once, and no secret', () => {
		const told = () =>
			load({ PORT: 'x', LOG_LEVEL: 'y', VF_SECRET_KEY: 'hunter2', DATABASE_URL: 'http://u:hunter2@db' });
		expect(told).toThrow(/^Configuration: .*PORT.*VF_SECRET_KEY.*LOG_LEVEL[^\n]*$/);
		expect(told).not.toThrow('hunter2');
	});
});

describe('the secret of the webhook', () => {
	const DATABASE = { DATABASE_URL: 'postgres://vf@db/vf', VF_SECRET_KEY: 'x'.repeat(32) };

	it('is made once, readable by the server alone', () => {
		const first = load().webhook;
		expect(first).toEqual({ token: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, from: 'file' });
		expect(load().webhook).toEqual(first);
		expect(statSync(join(dir, 'webhook.token')).mode & 0o777).toBe(0o600);
	});

	it('comes from the environment where it is set, and then no file is made', () => {
		const token = 'a-secret-of-many-letters';
		const environment = { token, from: 'environment' };
		expect(load({ VF_WEBHOOK_TOKEN: token }).webhook).toEqual(environment);
		expect(load({ ...DATABASE, VF_WEBHOOK_TOKEN: token }).webhook).toEqual(environment);
		expect(existsSync(join(dir, 'webhook.token'))).toBe(false);
	});

	it('is not made up where several instances would each have their own', () => {
		expect(load(DATABASE).webhook).toBeNull();
		expect(existsSync(join(dir, 'webhook.token'))).toBe(false);
	});

	it.each(['short', 'has a space in the middle', 'x'.repeat(501)])('%s is refused, and not told', (token) => {
		expect(() => load({ VF_WEBHOOK_TOKEN: token })).toThrow(/^Configuration: VF_WEBHOOK_TOKEN must/);
		expect(() => load({ VF_WEBHOOK_TOKEN: token })).not.toThrow(token);
	});

	it('that is damaged says what to do', () => {
		writeFileSync(join(dir, 'webhook.token'), 'oops');
		expect(() => load()).toThrow('Delete it to have a new one made.');
	});
});

describe('the secret key', () => {
	it('is made once, for the owner alone', () => {
		const first = load().secretKey;
		expect(first).toMatch(/^[0-9a-f]{64}$/);
		expect(load().secretKey).toBe(first);
		expect(statSync(join(dir, 'secret.key')).mode & 0o777).toBe(0o600);
	});

	it('is closed again when somebody opened it', () => {
		load();
		chmodSync(join(dir, 'secret.key'), 0o644);
		load();
		expect(statSync(join(dir, 'secret.key')).mode & 0o777).toBe(0o600);
	});

	it('is not replaced when it is damaged', () => {
		writeFileSync(join(dir, 'secret.key'), 'oops');
		expect(() => load()).toThrow('is damaged');
		expect(readFileSync(join(dir, 'secret.key'), 'utf8')).toBe('oops');
	});

	it('is not written when one is given', () => {
		expect(load({ VF_SECRET_KEY: 'x'.repeat(32) }).secretKey).toBe('x'.repeat(32));
		expect(existsSync(join(dir, 'secret.key'))).toBe(false);
	});
});

describe('ffmpeg', () => {
	it('is the one named, or none: never a silent substitute', () => {
		writeFileSync(join(dir, 'ffmpeg'), '#!/bin/sh\n', { mode: 0o755 });
		expect(findFfmpeg(join(dir, 'ffmpeg'))).toBe(join(dir, 'ffmpeg'));
		expect(findFfmpeg(join(dir, 'missing'))).toBeNull();
	});

	it('may be named without a folder', () => {
		writeFileSync(join(dir, 'ffmpeg-7'), '#!/bin/sh\n', { mode: 0o755 });
		expect(findFfmpeg('ffmpeg-7', `/nowhere:${dir}`)).toBe(join(dir, 'ffmpeg-7'));
	});
});

it('the reference page is that of the code (npm run docs:generate)', () => {
	expect(readFileSync(join(projectRoot().dir, CONFIGURATION_PAGE), 'utf8')).toBe(configurationPage());
});
