// The database's clock, kept by an instance whose own is wrong.
import { expect, it } from 'vitest';
import { createClock } from './clock.ts';

const HOUR = 3_600_000;

it('corrects its own, asks seldom, and goes on by its own until it has asked', async () => {
	let asked = 0;
	let database = 1_000_000_000_000;
	let own = database - HOUR;
	const clock = createClock(
		async () => {
			asked++;
			return database;
		},
		() => own
	);
	expect(clock.now()).toBe(own);
	for (let times = 0; times < 3; times++) await clock.check();
	expect(asked).toBe(1);
	expect(Math.abs(clock.now() - database)).toBeLessThan(500);
	own += 5000;
	database += 5000;
	expect(Math.abs(clock.now() - database)).toBeLessThan(500);
});

it('stays as it is while the database does not answer', async () => {
	const clock = createClock(
		() => Promise.reject(new Error('away')),
		() => 7
	);
	await expect(clock.check()).rejects.toThrow('away');
	expect(clock.now()).toBe(7);
});
