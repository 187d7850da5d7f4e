// Recording what became of runs: order, batches, and a database that is away or hangs.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunStateChange } from '../streams/ports.ts';
import { createRecorder } from './recorder.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const change = (to: RunStateChange['to']) => ({ streamId: 'a', runId: 'r', to }) as RunStateChange;
const line = (text: string) => ({ streamId: 'a', at: '', runId: null, level: 'info' as const, text });

function storeOf(away = false) {
	const stored = { changes: [] as string[], lines: [] as string[][], beats: [] as unknown[][] };
	const log = { warn: vi.fn() };
	const store = {
		away,
		async recordRunState(given: RunStateChange) {
			if (store.away) throw new Error('connection refused');
			stored.changes.push(given.to);
		},
		async appendActivity(lines: { text: string }[]) {
			if (store.away) throw new Error('connection refused');
			stored.lines.push(lines.map(({ text }) => text));
		},
		async recordHeartbeats(beats: unknown[]) {
			if (store.away) throw new Error('connection refused');
			stored.beats.push(beats);
		}
	};
	const recorder = createRecorder(store, log as never);
	recorder.start();
	return { store, stored, log, recorder };
}

test('writes lines in batches and only the newest beat of a stream', async () => {
	const { stored, recorder } = storeOf();
	for (let i = 0; i < 700; i++) recorder.activity(line(`${i}`));
	for (let i = 0; i < 20; i++) recorder.beat('a', { token: 7, at: new Date(i) });
	await vi.advanceTimersByTimeAsync(6000);
	expect(stored.lines.map((batch) => batch.length)).toEqual([500, 200]);
	expect(stored.beats).toEqual([[{ streamId: 'a', token: 7, at: new Date(19) }]]);
	await recorder.stop(100);
});

test('keeps transitions in order through an outage, and complains seldom', async () => {
	const { store, stored, log, recorder } = storeOf(true);
	recorder.state(change('init_startup'));
	recorder.activity(line('kept'));
	await vi.advanceTimersByTimeAsync(45_000);
	recorder.state(change('active'));
	expect(log.warn).toHaveBeenCalledTimes(2);
	store.away = false;
	await vi.advanceTimersByTimeAsync(1500);
	expect(stored.changes).toEqual(['init_startup', 'active']);
	expect(stored.lines).toEqual([['kept']]);
	await recorder.stop(100);
});

test('what waits is bounded: the oldest are given up', async () => {
	const { store, stored, recorder } = storeOf(true);
	for (let i = 0; i < 5000; i++) recorder.activity(line(`${i}`));
	await vi.advanceTimersByTimeAsync(3000);
	store.away = false;
	await vi.advanceTimersByTimeAsync(1500);
	expect(stored.lines.flat()).toHaveLength(2000);
	expect(stored.lines.flat().at(-1)).toBe('4999');
	await recorder.stop(100);
});

test('stop writes what waits, and does not wait for a database that hangs', async () => {
	const { store, stored, recorder } = storeOf();
	recorder.state(change('inactive'));
	const stopped = recorder.stop(500);
	await vi.advanceTimersByTimeAsync(1);
	await stopped;
	expect(stored.changes).toEqual(['inactive']);

	const hanging = createRecorder({ ...store, recordRunState: () => new Promise(() => {}) }, {
		warn: vi.fn()
	} as never);
	hanging.state(change('inactive'));
	let done = false;
	void hanging.stop(500).then(() => (done = true));
	await vi.advanceTimersByTimeAsync(499);
	expect(done).toBe(false);
	await vi.advanceTimersByTimeAsync(2);
	expect(done).toBe(true);
});
