// Accounts on a real database: set-up, signing in, people, keys.
import { getAuthTables } from 'better-auth/db';
import { eq, getTableColumns } from 'drizzle-orm';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Identity, Role } from '#lib/contracts/account.ts';
import { loadConfig, type Config } from '../config/index.ts';
import { accounts, apiKeys, sessions, users, verifications } from '../db/schema/auth.ts';
import { connect } from '../db/index.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { problemOf } from '../http/problem.ts';
import { createBetterAuth } from './better-auth.ts';
import { createAuth, type Auth } from './index.ts';

const log = pino({ level: 'silent' });
const PASSWORD = 'correct horse battery';
const BASE = 'http://localhost:3000';

let database: TestDatabase;
let dataDir: string;
let config: Config;
let auth: Auth;

beforeAll(async () => {
	dataDir = mkdtempSync(join(tmpdir(), 'vf-auth-'));
	config = loadConfig({ DATA_DIR: dataDir });
	database = await startTestDatabase();
});
afterAll(async () => {
	await database?.stop();
	rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
	await database.reset();
	auth = createAuth(database.db, config, log);
});

const setUp = (email = 'admin@example.org') => auth.setup.create({ email, name: 'Ada', password: PASSWORD });

function signIn(
	email: string,
	password: string,
	headers: Record<string, string> = {},
	address = '192.0.2.1'
) {
	const request = new Request(`${BASE}/api/auth/sign-in/email`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify({ email, password })
	});
	return auth.handle(request, address);
}

const cookieOf = (response: Response) =>
	response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0])
		.join('; ');
const withCookie = (cookie: string, path = '/', init: RequestInit = {}) =>
	new Request(`${BASE}${path}`, {
		...init,
		headers: { cookie, origin: BASE, 'content-type': 'application/json', ...init.headers }
	});
const withKey = (key: string) => new Request(BASE, { headers: { authorization: `Bearer ${key}` } });

async function somebody(role: Role, email = `${role}@example.org`): Promise<Identity> {
	const user = await auth.users.create({ email, name: role, password: PASSWORD, role });
	return { userId: user.id, email, name: role, role, via: 'session' };
}

it('the tables have every field the library expects, under its name', () => {
	const ours: Record<string, object> = {
		user: users,
		session: sessions,
		account: accounts,
		verification: verifications,
		apikey: apiKeys
	};
	const expected = getAuthTables(createBetterAuth(database.db, config, log).options);
	expect(Object.keys(ours).sort()).toEqual(Object.keys(expected).sort());
	for (const [name, table] of Object.entries(expected)) {
		const columns = Object.keys(getTableColumns(ours[name] as typeof users)).sort();
		expect(columns, name).toEqual(['id', ...Object.keys(table.fields)].sort());
	}
});

describe('first-run set-up', () => {
	it('is needed until there is an administrator', async () => {
		expect(await auth.setup.needed()).toBe(true);
		expect(await setUp('Admin@Example.org')).toMatchObject({
			email: 'admin@example.org',
			role: 'admin',
			name: 'Ada'
		});
		expect(await auth.setup.needed()).toBe(false);
		await expect(setUp('second@example.org')).rejects.toMatchObject({ code: 'conflict' });
	});

	it('makes one administrator when many ask at once, here and on other instances', async () => {
		const instances = Array.from({ length: 8 }, () => createAuth(database.db, config, log));
		const outcomes = await Promise.allSettled(
			instances.map((instance, i) =>
				instance.setup.create({ email: `a${i}@example.org`, name: 'Ada', password: PASSWORD })
			)
		);
		expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		expect(await auth.users.list()).toHaveLength(1);
	});

	it('is done by VF_ADMIN_EMAIL at the first start alone', async () => {
		const seeded = createAuth(
			database.db,
			loadConfig({ DATA_DIR: dataDir, VF_ADMIN_EMAIL: 'op@example.org', VF_ADMIN_PASSWORD: PASSWORD }),
			log
		);
		expect(await seeded.seed()).toEqual({ kind: 'given', email: 'op@example.org' });
		expect(await seeded.seed()).toEqual({ kind: 'known' });
		expect((await signIn('op@example.org', PASSWORD)).status).toBe(200);
	});

	it('makes up a password for the demo, keeps it private, and says the same at the next start', async () => {
		const demo = createAuth(database.db, loadConfig({ DATA_DIR: dataDir, VF_DEMO: '1' }), log);
		const hint = await demo.seed();
		if (hint.kind !== 'made') throw new Error(`the hint is ${hint.kind}`);
		expect(statSync(hint.file).mode & 0o777).toBe(0o600);
		expect(await demo.seed()).toEqual(hint);
		expect((await signIn(hint.email, hint.password)).status).toBe(200);
	});
});

