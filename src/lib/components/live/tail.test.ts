// The page's own five minutes: in order, bounded, one sample a second.
import { expect, it } from 'vitest';
import { appendSample, withPast, type TailSample } from './tail.ts';

const flow = { avg: 1, max: 2, count: 3, total: 9, direction: 10, coherence: 1 };

it('keeps the newer of two samples of one second and ignores what comes late', () => {
	const late = [
		{ at: 10, flow: null },
		{ at: 10, flow },
		{ at: 9, flow: null }
	];
	expect(late.reduce<TailSample[]>((tail, sample) => appendSample(tail, sample), [])).toEqual([
		{ at: 10, flow }
	]);
});

it('holds no more than the seconds it is given, also after a long silence', () => {
	let tail: TailSample[] = [];
	for (let at = 0; at < 1000; at++) tail = appendSample(tail, { at, flow });
	expect(tail).toHaveLength(300);
	expect(tail[0]?.at).toBe(700);
	expect(appendSample(tail, { at: 5000, flow })).toEqual([{ at: 5000, flow }]);
});

it('begins with what was stored, prefers what the page heard, and tells missing seconds as not measured', () => {
	const past = [
		{ at: 6, flow },
		{ at: 9, flow },
		{ at: 10, flow }
	];
	const tail = [
		{ at: 10, flow: null },
		{ at: 11, flow }
	];
	expect(withPast(past, tail)).toEqual([
		{ at: 6, flow },
		{ at: 7, flow: null },
		{ at: 8, flow: null },
		{ at: 9, flow },
		{ at: 10, flow: null },
		{ at: 11, flow }
	]);
	expect(withPast(past, tail, 2).map(({ at }) => at)).toEqual([10, 11]);
	expect(withPast([], [])).toEqual([]);
	expect(withPast([], tail)).toEqual(tail);
});
