// Sentences about one camera.
import { expect, it } from 'vitest';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { attemptWords, codecName, runsOn, sourceWords, staleAge, whyWords } from './words.ts';

const now = Date.parse('2026-01-01T00:01:00Z');
const status = (parts: Partial<StreamStatus>) =>
	({ since: '2026-01-01T00:00:58Z', attempt: 0, retryAt: null, detail: null, ...parts }) as StreamStatus;
const record = (parts: Partial<StreamRecord> = {}) =>
	({ location_name: null, last_error: null, ...parts }) as StreamRecord;

it('counts down to the next attempt, then says which attempt runs', () => {
	expect(attemptWords(status({ retryAt: '2026-01-01T00:01:11.200Z', attempt: 2 }), now)).toBe(
		'retry in 12 s'
	);
	expect(attemptWords(status({ status: 'worker_down', retryAt: '2026-01-01T00:01:08Z' }), now)).toBe(
		'restart in 8 s'
	);
	expect(attemptWords(status({ retryAt: '2026-01-01T00:00:59Z', attempt: 3 }), now)).toBe('attempt 3');
	expect(attemptWords(undefined, now)).toBe('');
});

it('dates a stale picture', () => {
	expect(staleAge('stale', status({ lastFrameAt: '2026-01-01T00:00:13Z' }), now)).toBe('47 s');
	expect(staleAge('connected', status({ lastFrameAt: '2026-01-01T00:00:13Z' }), now)).toBeUndefined();
});

it('says why, from the status first, then from the record', () => {
	expect(
		whyWords('stream_error', record(), status({ detail: 'Connection refused by 10.0.0.5:554' }), now)
	).toBe('Connection refused by 10.0.0.5:554');
	expect(whyWords('stream_error', record({ last_error: 'No such host' }), undefined, now)).toBe(
		'No such host'
	);
	expect(whyWords('starting', record(), status({}), now)).toBe('Reading the first picture, 2 s');
	expect(whyWords('deactivated', record({ location_name: 'Depot' }), undefined, now)).toBe('Depot');
});

it('names the instance that runs it, and none while nobody does', () => {
	const active = record({ is_active: true, instance: 'last' });
	expect(runsOn(active, undefined)).toBe('last');
	expect(runsOn(active, status({ runId: 'r', instance: 'now' }))).toBe('now');
	expect(runsOn(active, status({ runId: null, instance: '' }))).toBeNull();
	expect(runsOn(record({ is_active: false, instance: 'last' }), undefined)).toBeNull();
});

it('names a source as people know it', () => {
	expect([codecName('hevc'), codecName('prores')]).toEqual(['H.265', 'PRORES']);
	expect(sourceWords(null)).toBe('');
});