describe('signing in', () => {
	beforeEach(() => setUp());

	it('answers a cookie that identifies, until signing out', async () => {
		const response = await signIn('ADMIN@example.org', PASSWORD);
		const [header = ''] = response.headers.getSetCookie();
		expect(header).toMatch(/HttpOnly/i);
		expect(header).toMatch(/SameSite=Lax/i);
		expect(header).not.toMatch(/Secure/i);
		const cookie = cookieOf(response);
		expect((await auth.identify(withCookie(cookie))).identity).toMatchObject({
			email: 'admin@example.org',
			role: 'admin',
			via: 'session'
		});
		const [user] = await auth.users.list();
		expect(await auth.signedIn([user!.id, 'nobody'])).toEqual([user!.id]);
		await auth.handle(withCookie(cookie, '/api/auth/sign-out', { method: 'POST', body: '{}' }), '192.0.2.1');
		expect((await auth.identify(withCookie(cookie))).identity).toBeNull();
		expect(await auth.signedIn([user!.id])).toEqual([]);
	});

	it('marks the cookie secure when the public address is https', async () => {
		const origin = 'https://cameras.example.org';
		const secure = createAuth(database.db, loadConfig({ DATA_DIR: dataDir, ORIGIN: origin }), log);
		const request = new Request(`${origin}/api/auth/sign-in/email`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', origin },
			body: JSON.stringify({ email: 'admin@example.org', password: PASSWORD })
		});
		const [cookie = ''] = (await secure.handle(request, '192.0.2.1')).headers.getSetCookie();
		expect(cookie).toMatch(/^__Secure-.*; Secure/i);
	});

	it('does not tell a wrong password from an unknown account', async () => {
		const wrong = signIn('admin@example.org', 'wrong password').catch((error: Error) => error.message);
		const unknown = signIn('nobody@example.org', 'wrong password').catch((error: Error) => error.message);
		expect(await wrong).toBe(await unknown);
		await expect(signIn('admin@example.org', 'wrong password')).rejects.toMatchObject({
			code: 'unauthenticated'
		});
	});

	it.each([
		['no e-mail address', { password: PASSWORD }],
		['a number for a password', { email: 'admin@example.org', password: 12345678901 }],
		['an endless password', { email: 'admin@example.org', password: 'x'.repeat(5000) }]
	])('refuses %s', async (_, body) => {
		const request = new Request(`${BASE}/api/auth/sign-in/email`, {
			method: 'POST',
			body: JSON.stringify(body)
		});
		await expect(auth.handle(request, '192.0.2.1')).rejects.toThrow();
	});

	it('is limited for an account, whatever the address, and for an address, whatever the account', async () => {
		for (let i = 0; i < 5; i++)
			await signIn('admin@example.org', 'wrong password', {}, `192.0.2.${i}`).catch(() => {});
		await expect(signIn('admin@example.org', PASSWORD, {}, '192.0.2.99')).rejects.toMatchObject({
			code: 'rate_limited',
			retryAfterS: expect.any(Number)
		});
		for (let i = 0; i < 20; i++)
			await signIn(`n${i}@example.org`, 'wrong password', {}, '198.51.100.7').catch(() => {});
		await expect(signIn('other@example.org', PASSWORD, {}, '198.51.100.7')).rejects.toMatchObject({
			code: 'rate_limited'
		});
	});

	it('is not limited by signing in rightly', async () => {
		for (let i = 0; i < 12; i++) expect((await signIn('admin@example.org', PASSWORD)).status).toBe(200);
	});

	it.each([
		'/api/auth/sign-up/email',
		'/api/auth/api-key/create',
		'/api/auth/admin/create-user',
		'/api/auth/delete-user',
		'/api/auth'
	])('is all there is: %s is not', async (path) => {
		const request = new Request(`${BASE}${path}`, { method: 'POST', body: '{}' });
		await expect(auth.handle(request, '192.0.2.1')).rejects.toMatchObject({ code: 'not_found' });
	});

	it('lets people change their password, knowing the old one', async () => {
		const cookie = cookieOf(await signIn('admin@example.org', PASSWORD));
		const change = (currentPassword: string, newPassword: string) =>
			auth.handle(
				withCookie(cookie, '/api/auth/change-password', {
					method: 'POST',
					body: JSON.stringify({ currentPassword, newPassword })
				}),
				'192.0.2.1'
			);
		await expect(change('wrong password', 'another password')).rejects.toMatchObject({
			code: 'invalid_input'
		});
		await expect(change(PASSWORD, 'short')).rejects.toMatchObject({ code: 'invalid_input' });
		expect((await change(PASSWORD, 'another password')).status).toBe(200);
		expect((await signIn('admin@example.org', 'another password')).status).toBe(200);
	});

	it('does not let people give themselves a role', async () => {
		const viewer = await somebody('viewer');
		const cookie = cookieOf(await signIn(viewer.email, PASSWORD));
		const request = withCookie(cookie, '/api/auth/update-user', {
			method: 'POST',
			body: JSON.stringify({ name: 'Vera', role: 'admin' })
		});
		await auth.handle(request, '192.0.2.1').catch(() => {});
		expect(await auth.users.get(viewer.userId)).toMatchObject({ role: 'viewer' });
	});
});

