// Following what streams are watched for: the first reading, changes, readings that fail or hang, and the end of it.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WatchConfig } from '#lib/contracts/run.ts';
import { createMemoryBus, subjects } from '../bus/index.ts';
import { createWatches, NOTHING_WATCHED } from './watches.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function bench() {
	const log = pino({ level: 'silent' });
	const bus = createMemoryBus(log);
	const reads: { streamId: string; give: (name: string) => void; fail: () => void }[] = [];
	const of = (streamId: string) =>
		new Promise<WatchConfig>((resolve, reject) => {
			const give = (name: string) => resolve(watchOf(name));
			reads.push({ streamId, give, fail: () => reject(new Error('the database is away')) });
		});
	const watches = createWatches({ source: { of }, bus, log });
	const told: string[] = [];
	const change = (streamId: string) => bus.publish(subjects.watchChange, { streamId });
	const follow = (id: string) => watches.follow(id, (watch) => told.push(nameOf(watch)));
	return { watches, follow, reads, told, change, settle: () => vi.advanceTimersByTimeAsync(0) };
}

const watchOf = (name: string) => ({ zones: [{ id: name }], rules: [] }) as unknown as WatchConfig;
const nameOf = ({ zones }: WatchConfig) => zones[0]?.id ?? 'nothing';

test('a run begins with what is read, and is told of what changes', async () => {
	const { follow, reads, told, change, settle } = bench();
	const { first } = follow('a');
	reads[0]!.give('one');
	expect(nameOf(await first)).toBe('one');
	change('a');
	change('b');
	reads[1]!.give('two');
	await settle();
	expect(told).toEqual(['two']);
	expect(reads.map(({ streamId }) => streamId)).toEqual(['a', 'a']);
});

test('a change while reading makes it read once more: the last word is the newest', async () => {
	const { follow, reads, told, change, settle } = bench();
	const { first } = follow('a');
	for (let n = 0; n < 5; n++) change('a');
	reads[0]!.give('old');
	await settle();
	expect(reads).toHaveLength(2);
	reads[1]!.give('new');
	await settle();
	expect(nameOf(await first)).toBe('old');
	expect(told).toEqual(['new']);
	expect(reads).toHaveLength(2);
});

test('a reading that hangs holds no run up, and is told when it comes', async () => {
	const { follow, reads, told, settle } = bench();
	const { first } = follow('a');
	await vi.advanceTimersByTimeAsync(1600);
	expect(await first).toEqual(NOTHING_WATCHED);
	reads[0]!.give('late');
	await settle();
	expect(told).toEqual(['late']);
});

test('a reading that fails is tried again until it succeeds', async () => {
	const { follow, reads, told } = bench();
	const { first } = follow('a');
	reads[0]!.fail();
	expect(await first).toEqual(NOTHING_WATCHED);
	for (let n = 1; n < 4; n++) {
		await vi.advanceTimersByTimeAsync(3000);
		expect(reads).toHaveLength(n + 1);
		if (n < 3) reads[n]!.fail();
	}
	reads[3]!.give('at last');
	await vi.advanceTimersByTimeAsync(60_000);
	expect(told).toEqual(['at last']);
	expect(reads).toHaveLength(4);
});

test('who has ended hears nothing more, and nothing is read for them', async () => {
	const { watches, follow, reads, told, change, settle } = bench();
	const { first, end } = follow('a');
	end();
	expect(await first).toEqual(NOTHING_WATCHED);
	reads[0]!.give('too late');
	change('a');
	const second = follow('b');
	reads[1]!.fail();
	await settle();
	await second.first;
	watches.close();
	change('b');
	await vi.advanceTimersByTimeAsync(60_000);
	expect(told).toEqual([]);
	expect(reads).toHaveLength(2);
	expect(vi.getTimerCount()).toBe(0);
});

test('a stream that begins anew is followed anew, and its old run hears nothing', async () => {
	const { watches, reads, settle } = bench();
	const told: string[] = [];
	const old = watches.follow('a', (watch) => told.push(`old ${nameOf(watch)}`));
	const fresh = watches.follow('a', (watch) => told.push(`fresh ${nameOf(watch)}`));
	reads[0]!.give('x');
	reads[1]!.give('y');
	await settle();
	expect(nameOf(await fresh.first)).toBe('y');
	old.end();
	expect(told).toEqual([]);
});
