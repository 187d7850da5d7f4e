// Who takes which free streams: decisions alone, with every instance asked in turn.
import { describe, expect, test } from 'vitest';
import type { Labels } from '#lib/contracts/instance.ts';
import { betterElsewhere, quotasOf, type FreeGroup, type WorkerLoad } from './rules.ts';

const worker = (id: string, maxStreams: number, held = 0, labels: Labels = {}): WorkerLoad => ({
	id,
	maxStreams,
	labels,
	held
});
const free = (count: number, placement: Labels = {}): FreeGroup => ({ placement, free: count });

/** What each takes when all ask at the same moment. */
function taken(workers: WorkerLoad[], groups: FreeGroup[], most = Infinity): Record<string, number> {
	const counts = workers.map(({ id }) => {
		const quotas = quotasOf(id, workers, groups, most);
		return [id, quotas.reduce((sum, { count }) => sum + count, 0)] as const;
	});
	return Object.fromEntries(counts);
}

describe('quotas', () => {
	test.each([
		['by size', [worker('a', 10), worker('b', 20), worker('c', 30)], [free(30)], { a: 5, b: 10, c: 15 }],
		['a remainder goes to one', [worker('a', 4), worker('b', 4)], [free(3)], { a: 2, b: 1 }],
		['a newcomer catches up', [worker('a', 10, 8), worker('b', 10, 0)], [free(5)], { a: 0, b: 5 }],
		['a full one takes none', [worker('a', 4, 4), worker('b', 4, 1)], [free(9)], { a: 0, b: 3 }],
		[
			'above its share, but nobody else can',
			[worker('a', 9, 8), worker('b', 2, 2)],
			[free(5)],
			{ a: 1, b: 0 }
		],
		['nothing is free', [worker('a', 4), worker('b', 4)], [], { a: 0, b: 0 }]
	])('%s', (_, workers, groups, shares) => {
		expect(taken(workers, groups)).toEqual(shares);
	});

	test('go by labels, the rarest first', () => {
		const workers = [worker('plain', 10), worker('gpu', 10, 0, { gpu: 'yes', site: 'north' })];
		const groups = [free(10), free(8, { gpu: 'yes' }), free(2, { site: 'south' })];
		expect(quotasOf('gpu', workers, groups, 99)).toEqual([
			{ placement: { gpu: 'yes' }, count: 8 },
			{ placement: {}, count: 1 }
		]);
		expect(quotasOf('plain', workers, groups, 99)).toEqual([{ placement: {}, count: 9 }]);
	});

	test('go to what asks for the most where all may go to the same: who comes next bears less', () => {
		const workers = [worker('gpu', 10, 0, { gpu: 'yes', site: 'north' })];
		const marked = [free(8, { gpu: 'yes' }), free(4, { gpu: 'yes', site: 'north' })];
		for (const groups of [
			[free(10), ...marked],
			[...marked, free(10)]
		])
			expect(quotasOf('gpu', workers, groups, 99)).toEqual([
				{ placement: { gpu: 'yes', site: 'north' }, count: 4 },
				{ placement: { gpu: 'yes' }, count: 6 }
			]);
	});

	test('together never take more than is free, nor anybody more than fits', () => {
		for (let seed = 1; seed < 60; seed++) {
			const number = (most: number, salt: number) => (seed * 7919 + salt * 104_729) % (most + 1);
			const workers = Array.from({ length: 1 + number(6, 1) }, (_, i) => {
				const max = 1 + number(20, i);
				return worker(`w${i}`, max, number(max, i + 9), i % 2 ? { site: 'north' } : {});
			});
			const groups = [free(number(40, 2)), free(number(20, 3), { site: 'north' })];
			const shares = taken(workers, groups);
			const room = workers.reduce((sum, { maxStreams, held }) => sum + maxStreams - held, 0);
			const wanted = groups.reduce((sum, group) => sum + group.free, 0);
			const all = Object.values(shares).reduce((sum, count) => sum + count, 0);
			expect(all).toBeLessThanOrEqual(Math.min(room, wanted));
			for (const { id, maxStreams, held } of workers)
				expect(shares[id]! + held).toBeLessThanOrEqual(maxStreams);
		}
	});

	test('take no more at once than asked', () => {
		expect(taken([worker('a', 100)], [free(50), free(50, {})], 10)).toEqual({ a: 10 });
	});

	test('of two thousand among forty are found at once', () => {
		const workers = Array.from({ length: 40 }, (_, i) => worker(`w${i}`, 64));
		const begun = performance.now();
		expect(quotasOf('w7', workers, [free(2000)], 10)).toEqual([{ placement: {}, count: 10 }]);
		expect(performance.now() - begun).toBeLessThan(200);
	});
});

describe('better elsewhere', () => {
	test.each([
		['somebody has clearly more room', [worker('a', 10, 6), worker('b', 10, 1)], true],
		['moving would only turn it round', [worker('a', 10, 6), worker('b', 10, 5)], false],
		['the other is full', [worker('a', 10, 9), worker('b', 2, 2)], false],
		['nobody else', [worker('a', 10, 9)], false],
		['unknown here', [worker('b', 10, 0)], false]
	])('%s', (_, workers, better) => {
		expect(betterElsewhere('a', workers, {})).toBe(better);
	});

	test('only where the labels are borne', () => {
		const workers = [worker('a', 10, 6, { site: 'north' }), worker('b', 10, 0)];
		expect(betterElsewhere('a', workers, { site: 'north' })).toBe(false);
		expect(betterElsewhere('a', workers, {})).toBe(true);
	});
});
