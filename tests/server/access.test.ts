// Who may do what, asked of the running server: every route of the API, in every role.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, roleAllows, type Role } from '#lib/contracts/account.ts';
import {
	ADMIN,
	client,
	newDataDir,
	removeDataDir,
	ROOT,
	setUp,
	signIn,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const NO_SUCH_ID = '00000000-0000-4000-8000-000000000000';

interface Handler {
	method: string;
	path: string;
	role: Role | 'public';
}

/** Every handler under src/routes that is an endpoint, with the role it asks for. */
function handlers(): Handler[] {
	return globSync('src/routes/**/+server.ts', { cwd: ROOT }).flatMap((file) => {
		const source = readFileSync(join(ROOT, file), 'utf8');
		const path = file
			.replace(/^src\/routes/, '')
			.replace(/\/\+server\.ts$/, '')
			.replaceAll(/\/\(\w+\)/g, '')
			.replaceAll(/\[\.\.\.\w+\]/g, 'nothing')
			.replaceAll(/\[\w+\]/g, NO_SUCH_ID);
		return METHODS.flatMap((method) => {
			if (!new RegExp(`export const ${method}\\b`).test(source)) return [];
			const role = new RegExp(`export const ${method} = endpoint\\(\\s*\\{\\s*role: '(\\w+)'`).exec(
				source
			)?.[1];
			return role ? [{ method, path, role: role as Handler['role'] }] : [];
		});
	});
}

let server: RunningServer;
let clients: Record<Role, Client>;
let keys: Record<Role, Client>;

beforeAll(async () => {
	server = await startServer({ dataDir: newDataDir() });
	const admin = await setUp(server);
	const people = {} as Record<Role, Client>;
	keys = {} as Record<Role, Client>;
	for (const role of ROLES) {
		const account = { email: `${role}@people.example`, password: 'a long password' };
		expect((await admin.json('POST', '/api/v1/users', { ...account, name: role, role })).status).toBe(201);
		people[role] = await signIn(server, account);
		const { body } = await people[role].json('POST', '/api/v1/api-keys', { name: 'test', role });
		keys[role] = client(server, { authorization: `Bearer ${body.key}` });
	}
	clients = people;
});
afterAll(async () => {
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

describe.each(handlers().map((handler) => [`${handler.method} ${handler.path}`, handler] as const))(
	'%s',
	(_, { method, path, role }) => {
		const open = [
			...['/health', '/health/live', '/health/ready', '/api/v1/setup'],
			// To who is on the same machine, as a test is.
			...['/metrics', '/api/v1/metrics/targets']
		].includes(path);

		it(open ? 'is open' : 'asks who one is', async () => {
			const response = await client(server).fetch(path, { method });
			if (open) return expect([200, 400]).toContain(response.status);
			expect(response.status).toBe(response.status === 303 && !path.startsWith('/api/') ? 303 : 401);
			if (response.status === 401) {
				expect(response.headers.get('content-type')).toBe('application/problem+json');
				expect(await response.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
			}
		});

		// What is open to all is open to every role.
		if (role !== 'public')
			it.each(ROLES)(`for a %s`, async (mine) => {
				for (const somebody of [clients[mine], keys[mine]]) {
					const ending = new AbortController();
					const response = await somebody.fetch(path, {
						method,
						signal: ending.signal,
						...(method !== 'GET' && { body: '{}' })
					});
					const refused =
						response.status === 403 && ((await response.json()) as { code: string }).code === 'forbidden';
					ending.abort();
					expect(refused).toBe(!roleAllows(mine, role as Role));
				}
			});
	}
);

describe('pages', () => {
	it.each(['/', '/live', '/map', '/settings', '/dashboard', '/no-such-page', '/?stream=1'])(
		'%s lead to the sign-in and back',
		async (path) => {
			const response = await client(server).fetch(path);
			expect(response.status).toBe(303);
			const next = path === '/' ? '' : `?next=${encodeURIComponent(path)}`;
			expect(response.headers.get('location')).toBe(`/login${next}`);
		}
	);

	it('are served to who signed in, with the headers that keep others out', async () => {
		const response = await clients.viewer.fetch('/');
		expect(response.status).toBe(200);
		expect(response.headers.get('content-security-policy')).toMatch(
			/default-src 'self'.*frame-ancestors 'self'/
		);
		expect(response.headers.get('x-content-type-options')).toBe('nosniff');
		expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
	});

	it('have their data behind the same door', async () => {
		const response = await client(server).fetch('/settings/__data.json');
		expect(await response.text()).not.toContain('admin@');
		expect([200, 303, 401]).toContain(response.status);
	});
});

describe('the API', () => {
	it('does not tell strangers which routes there are', async () => {
		expect((await client(server).fetch('/api/v1/no-such-route')).status).toBe(401);
	});

	it.each(['/api/v1/no-such-route', `/api/v1/streams/${NO_SUCH_ID}/no-such-route`])(
		'answers %s with a problem',
		async (path) => {
			expect(await clients.admin.json('GET', path)).toMatchObject({
				status: 404,
				body: { code: 'not_found' }
			});
		}
	);

	it('answers a method that is not there with a problem', async () => {
		expect(await clients.admin.json('PATCH', '/api/v1/setup', {})).toMatchObject({
			status: 405,
			body: { code: 'method_not_allowed' }
		});
	});

	it.each([
		['/health/', 308],
		['//api/v1/streams', 401],
		['/api/v1/%73treams', 401],
		['/API/v1/streams', 303],
		['/health/..%2fapi/v1/streams', 303]
	])('is not reached by writing %s differently', async (path) => {
		const response = await client(server).fetch(path);
		expect(response.status).not.toBe(200);
	});

	it('refuses a page of another origin that has the cookie', async () => {
		const response = await clients.admin.fetch('/api/v1/streams', {
			method: 'POST',
			body: '{}',
			headers: { origin: 'http://evil.example', 'content-type': 'application/json' }
		});
		expect(response.status).toBe(403);
		const form = await clients.admin.fetch('/api/v1/streams', {
			method: 'POST',
			body: 'a=b',
			headers: { origin: 'http://evil.example', 'content-type': 'text/plain' }
		});
		expect(form.status).toBe(403);
	});

	it('accepts the page it served, by whichever name people came', async () => {
		for (const host of [`127.0.0.1:${server.port}`, `localhost:${server.port}`]) {
			const { status } = await client({ url: `http://${host}` }, { origin: `http://${host}` }).json(
				'POST',
				'/api/auth/sign-in/email',
				ADMIN
			);
			expect(status).toBe(200);
		}
	});

	it('ignores what a client says about its protocol', async () => {
		const response = await client(server, {
			'x-vector-flow-protocol': 'https',
			'x-vector-flow-host': 'evil.example'
		}).json('POST', '/api/auth/sign-in/email', ADMIN);
		expect(response.status).toBe(200);
	});

	it('refuses a page of another origin that signs somebody in', async () => {
		expect(
			(await client(server, { origin: 'http://evil.example' }).json('POST', '/api/auth/sign-in/email', ADMIN))
				.status
		).toBe(403);
	});
});

it('an expired session does not stand in the way of a new one', async () => {
	const expired = 'vector-flow.session_token=gone.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D';
	const { status, headers } = await client(server, { cookie: expired }).json(
		'POST',
		'/api/auth/sign-in/email',
		ADMIN
	);
	expect(status).toBe(200);
	expect(headers.getSetCookie().filter((cookie) => /session_token=/.test(cookie))).toHaveLength(1);
	const cookie = headers
		.getSetCookie()
		.map((text) => text.split(';')[0])
		.join('; ');
	expect((await client(server, { cookie }).fetch('/api/v1/users/me')).status).toBe(200);
});

it('sign-in slows down after a few wrong passwords, and says for how long', async () => {
	const guess = () =>
		client(server).json('POST', '/api/auth/sign-in/email', {
			email: 'viewer@people.example',
			password: 'wrong password'
		});
	const answers = [];
	for (let i = 0; i < 6; i++) answers.push(await guess());
	expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
	const wait = Number(answers[5]?.headers.get('retry-after'));
	expect(wait).toBeGreaterThan(0);
	expect(wait).toBeLessThanOrEqual(60);
	expect(answers[5]?.body).toMatchObject({ code: 'rate_limited' });
});
