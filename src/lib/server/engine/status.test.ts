// How a stream is doing, from what its run last said: every word of the interface and what leads to it.
import { expect, test } from 'vitest';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { RunStats } from '#lib/contracts/messages.ts';
import { statusOf, type StreamView } from './status.ts';

const STATS: RunStats = {
	fps: 9.8,
	framesProcessed: 100,
	framesDropped: 2,
	reconnects: 1,
	lastFrameAt: 1000,
	flow: { avg: 1, max: 2, count: 3, total: 4, direction: 90, coherence: 1 },
	latencyMs: 40,
	flowMs: 1,
	detection: null
};
const failure = (code: SourceFailure['code']): SourceFailure => ({
	code,
	message: 'What',
	advice: 'Do',
	evidence: 'x'
});

const statusWith = (over: Partial<StreamView>) =>
	statusOf({
		streamId: 'a',
		runId: 'r',
		state: 'active',
		wanted: true,
		phase: { phase: 'live' },
		failure: null,
		retryAt: null,
		source: null,
		stats: STATS,
		frameAgeMs: 100,
		intervalMs: 100,
		...over
	});

test('connected: figures, and nothing to complain of', () => {
	expect(statusWith({})).toMatchObject({
		status: 'connected',
		detail: null,
		advice: null,
		code: null,
		attempt: 0,
		fps: 9.8,
		latencyMs: 40,
		lastFrameAt: '1970-01-01T00:00:01.000Z',
		flow: { avg: 1 }
	});
});

test('stale: connected, but nothing new for 2 s and two frame intervals', () => {
	expect(statusWith({ frameAgeMs: 2150 }).status).toBe('connected');
	expect(statusWith({ frameAgeMs: 2250 })).toMatchObject({ status: 'stale', code: 'stalled' });
	expect(statusWith({ frameAgeMs: 3900, intervalMs: 1000 }).status).toBe('connected');
	expect(statusWith({ frameAgeMs: 4100, intervalMs: 1000 }).detail).toContain('4 s');
});

test('a stalled source stays stale while it is replaced', () => {
	const stalled = failure('stalled');
	const phase = { phase: 'failed', failure: stalled, attempt: 1, retryAt: 5000 } as const;
	expect(statusWith({ state: 'error', phase, failure: stalled, retryAt: 5000 })).toMatchObject({
		status: 'stale',
		detail: 'What',
		retryAt: '1970-01-01T00:00:05.000Z'
	});
});

test('starting: before the first picture, and while waiting for a turn to connect', () => {
	expect(statusWith({ phase: null, stats: null }).status).toBe('starting');
	const waiting = statusWith({ phase: { phase: 'waiting' }, stats: null });
	expect(waiting).toMatchObject({ status: 'starting', fps: null, flow: null });
	expect(waiting.detail).toContain('turn');
});

test('stream error: what, why and when again, kept through the next attempt until a picture comes', () => {
	const refused = failure('refused');
	const phase = { phase: 'failed', failure: refused, attempt: 3, retryAt: 9000 } as const;
	expect(statusWith({ phase, failure: refused, retryAt: 9000 })).toMatchObject({
		status: 'stream_error',
		code: 'refused',
		detail: 'What',
		advice: 'Do',
		attempt: 3,
		fps: null,
		lastFrameAt: '1970-01-01T00:00:01.000Z'
	});
	const trying = statusWith({ phase: { phase: 'connecting', attempt: 4 }, failure: refused });
	expect(trying).toMatchObject({ status: 'stream_error', attempt: 4, retryAt: null });
	expect(statusWith({ failure: null }).status).toBe('connected');
});

test.each(['worker_down', 'capacity_reached'] as const)('%s reads worker down', (code) => {
	expect(statusWith({ phase: null, state: 'error', failure: failure(code) })).toMatchObject({
		status: 'worker_down',
		code
	});
});

test('deactivated as soon as nobody wants it; starting while it restarts', () => {
	expect(statusWith({ wanted: false, state: 'init_shutdown' })).toMatchObject({
		status: 'deactivated',
		fps: null
	});
	expect(statusWith({ state: 'in_shutdown_processing' }).status).toBe('starting');
});
