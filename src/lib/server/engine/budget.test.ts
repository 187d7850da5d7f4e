// The connection budget: its two limits, its fairness, and that nothing lost holds a place for ever.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConnectionBudget } from './budget.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const budgetOf = (over = {}) =>
	createConnectionBudget({
		maxConcurrent: 2,
		perSecond: 10,
		maxHoldMs: 10_000,
		now: () => Date.now(),
		...over
	});

test('no more attempts are under way than allowed; an end lets the next in', () => {
	const budget = budgetOf();
	const granted: string[] = [];
	const ends = ['a', 'b', 'c'].map((key) => budget.request(key, () => granted.push(key)));
	vi.advanceTimersByTime(5000);
	expect(granted).toEqual(['a', 'b']);
	ends[0]!();
	ends[0]!();
	vi.advanceTimersByTime(1);
	expect(granted).toEqual(['a', 'b', 'c']);
	expect(budget.load()).toEqual({ waiting: 0, active: 2 });
});

test('attempts begin no faster than the rate once the bucket is empty', () => {
	const budget = budgetOf({ maxConcurrent: 4 });
	let granted = 0;
	for (let i = 0; i < 100; i++) {
		const end = budget.request(`s${i}`, () => {
			granted++;
			queueMicrotask(() => end());
		});
	}
	return vi.advanceTimersByTimeAsync(2000).then(() => {
		expect(granted).toBeGreaterThanOrEqual(22);
		expect(granted).toBeLessThanOrEqual(25);
	});
});

test('who had its turn longest ago goes first, and a newcomer before all who had one', () => {
	const budget = budgetOf({ maxConcurrent: 1, perSecond: 1000 });
	const order: string[] = [];
	const once = (key: string) => {
		let end = () => {};
		end = budget.request(key, () => {
			order.push(key);
			queueMicrotask(() => end());
		});
	};
	once('dead1');
	once('dead2');
	return vi
		.advanceTimersByTimeAsync(10)
		.then(() => {
			once('dead2');
			once('dead1');
			once('fresh');
			return vi.advanceTimersByTimeAsync(50);
		})
		.then(() => expect(order).toEqual(['dead1', 'dead2', 'fresh', 'dead1', 'dead2']));
});

test('a withdrawn request is never granted', () => {
	const budget = budgetOf({ maxConcurrent: 1 });
	const granted = vi.fn();
	budget.request('a', () => {});
	const withdraw = budget.request('b', granted);
	withdraw();
	vi.advanceTimersByTime(60_000);
	expect(granted).not.toHaveBeenCalled();
});

test('an attempt whose end is never told gives its place back', () => {
	const budget = budgetOf({ maxConcurrent: 1 });
	const granted = vi.fn();
	budget.request('lost', () => {});
	budget.request('next', granted);
	vi.advanceTimersByTime(10_200);
	expect(granted).toHaveBeenCalledOnce();
});

test('closed, it grants nothing and keeps no timer', () => {
	const budget = budgetOf();
	const granted = vi.fn();
	budget.request('a', granted);
	budget.close();
	vi.advanceTimersByTime(60_000);
	expect(granted).not.toHaveBeenCalled();
	expect(vi.getTimerCount()).toBe(0);
});
