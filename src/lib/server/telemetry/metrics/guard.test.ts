// Who may read the metrics, and who may not however they dress up.
import { describe, expect, test } from 'vitest';
import { AppError } from '../../base/errors.ts';
import { createGuard, isLoopback } from './guard.ts';

const TOKEN = 'a token of some length';
const allow = () => {};

function answer(
	guard: ReturnType<typeof createGuard>,
	headers: Record<string, string>,
	address: string
): string {
	try {
		guard(new Request('http://localhost/metrics', { headers }), () => address);
		return 'admitted';
	} catch (error) {
		if (error instanceof AppError) return error.code;
		throw error;
	}
}

describe('with a token', () => {
	const guard = createGuard({ token: TOKEN, behindProxy: false, refuseUnknownHost: allow });

	test('whoever sends it is admitted, from anywhere', () => {
		expect(answer(guard, { authorization: `Bearer ${TOKEN.split(' ')[0]}` }, '10.0.0.9')).toBe(
			'unauthenticated'
		);
		const plain = createGuard({ token: 'tok-1234567890abcdef', behindProxy: true, refuseUnknownHost: allow });
		expect(answer(plain, { authorization: 'Bearer tok-1234567890abcdef' }, '10.0.0.9')).toBe('admitted');
		expect(answer(plain, { authorization: 'bearer tok-1234567890abcdef' }, '10.0.0.9')).toBe('admitted');
	});

	test.each(['', 'Bearer', 'Bearer ', 'Bearer wrong', `Basic ${TOKEN}`, 'Bearer undefined', 'null'])(
		'%j is not it, on the same machine neither',
		(authorization) => {
			expect(answer(guard, { authorization }, '127.0.0.1')).toBe('unauthenticated');
		}
	);
});

describe('without a token', () => {
	const guard = createGuard({ token: null, behindProxy: false, refuseUnknownHost: allow });

	test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('%s is admitted', (address) => {
		expect(isLoopback(address)).toBe(true);
		expect(answer(guard, {}, address)).toBe('admitted');
	});

	test.each([
		'10.0.0.1',
		'192.168.1.7',
		'::ffff:10.0.0.1',
		'fe80::1',
		'1270.0.0.1',
		'',
		'127.0.0.1, 10.0.0.1'
	])('%j is not', (address) => expect(answer(guard, {}, address)).toBe('forbidden'));

	test.each(['forwarded', 'x-forwarded-for', 'X-Forwarded-Host', 'x-real-ip', 'via', 'cf-connecting-ip'])(
		'what came through a proxy (%s) is not, whatever it claims',
		(header) => expect(answer(guard, { [header]: '127.0.0.1' }, '127.0.0.1')).toBe('forbidden')
	);

	test('nobody is where addresses come in a header', () => {
		const behind = createGuard({ token: null, behindProxy: true, refuseUnknownHost: allow });
		expect(answer(behind, {}, '127.0.0.1')).toBe('forbidden');
	});

	test('a page whose own name leads here is not', () => {
		const refuse = () => {
			throw new AppError('forbidden', 'not by this name');
		};
		const strict = createGuard({ token: null, behindProxy: false, refuseUnknownHost: refuse });
		expect(answer(strict, {}, '127.0.0.1')).toBe('forbidden');
	});
});
