// Where requests may come from, and what is open.
import { describe, expect, it } from 'vitest';
import { isOpen, isPage, signInPath } from './guard.ts';
import { refuseForeignOrigin, refuseUnknownHost } from './origin.ts';

const given = { origin: 'https://cameras.example.org', originGiven: true };
const standard = { origin: 'http://localhost:3000', originGiven: false };

const post = (url: string, headers: Record<string, string> = {}) =>
	new Request(url, { method: 'POST', headers });

describe('a request that changes something', () => {
	it('may come from ORIGIN, from a program, or with a key', () => {
		const url = 'https://cameras.example.org/api/v1/streams';
		expect(() => refuseForeignOrigin(post(url, { origin: given.origin }), given)).not.toThrow();
		expect(() => refuseForeignOrigin(post(url), given)).not.toThrow();
		expect(() =>
			refuseForeignOrigin(
				post(url, { origin: 'https://grafana.example.org', authorization: 'Bearer x' }),
				given
			)
		).not.toThrow();
	});

	it.each(['https://evil.example', 'http://cameras.example.org', 'https://cameras.example.org:8443', 'null'])(
		'may not come from %s',
		(origin) => {
			const request = post('https://cameras.example.org/api/v1/streams', { origin });
			expect(() => refuseForeignOrigin(request, given)).toThrow(
				expect.objectContaining({ code: 'forbidden' })
			);
		}
	);

	it('may come by any name while ORIGIN is not set, but from that name alone', () => {
		const url = 'http://192.0.2.7:3000/api/v1/streams';
		expect(() => refuseForeignOrigin(post(url, { origin: 'http://192.0.2.7:3000' }), standard)).not.toThrow();
		expect(() => refuseForeignOrigin(post(url, { origin: 'http://192.0.2.7:8080' }), standard)).toThrow(
			'ORIGIN'
		);
	});

	it('is not one that only reads', () => {
		const request = new Request('http://localhost:3000/', { headers: { origin: 'https://evil.example' } });
		expect(() => refuseForeignOrigin(request, standard)).not.toThrow();
	});
});

describe('first-run set-up', () => {
	it.each(['http://localhost:3000/', 'http://127.0.0.1:3000/', 'http://[::1]:3000/', 'http://10.0.0.7/'])(
		'may be reached by %s',
		(url) => {
			expect(() => refuseUnknownHost(post(url), standard)).not.toThrow();
		}
	);

	it('may not be reached by a name that somebody else could point here', () => {
		expect(() => refuseUnknownHost(post('http://rebound.example:3000/'), standard)).toThrow(
			'rebound.example'
		);
	});
});

describe('the door', () => {
	it.each([
		['GET', '/login'],
		['HEAD', '/health'],
		['POST', '/api/v1/setup'],
		['POST', '/api/auth/sign-in/email']
	])('%s %s is open', (method, path) => {
		expect(isOpen(method, path)).toBe(true);
	});

	it.each([
		['GET', '/'],
		['GET', '/api/v1/streams'],
		['POST', '/login'],
		['GET', '/health/'],
		['GET', '//health'],
		['GET', '/health/../api/v1/streams'],
		['GET', '/login/x'],
		['POST', '/api/auth/sign-up/email'],
		['GET', '/api/auth/get-session'],
		['GET', '/metrics']
	])('%s %s is closed', (method, path) => {
		expect(isOpen(method, path)).toBe(false);
	});

	it('sends people to the page they wanted by way of the sign-in', () => {
		expect(isPage('GET', '/live')).toBe(true);
		expect(isPage('POST', '/live')).toBe(false);
		expect(isPage('GET', '/api/v1/streams')).toBe(false);
		expect(signInPath(new URL('http://x/live?stream=1'), false)).toBe('/login?next=%2Flive%3Fstream%3D1');
		expect(signInPath(new URL('http://x/'), false)).toBe('/login');
		expect(signInPath(new URL('http://x/live'), true)).toBe('/setup');
	});
});
