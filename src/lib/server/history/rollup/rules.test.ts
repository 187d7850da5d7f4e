// What a round goes through: the last minutes, what came late, what an outage left, and nothing that was just done.
import { expect, test } from 'vitest';
import { HOUR_MS, hoursDue, minutesDue } from './rules.ts';

const NOW = Date.parse('2026-11-21T12:30:20Z');
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);
const known = { now: NOW, newest: null, clean: null, late: null };

test('the last ten minutes, whole ones alone', () => {
	expect(minutesDue({ ...known, newest: at('12:28') })).toEqual({ from: at('12:20'), to: at('12:30') });
});

test('a minute is not over until its last second is written', () => {
	const due = minutesDue({ ...known, now: at('12:30:02'), newest: at('12:28') });
	expect(due).toBeNull();
	expect(minutesDue({ ...known, now: at('12:30:03'), newest: at('12:28') })!.to).toBe(at('12:30'));
});

test('nothing that another instance has just gone through', () => {
	expect(minutesDue({ ...known, newest: at('12:29') })).toBeNull();
	expect(minutesDue({ ...known, newest: at('12:29'), late: at('12:29:58') })).toBeNull();
});

test('what came late, however far back seconds are kept', () => {
	const due = minutesDue({ ...known, newest: at('12:29'), late: at('03:00:30') });
	expect(due).toEqual({ from: at('03:00'), to: at('12:30') });
	const older = minutesDue({ ...known, newest: at('12:29'), late: NOW - 90 * HOUR_MS });
	expect(older!.from).toBe(NOW - 24 * HOUR_MS - 20_000);
});

test('from where somebody came to before all were away', () => {
	expect(minutesDue({ ...known, newest: at('05:00') })).toEqual({ from: at('05:00'), to: at('12:30') });
	expect(minutesDue({ ...known, newest: at('05:00'), clean: at('12:25') })!.from).toBe(at('12:20'));
	expect(minutesDue(known)!.from).toBe(NOW - 24 * HOUR_MS - 20_000);
});

test('whole hours, the last two always', () => {
	expect(hoursDue({ ...known, newest: at('11:00') })).toEqual({ from: at('10:00'), to: at('12:00') });
	expect(hoursDue({ ...known, newest: at('11:00'), late: at('04:10') }).from).toBe(at('04:00'));
	expect(hoursDue({ ...known, newest: at('02:00') }).from).toBe(at('02:00'));
});
