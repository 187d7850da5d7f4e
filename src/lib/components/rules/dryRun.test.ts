// The dry run in words.
import { describe, expect, it } from 'vitest';
import { condition, type DryRunResult } from '#lib/contracts/rule.ts';
import { firingLength, peakWords, plotColumns, plotRange, plotTop, verdict } from './dryRun.ts';

const fired = (from: string, to: string | null, peak: number | null = null) => ({
	starts_at: `2025-11-21T${from}Z`,
	ends_at: to === null ? null : `2025-11-21T${to}Z`,
	peak
});
function result(part: Partial<DryRunResult>): DryRunResult {
	return {
		from: '2025-11-21T13:32:00Z',
		to: '2025-11-21T14:32:00Z',
		covered_s: 3600,
		firings: [],
		series: { label: 'People', limit: 8, points: [] },
		note: null,
		...part
	};
}

describe('verdict', () => {
	it('counts the firings over the range that was asked for', () => {
		const two = [fired('13:40:00', '13:41:00'), fired('14:09:12', null)];
		expect(verdict(result({ firings: two }), 3600)).toBe('Would have fired 2 times in the last hour');
		expect(verdict(result({ firings: two.slice(0, 1) }), 21_600)).toBe(
			'Would have fired 1 time in the 1 h stored'
		);
		expect(verdict(result({}), 3600)).toBe('Would not have fired in the last hour');
	});

	it('says over how much it looked when less is stored', () => {
		expect(verdict(result({ covered_s: 754 }), 3600)).toBe('Would not have fired in the 12 min stored');
	});
});

it('tells how long each lasted, and which would still fire', () => {
	const now = Date.parse('2025-11-21T14:32:07Z');
	expect(firingLength(fired('14:09:12', null), now)).toBe('22 min 55 s, open');
	expect(firingLength(fired('13:53:40', '13:55:28'), now)).toBe('1 min 48 s');
	expect(firingLength(fired('13:53:40', '13:53:41'), now)).toBe('1 s');
	expect(firingLength(fired('13:00:00', '13:02:00'), now)).toBe('2 min');
});

it('tells the peak in the words of its condition', () => {
	const people = condition.parse({ type: 'count', classes: ['person'], op: 'over', value: 8 });
	expect(peakWords(people, 11)).toBe('peak 11 people');
	expect(peakWords(people, null)).toBe('');
	const surge = condition.parse({ type: 'flow_magnitude', op: 'over', value: 3, relative: true });
	expect(peakWords(surge, 4.26)).toBe('peak 4.26 times the usual');
});

it('keeps the limit in sight and gaps as gaps', () => {
	const series = {
		label: 'x',
		limit: 8,
		points: [
			[1, 2],
			[2, null],
			[3, 4]
		] as [number, number | null][]
	};
	expect(plotColumns(series.points)).toEqual([
		[1, 2, 3],
		[2, null, 4]
	]);
	expect(plotTop(series)).toBeGreaterThan(8);
	expect(plotTop({ label: 'x', limit: null, points: [] })).toBe(1);
});

describe('plotRange', () => {
	const to = Date.parse('2025-11-21T14:32:00Z') / 1000;
	const from = (points: [number, number | null][]) =>
		plotRange(result({ series: { label: 'x', limit: null, points } }))[0];

	it('begins where something is stored, within what was asked for', () => {
		expect(from([[to - 600, null], [to - 300, 2], [to, 3]])).toBe(to - 300); // prettier-ignore
		expect(from([[to - 9000, 2], [to, 3]])).toBe(to - 3600); // prettier-ignore
	});

	it('is never narrower than a minute', () => {
		expect(from([[to - 3, 2], [to, 3]])).toBe(to - 60); // prettier-ignore
	});
});
