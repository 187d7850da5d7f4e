// A database that is away is told from a query, or a socket, that failed for another reason.
import { expect, it } from 'vitest';
import { isDatabaseInTrouble, isDatabaseOutage } from './outage.ts';

const withCode = (code: string, extra: object = {}) => Object.assign(new Error(code), { code, ...extra });
const failedQuery = (cause: Error) =>
	Object.assign(new Error('Failed query', { cause }), { query: 'select 1' });

it.each([
	'ECONNREFUSED',
	'ENOENT',
	'CONNECTION_CLOSED',
	'CONNECT_TIMEOUT',
	'57P01',
	'57P03',
	'08006',
	'53300'
])('%s of a query is one', (code) => {
	expect(isDatabaseOutage(withCode(code, { query: 'select 1' }))).toBe(true);
	expect(isDatabaseOutage(failedQuery(withCode(code)))).toBe(true);
});

it.each(['23505', '42P01', '22P02', '57014'])('%s of a query is none', (code) => {
	expect(isDatabaseOutage(failedQuery(withCode(code)))).toBe(false);
});

it('neither is a refused camera, a missing file, or what is no error', () => {
	expect(isDatabaseOutage(withCode('ECONNREFUSED'))).toBe(false);
	expect(isDatabaseOutage(withCode('ENOENT'))).toBe(false);
	expect(isDatabaseOutage('ECONNREFUSED')).toBe(false);
	expect(isDatabaseOutage(null)).toBe(false);
});

it('a database that is full, stuck or slow is in trouble; a query that is wrong is not its fault', () => {
	for (const code of ['53100', '40P01', '57014', '57P03', 'CONNECTION_CLOSED'])
		expect(isDatabaseInTrouble(failedQuery(withCode(code)))).toBe(true);
	for (const code of ['23505', '22P05', '42P01'])
		expect(isDatabaseInTrouble(failedQuery(withCode(code)))).toBe(false);
});