describe('people', () => {
	let admin: Identity;
	beforeEach(async () => {
		const user = await setUp();
		admin = { userId: user.id, email: user.email, name: user.name, role: 'admin', via: 'session' };
	});

	it('are added once an e-mail address, whatever its case', async () => {
		await somebody('viewer', 'vera@example.org');
		await expect(somebody('viewer', 'VERA@example.org')).rejects.toMatchObject({ code: 'conflict' });
		expect((await auth.users.list()).map(({ email }) => email)).toEqual([
			'admin@example.org',
			'vera@example.org'
		]);
	});

	it('lose their sessions with a new role or password', async () => {
		const viewer = await somebody('viewer');
		for (const patch of [{ role: 'operator' as const }, { password: 'a new password' }]) {
			const cookie = cookieOf(await signIn(viewer.email, PASSWORD));
			await auth.users.update(viewer.userId, patch);
			expect((await auth.identify(withCookie(cookie))).identity).toBeNull();
		}
		expect((await signIn(viewer.email, 'a new password')).status).toBe(200);
	});

	it('keep their sessions with a new name', async () => {
		const viewer = await somebody('viewer');
		const cookie = cookieOf(await signIn(viewer.email, PASSWORD));
		await auth.users.update(viewer.userId, { name: 'Vera' });
		expect((await auth.identify(withCookie(cookie))).identity).toMatchObject({ name: 'Vera' });
	});

	it('never lose the last administrator, even when two ask at once', async () => {
		await expect(auth.users.remove(admin.userId)).rejects.toMatchObject({ code: 'conflict' });
		await expect(auth.users.update(admin.userId, { role: 'viewer' })).rejects.toMatchObject({
			code: 'conflict'
		});
		const second = await somebody('admin', 'second@example.org');
		const outcomes = await Promise.allSettled([
			auth.users.remove(admin.userId),
			auth.users.remove(second.userId)
		]);
		expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
	});

	it('that are not there are not found', async () => {
		await expect(auth.users.get('nobody')).rejects.toMatchObject({ code: 'not_found' });
		await expect(auth.users.update('nobody', { name: 'x' })).rejects.toMatchObject({ code: 'not_found' });
		await expect(auth.users.remove('nobody')).rejects.toMatchObject({ code: 'not_found' });
	});
});

