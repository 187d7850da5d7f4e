// Who is let in to tell alerts, and how often.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AppError } from '../base/errors.ts';
import { createAttemptLimiter } from '../auth/index.ts';
import { createGuard } from './secret.ts';

const TOKEN = 'a-secret-of-many-letters';
const lines: string[] = [];
const log = pino({}, { write: (line: string) => void lines.push(line) });

function guard(token: string | null = TOKEN, max = 3) {
	const limit = () => createAttemptLimiter({ max, windowMs: 60_000 });
	return createGuard(token, { messages: limit(), refusals: limit() }, log);
}

function codeOf(given: { authorization?: string; query?: string }, door = guard(), address = '10.0.0.1') {
	try {
		door.admit(
			new Headers(given.authorization ? { authorization: given.authorization } : {}),
			given.query ?? null,
			address
		);
		return 'admitted';
	} catch (error) {
		return (error as AppError).code;
	}
}
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('the secret', () => {
	it.each([
		['a bearer', { authorization: `Bearer ${TOKEN}` }],
		['a bearer in other letters', { authorization: `bearer  ${TOKEN}` }],
		["Basic's password", { authorization: basic(`grafana:${TOKEN}`) }],
		["Basic's password of nobody", { authorization: basic(`:${TOKEN}`) }],
		['the address', { query: TOKEN }]
	])('is taken as %s', (_, given) => {
		expect(codeOf(given)).toBe('admitted');
	});

	it.each([
		['nothing', {}],
		['another', { authorization: 'Bearer another-secret-of-letters' }],
		['its beginning', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
		['more than it', { authorization: `Bearer ${TOKEN}x` }],
		["Basic's user", { authorization: basic(`${TOKEN}:`) }],
		['no scheme', { authorization: TOKEN }],
		['an empty bearer', { authorization: 'Bearer ' }],
		['an empty address', { query: '' }],
		['a header without end', { authorization: `Bearer ${'x'.repeat(100_000)}` }]
	])('is not %s', (_, given) => {
		expect(codeOf(given)).toBe('unauthenticated');
	});

	it('is nothing where the server has none', () => {
		for (const given of [{}, { query: '' }, { query: 'null' }, { authorization: 'Bearer null' }])
			expect(codeOf(given, guard(null))).toBe('unauthenticated');
	});

	it('and what was given for it are never logged', () => {
		codeOf({ authorization: 'Bearer almost-the-right-one', query: 'nearly-the-right-one' });
		expect(lines.join('')).toContain('10.0.0.1');
		expect(lines.join('')).not.toMatch(/right-one|many-letters/);
	});
});

describe('how often', () => {
	it('is bounded by address', () => {
		const door = guard();
		const told = Array.from({ length: 5 }, () => codeOf({ query: TOKEN }, door));
		expect(told).toEqual(['admitted', 'admitted', 'admitted', 'rate_limited', 'rate_limited']);
		expect(codeOf({ query: TOKEN }, door, '10.0.0.2')).toBe('admitted');
	});

	it('is bounded for guesses too, and those hold up nobody who knows the secret', () => {
		const door = guard();
		const guesses = Array.from({ length: 4 }, () => codeOf({ query: 'guess' }, door));
		expect(guesses).toEqual(['unauthenticated', 'unauthenticated', 'unauthenticated', 'rate_limited']);
		expect(codeOf({ query: TOKEN }, door)).toBe('admitted');
	});
});
