// Ranges in UTC, clipped by what exists, dropped when their end is too old.
import { describe, expect, test } from 'vitest';
import { keptTables, missingRanges, outlived, partitionName, rangesAround, type Range } from './rules.ts';

const range = (from: string, to: string): Range => ({ from: new Date(`${from}Z`), to: new Date(`${to}Z`) });

describe('ranges', () => {
	test('of six hours begin at midnight, six, noon and eighteen', () => {
		expect(rangesAround('6h', new Date('2026-11-21T05:59:59.999Z'))).toEqual([
			range('2026-11-20T18:00', '2026-11-21T00:00'),
			range('2026-11-21T00:00', '2026-11-21T06:00'),
			range('2026-11-21T06:00', '2026-11-21T12:00'),
			range('2026-11-21T12:00', '2026-11-21T18:00')
		]);
	});

	test('of a month are as long as the month, over the end of a year', () => {
		expect(rangesAround('month', new Date('2026-12-31T23:00Z'))).toEqual([
			range('2026-11-01T00:00', '2026-12-01T00:00'),
			range('2026-12-01T00:00', '2027-01-01T00:00'),
			range('2027-01-01T00:00', '2027-02-01T00:00'),
			range('2027-02-01T00:00', '2027-03-01T00:00')
		]);
	});

	test('that exist are not made again, and what they leave open is', () => {
		const wanted = rangesAround('month', new Date('2026-11-21T00:00Z'));
		const days = [
			range('2026-11-20T00:00', '2026-11-21T00:00'),
			range('2026-11-22T00:00', '2026-11-23T00:00'),
			range('2026-11-21T00:00', '2026-11-22T00:00')
		];
		expect(missingRanges(wanted.slice(1, 3), days)).toEqual([
			range('2026-11-01T00:00', '2026-11-20T00:00'),
			range('2026-11-23T00:00', '2026-12-01T00:00'),
			range('2026-12-01T00:00', '2027-01-01T00:00')
		]);
		expect(missingRanges(wanted, wanted)).toEqual([]);
	});

	test('have a name each', () => {
		expect(partitionName('flow_samples', range('2026-11-21T06:00', '2026-11-21T12:00'))).toBe(
			'flow_samples_20261121t06'
		);
	});
});

describe('what is kept', () => {
	const kept = (days: number, table: string) => keptTables(days).find((one) => one.table === table)!;

	test('of seconds is a day at most', () => {
		expect(kept(30, 'flow_samples').keptMs).toBe(86_400_000);
		expect(kept(30, 'flow_minutes')).toMatchObject({ span: 'day', keptMs: 30 * 86_400_000 });
	});

	test('for years lies in months: a question looks at every partition of its range', () => {
		expect(kept(3650, 'flow_minutes').span).toBe('month');
	});

	test('goes when the last of a partition is too old, and not before', () => {
		const partition = {
			...range('2026-11-20T06:00', '2026-11-20T12:00'),
			table: 'flow_samples',
			name: 'x'
		};
		const at = (time: string) => outlived([partition], keptTables(30), new Date(`${time}Z`));
		expect(at('2026-11-21T11:59:59')).toEqual([]);
		expect(at('2026-11-21T12:00:00')).toEqual([partition]);
	});
});