describe('API keys', () => {
	const input = (role: Role, days: number | null = null) => ({ name: 'script', role, expires_in_days: days });

	it('act for their user in their own role', async () => {
		const operator = await somebody('operator');
		const { key, ...described } = await auth.keys.create(operator, input('viewer'));
		expect(key).toMatch(/^vf_\w{64}$/);
		expect(described).toMatchObject({
			name: 'script',
			role: 'viewer',
			start: key.slice(0, 8),
			user_email: operator.email,
			expires_at: null
		});
		expect((await auth.identify(withKey(key))).identity).toEqual({
			...operator,
			role: 'viewer',
			via: 'api-key'
		});
		expect(await auth.keys.list(operator)).toMatchObject([
			{ id: described.id, last_used_at: expect.any(String) }
		]);
	});

	it('are stored as a hash', async () => {
		const { key } = await auth.keys.create(await somebody('viewer'), input('viewer'));
		const [row] = await database.db.select().from(apiKeys);
		expect(JSON.stringify(row)).not.toContain(key);
	});

	it('cannot be above their user, at once or later', async () => {
		const operator = await somebody('operator');
		await expect(auth.keys.create(operator, input('admin'))).rejects.toMatchObject({ code: 'forbidden' });
		const { key } = await auth.keys.create(operator, input('operator'));
		expect((await auth.identify(withKey(key))).identity?.role).toBe('operator');
		await auth.users.update(operator.userId, { role: 'viewer' });
		expect((await auth.identify(withKey(key))).identity?.role).toBe('viewer');
	});

	it('work no more once revoked, expired, or without their user', async () => {
		const viewer = await somebody('viewer');
		const revoked = await auth.keys.create(viewer, input('viewer'));
		const orphaned = await auth.keys.create(viewer, input('viewer'));
		const expired = await auth.keys.create(viewer, input('viewer', 1));
		await database.db
			.update(apiKeys)
			.set({ expiresAt: new Date(Date.now() - 1000) })
			.where(eq(apiKeys.id, expired.id));
		for (const { key } of [revoked, orphaned])
			expect((await auth.identify(withKey(key))).identity).not.toBeNull();
		expect((await auth.identify(withKey(expired.key))).identity).toBeNull();
		await auth.keys.revoke(viewer, revoked.id);
		expect((await auth.identify(withKey(revoked.key))).identity).toBeNull();
		await auth.users.remove(viewer.userId);
		expect((await auth.identify(withKey(orphaned.key))).identity).toBeNull();
	});

	it('are seen and revoked by their user and by administrators alone', async () => {
		const [viewer, other, admin] = [
			await somebody('viewer'),
			await somebody('operator'),
			await somebody('admin')
		];
		const { id } = await auth.keys.create(viewer, input('viewer'));
		expect(await auth.keys.list(other)).toEqual([]);
		expect(await auth.keys.list(admin)).toHaveLength(1);
		await expect(auth.keys.revoke(other, id)).rejects.toMatchObject({ code: 'not_found' });
		await auth.keys.revoke(admin, id);
		expect(await auth.keys.list(viewer)).toEqual([]);
	});

	it.each([
		'',
		'vf_',
		'vf_wrong',
		`vf_${'x'.repeat(64)}`,
		`vf_${'x'.repeat(10_000)}`,
		'nonsense',
		"vf_' or 1=1 --"
	])('%j is none', async (key) => {
		expect((await auth.identify(withKey(key))).identity).toBeNull();
	});

	it('serve far more than ten requests', async () => {
		const { key } = await auth.keys.create(await somebody('viewer'), input('viewer'));
		for (let i = 0; i < 100; i++) expect((await auth.identify(withKey(key))).identity).not.toBeNull();
	});

	it('speak louder than a cookie: a wrong key is nobody, whoever is signed in', async () => {
		const viewer = await somebody('viewer');
		const cookie = cookieOf(await signIn(viewer.email, PASSWORD));
		expect(
			(await auth.identify(withCookie(cookie, '/', { headers: { authorization: 'Bearer vf_wrong' } })))
				.identity
		).toBeNull();
	});
});

it('answers `unavailable` when the database takes too long', async () => {
	await setUp();
	const cookie = cookieOf(await signIn('admin@example.org', PASSWORD));
	const blocked = database.db.transaction(async (tx) => {
		await tx.execute('set local idle_in_transaction_session_timeout = 0');
		await tx.execute('lock table sessions in access exclusive mode');
		await expect(auth.identify(withCookie(cookie))).rejects.toMatchObject({ code: 'unavailable' });
	});
	await blocked;
});

it('answers `unavailable` while the database is away, whichever way one asks, and prints nothing', async () => {
	await setUp();
	const cookie = cookieOf(await signIn('admin@example.org', PASSWORD));
	const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
	const away = connect(database.target);
	await away.close(0);
	const cut = createAuth(away.db, config, log);
	const asks = [
		() => cut.identify(withCookie(cookie)),
		() => cut.identify(withKey(`vf_${'x'.repeat(64)}`)),
		() => cut.users.list(),
		() =>
			cut.handle(
				new Request(`${BASE}/api/auth/sign-in/email`, {
					method: 'POST',
					headers: { 'content-type': 'application/json' },
					body: JSON.stringify({ email: 'admin@example.org', password: PASSWORD })
				}),
				'192.0.2.1'
			)
	];
	for (const ask of asks) {
		const error: unknown = await ask().catch((cause: unknown) => cause);
		expect(problemOf(error)).toMatchObject({ status: 503, code: 'unavailable' });
	}
	expect(printed).not.toHaveBeenCalled();
	printed.mockRestore();
});
