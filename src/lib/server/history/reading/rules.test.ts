// Which rows a question is answered from, in how many points, and what is no range.
import { describe, expect, test } from 'vitest';
import { rangeQuery } from '#lib/contracts/charts.ts';
import { FLOW_RANGES } from '#lib/contracts/facts.ts';
import { AppError } from '../../base/errors.ts';
import { flowGrain, GRAIN_S, MOST_POINTS, performanceGrain, spanOf, stepOf, timeRange } from './rules.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const kept = { secondsMs: DAY, minutesMs: 30 * DAY };
const asked = (query: object) => timeRange(rangeQuery.parse(query), NOW);
const ago = (from: number, to: number) => ({ from: new Date(NOW - from), to: new Date(NOW - to) });

describe('a range', () => {
	test('ends now, or lies where it is said to', () => {
		expect(spanOf(asked({ range: '15m' }))).toBe(901_000);
		expect(asked({ from: '2026-11-20T00:00:00Z', to: '2026-11-20T06:00:00Z' })).toEqual({
			from: new Date('2026-11-20T00:00Z'),
			to: new Date('2026-11-20T06:00Z')
		});
	});

	test.each([
		['only from', { from: '2026-11-20T00:00:00Z' }, 'to'],
		['only to', { to: '2026-11-20T00:00:00Z' }, 'from'],
		['the wrong way round', { from: '2026-11-20T00:00:00Z', to: '2026-11-19T00:00:00Z' }, 'to'],
		['no time at all', { from: '2026-11-20T00:00:00Z', to: '2026-11-20T00:00:00Z' }, 'to'],
		['two years', { from: '2024-11-20T00:00:00Z', to: '2026-11-20T00:00:00Z' }, 'from'],
		['the year 1', { from: '0001-01-01T00:00:00Z', to: '0001-01-02T00:00:00Z' }, 'from'],
		['the year 9999', { from: '9999-01-01T00:00:00Z', to: '9999-01-02T00:00:00Z' }, 'to']
	])('of %s is none, and says where', (_, query, path) => {
		const refused = (() => {
			try {
				return asked(query);
			} catch (error) {
				return error;
			}
		})();
		expect(refused).toBeInstanceOf(AppError);
		expect(refused).toMatchObject({ code: 'invalid_input', errors: [{ path }] });
	});

	test.each([{ range: '2h' }, { range: '' }, { range: '1h; drop' }, { from: 'now-1h' }, { since: '1h' }])(
		'%o is refused by its form',
		(query) => expect(rangeQuery.safeParse(query).success).toBe(false)
	);
});

describe('the grain', () => {
	test('is seconds to an hour, minutes to a week, hours beyond', () => {
		const grains = Object.keys(FLOW_RANGES).map((range) => flowGrain(asked({ range }), NOW, kept));
		expect(grains).toEqual([
			...['second', 'second', 'second', 'second'],
			...['minute', 'minute', 'minute', 'minute', 'minute']
		]);
		expect(flowGrain(ago(8 * DAY, 0), NOW, kept)).toBe('hour');
	});

	test('is a coarser one where the finer is forgotten', () => {
		expect(flowGrain(ago(23 * HOUR, 22.5 * HOUR), NOW, kept)).toBe('second');
		expect(flowGrain(ago(25 * HOUR, 24.5 * HOUR), NOW, kept)).toBe('minute');
		expect(flowGrain(ago(40 * DAY, 39.9 * DAY), NOW, kept)).toBe('hour');
		expect(flowGrain(ago(7 * DAY, 0), NOW, { ...kept, minutesMs: DAY })).toBe('hour');
	});

	test('of performance is ten seconds for six hours', () => {
		expect(performanceGrain(asked({ range: '6h' }), NOW, 2 * DAY)).toBe('sample');
		expect(performanceGrain(asked({ range: '12h' }), NOW, 2 * DAY)).toBe('minute');
		expect(performanceGrain(ago(3 * DAY, 2.9 * DAY), NOW, 2 * DAY)).toBe('minute');
	});
});

test('at most a thousand points, wherever a range begins', () => {
	for (let span = 1; span < 366 * DAY; span = span * 1.7 + 13) {
		const range = ago(span, 0);
		const least = GRAIN_S[flowGrain(range, NOW, kept)];
		const step = stepOf(range, least) * 1000;
		const points = Math.floor(range.to.getTime() / step) - Math.floor(range.from.getTime() / step) + 1;
		expect(points).toBeLessThanOrEqual(MOST_POINTS);
		expect(step % (least * 1000)).toBe(0);
	}
	expect(stepOf(asked({ range: '5m' }), 1)).toBe(1);
	expect(stepOf(asked({ range: '1h' }), 1)).toBe(5);
	expect(stepOf(asked({ range: '7d' }), 60)).toBe(900);
});
