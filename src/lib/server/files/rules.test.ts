// Which paths are files of ours, and which fetched files give way.
import { describe, expect, it } from 'vitest';
import { mostBytes, toEvict } from './rules.ts';

const ID = '11111111-1111-4111-8111-111111111111';

describe('a path', () => {
	it.each([
		`alerts/2026-11/${ID}.jpg`,
		`alerts/2026-11/${ID}.mp4`,
		`models/${ID}.onnx`,
		`detections/${ID}/2026-11-20T10-00-00-123Z.jpg`
	])('%s is a file of ours', (path) => {
		expect(mostBytes(path)).toBeGreaterThan(0);
	});

	it.each([
		'',
		'alerts',
		`alerts/../models/${ID}.onnx`,
		`/alerts/2026-11/${ID}.jpg`,
		`alerts/2026-11/${ID}.jpg/`,
		`alerts/2026-11/${ID}.jpg\n`,
		`alerts/2026-11/${ID}.jpg\u0000`,
		`alerts//${ID}.jpg`,
		`alerts/2026-11/.${ID}.part`,
		`models/${ID}.part`,
		'models/../secret.key',
		'secret.key',
		'postgres/PG_VERSION',
		`constructor/${ID}`,
		`Alerts/2026-11/${ID}.jpg`
	])('%j is none', (path) => {
		expect(mostBytes(path)).toBeNull();
	});
});

describe('fetched files', () => {
	const limits = { bytes: 100, ageMs: 1000, inUseMs: 10 };
	const file = (path: string, bytes: number, usedAt: number) => ({ path, bytes, usedAt });

	it('give way when nobody asked for them in a long time', () => {
		expect(toEvict([file('old', 1, 0), file('new', 1, 1500)], limits, 2000)).toEqual(['old']);
	});

	it('give way beyond the room there is, the longest unasked for first', () => {
		const files = [file('b', 60, 1700), file('c', 60, 1600), file('a', 40, 1800)];
		expect(toEvict(files, limits, 2000)).toEqual(['c']);
	});

	it('stay while they are read, whatever their size', () => {
		expect(toEvict([file('huge', 500, 1995)], limits, 2000)).toEqual([]);
	});
});
