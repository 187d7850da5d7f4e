// Uptime: what is not known is neither up nor down, and less than all is never called all.
import { expect, it } from 'vitest';
import { uptimeBar, uptimeShare, uptimeWords } from './uptime.ts';

const span = { from: 0, to: 960 };
const points = (shares: (number | null)[], stepS = 10) =>
	shares.map((connected, i) => ({ at: new Date(i * stepS * 1000).toISOString(), connected }));

it('is the share of the time that is known', () => {
	expect(uptimeShare(points([1, 1, 0, null]))).toBeCloseTo(2 / 3);
	expect(uptimeShare(points([null]))).toBeNull();
});

it('is drawn in stretches of a kind', () => {
	const shares = [...Array<number>(48).fill(1), ...Array<number>(24).fill(0), ...Array<null>(24).fill(null)];
	expect(uptimeBar(points(shares), span)).toEqual([
		{ from: 0, to: 0.5, kind: 'up' },
		{ from: 0.5, to: 0.75, kind: 'down' },
		{ from: 0.75, to: 1, kind: 'unknown' }
	]);
});

it('has no stripes where points lie further apart than its cells', () => {
	expect(uptimeBar(points(Array<number>(33).fill(1), 30), span)).toEqual([{ from: 0, to: 1, kind: 'up' }]);
});

it.each([
	[null, '–'],
	[1, '100 %'],
	[0.99999, '99.99 %'],
	[0.987, '98.7 %'],
	[0, '0.0 %']
])('of %s is told as %s', (share, words) => {
	expect(uptimeWords(share)).toBe(words);
});
