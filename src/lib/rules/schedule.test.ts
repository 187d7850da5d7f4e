// Windows of a week: over midnight, on whole days, and where clocks are changed.
import { describe, expect, it } from 'vitest';
import type { Schedule } from '#lib/contracts/rule.ts';
import { openingHours } from './schedule.ts';

function open(schedule: Schedule, ...moments: string[]): boolean[] {
	const isOpen = openingHours(schedule);
	return moments.map((moment) => isOpen(Date.parse(moment)));
}
const week = (from: string, to: string, days: number[], timezone = 'UTC'): Schedule => ({
	timezone,
	windows: [{ days, from, to }]
});

it('without a schedule it is always open', () => {
	expect(openingHours(null)(0)).toBe(true);
});

describe('a window', () => {
	// 2026-03-02 is a Monday.
	it('begins at its minute and is over at its minute, on its days', () => {
		const office = week('08:00', '17:30', [1, 2, 3, 4, 5]);
		expect(
			open(
				office,
				'2026-03-02T07:59:59.999Z',
				'2026-03-02T08:00:00Z',
				'2026-03-02T17:29:59Z',
				'2026-03-02T17:30:00Z',
				'2026-03-07T12:00:00Z'
			)
		).toEqual([false, true, true, false, false]);
	});

	it('over midnight belongs to the day on which it begins', () => {
		const night = week('22:00', '06:00', [5]);
		expect(
			open(
				night,
				'2026-03-06T05:00:00Z', // Friday morning: the night before was Thursday's
				'2026-03-06T22:00:00Z',
				'2026-03-07T05:59:00Z',
				'2026-03-07T06:00:00Z',
				'2026-03-07T22:30:00Z'
			)
		).toEqual([false, true, true, false, false]);
	});

	it('of Sunday night reaches into Monday', () => {
		expect(open(week('22:00', '06:00', [7]), '2026-03-02T03:00:00Z', '2026-03-03T03:00:00Z')).toEqual([
			true,
			false
		]);
	});

	it('with equal ends is the whole day', () => {
		expect(
			open(
				week('09:00', '09:00', [1]),
				'2026-03-02T00:00:00Z',
				'2026-03-02T23:59:00Z',
				'2026-03-03T08:00:00Z'
			)
		).toEqual([true, true, false]);
	});

	it('is one of several', () => {
		const both: Schedule = {
			timezone: 'UTC',
			windows: [
				{ days: [1], from: '08:00', to: '09:00' },
				{ days: [1], from: '10:00', to: '11:00' }
			]
		};
		expect(open(both, '2026-03-02T08:30:00Z', '2026-03-02T09:30:00Z', '2026-03-02T10:30:00Z')).toEqual([
			true,
			false,
			true
		]);
	});
});

describe('in a place', () => {
	const copenhagen = (from: string, to: string) => week(from, to, [1, 2, 3, 4, 5, 6, 7], 'Europe/Copenhagen');

	it('its clocks count, in winter and in summer', () => {
		const morning = copenhagen('08:00', '09:00');
		expect(open(morning, '2026-01-15T07:30:00Z', '2026-07-15T07:30:00Z', '2026-07-15T06:30:00Z')).toEqual([
			true,
			false,
			true
		]);
		expect(open(week('00:00', '00:00', [5], 'Pacific/Auckland'), '2026-03-05T12:00:00Z')).toEqual([true]);
	});

	it('the hour that is skipped in spring is nobody’s', () => {
		// 2026-03-29, 01:00 UTC: 02:00 becomes 03:00.
		const skipped = copenhagen('02:00', '03:00');
		expect(open(skipped, '2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z')).toEqual([false, false]);
		expect(open(copenhagen('02:30', '03:30'), '2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z')).toEqual([
			true,
			false
		]);
	});

	it('the hour that comes twice in autumn counts twice', () => {
		// 2026-10-25, 01:00 UTC: 03:00 becomes 02:00 again.
		const twice = copenhagen('02:00', '03:00');
		expect(
			open(
				twice,
				'2026-10-24T23:59:00Z',
				'2026-10-25T00:30:00Z',
				'2026-10-25T01:30:00Z',
				'2026-10-25T02:00:00Z'
			)
		).toEqual([false, true, true, false]);
	});
});
