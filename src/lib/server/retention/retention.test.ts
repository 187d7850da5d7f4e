// What is forgotten when, in which steps, and what one failure leaves to the others.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemSettingsInput } from '#lib/contracts/settings.ts';
import { createMemoryBus, subjects } from '../bus/index.ts';
import { createRetention, type Keeping, type RetentionDeps } from './index.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const KNOWN = '11111111-1111-4111-8111-111111111111';
const GONE = '22222222-2222-4222-8222-222222222222';
const settings = { ...systemSettingsInput.parse({ retention_detections_days: 3 }), updated_at: '' };
let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vf-retention-'));
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

function room(keepings: Keeping[] = [], over: Partial<RetentionDeps> = {}) {
	const log = pino({ level: 'silent' });
	const bus = createMemoryBus(log);
	const retention = createRetention({
		keepings,
		sweeps: [],
		settings: async () => settings,
		streamIds: async () => [KNOWN],
		streamFolders: [join(folder, 'detections'), join(folder, 'ring')],
		ringFolder: join(folder, 'ring'),
		bus,
		log,
		now: () => NOW,
		...over
	});
	return { retention, bus };
}

test('forgets step by step what is older than the settings say, and goes on after a failure', async () => {
	const left = [1000, 1000, 30];
	const prune = vi.fn(async () => left.shift() ?? 0);
	const days = (s: typeof settings) => s.retention_detections_days;
	const { retention } = room([
		{ name: 'broken', days, prune: () => Promise.reject(new Error('the database is away')) },
		{ name: 'detections', days, prune }
	]);
	await retention.round();
	expect(prune).toHaveBeenCalledTimes(4);
	expect(prune).toHaveBeenCalledWith(new Date('2026-11-17T10:00:00Z'));
});

test('looks through what is swept in every round, whatever fails', async () => {
	const run = vi.fn(async () => {});
	const broken = { name: 'broken', run: () => Promise.reject(new Error('NATS is away')) };
	await room([], { sweeps: [broken, { name: 'models', run }] }).retention.round();
	expect(run).toHaveBeenCalledOnce();
});

test('removes folders of streams that are gone, and nothing else', async () => {
	for (const name of [KNOWN, GONE, 'lost+found'])
		for (const parent of ['detections', 'ring']) {
			mkdirSync(join(folder, parent, name), { recursive: true });
			writeFileSync(join(folder, parent, name, 'x.jpg'), '');
		}
	await room().retention.round();
	for (const parent of ['detections', 'ring'])
		expect(readdirSync(join(folder, parent)).sort()).toEqual([KNOWN, 'lost+found']);
});

test('removes nothing when the streams cannot be read', async () => {
	mkdirSync(join(folder, 'detections', GONE), { recursive: true });
	const streamIds = () => Promise.reject(new Error('the database is away'));
	await room([], { streamIds }).retention.round();
	expect(existsSync(join(folder, 'detections', GONE))).toBe(true);
});

test('removes packets that no worker prunes any more', async () => {
	const ring = join(folder, 'ring', KNOWN);
	mkdirSync(ring, { recursive: true });
	const old = new Date(NOW - 2 * 3_600_000);
	for (const name of ['20261120T080000.ts', '20261120T080001.mkv', '20261120T095959.ts', 'notes.txt']) {
		writeFileSync(join(ring, name), '');
		if (name !== '20261120T080001.mkv') utimesSync(join(ring, name), old, old);
	}
	await room().retention.round();
	expect(readdirSync(ring).sort()).toEqual(['20261120T080001.mkv', '20261120T095959.ts', 'notes.txt']);
});

test("removes a removed stream's folder a moment later, and ends at once", async () => {
	const left = join(folder, 'detections', GONE);
	mkdirSync(left, { recursive: true });
	const { retention, bus } = room([], { removedAfterMs: 30 });
	retention.start();
	bus.publish(subjects.streamChange, { streamId: GONE, change: 'deleted' });
	expect(existsSync(left)).toBe(true);
	await vi.waitFor(() => expect(existsSync(left)).toBe(false));
	mkdirSync(left);
	bus.publish(subjects.streamChange, { streamId: GONE, change: 'deleted' });
	await retention.stop();
	await new Promise((resolve) => setTimeout(resolve, 60));
	expect(existsSync(left)).toBe(true);
});
