// Ten seconds of statuses as one row: shares of time, means weighed by it, counts that begin anew with a run.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createPerformanceLedger } from './ledger.ts';

const STREAM = randomUUID();
const START = Date.parse('2026-11-21T10:00:00Z');

const status = (over: Partial<StreamStatus> = {}): StreamStatus =>
	({
		...{ streamId: STREAM, runId: 'a', status: 'connected', fps: 8, latencyMs: 100 },
		...{ framesProcessed: 0, framesDropped: 0, reconnects: 0, ...over }
	}) as StreamStatus;

test('a second each, in windows that begin at whole ten seconds', () => {
	const ledger = createPerformanceLedger();
	for (let s = 0; s <= 20; s++)
		ledger.hear(status({ framesProcessed: s * 8, framesDropped: s >= 15 ? 2 : 0 }), 7, START + s * 1000);
	const rows = ledger.take(START + 20_000);
	expect(rows).toHaveLength(2);
	expect(rows[0]).toEqual({
		...{ token: 7, stream_id: STREAM, at: '2026-11-21T10:00:00.000Z', seconds: 9, connected_s: 9 },
		...{ fps: 8, latency_ms: 100, latency_max_ms: 100, frames: 72, dropped: 0, reconnects: 0 }
	});
	expect(rows[1]).toMatchObject({ at: '2026-11-21T10:00:10.000Z', seconds: 10, frames: 80, dropped: 2 });
	expect(ledger.take(START + 21_000)).toEqual([]);
	expect(ledger.take(START + 21_000, true)).toMatchObject([{ seconds: 1 }]);
});

test('what is not connected counts, and its silence does not', () => {
	const ledger = createPerformanceLedger();
	ledger.hear(status(), 7, START);
	ledger.hear(status({ status: 'stream_error', fps: null, latencyMs: null }), 7, START + 1000);
	ledger.hear(status({ status: 'starting', fps: null, latencyMs: null, reconnects: 1 }), 7, START + 3000);
	ledger.hear(status({ fps: 4, latencyMs: 300, reconnects: 1 }), 7, START + 9000);
	const [row] = ledger.take(START + 60_000);
	expect(row).toMatchObject({ seconds: 5.5, connected_s: 1, reconnects: 1, latency_max_ms: 300 });
	expect(row!.fps).toBeNull();
	expect(ledger.take(START + 120_000)).toEqual([]);
});

test('counts begin anew with a run, and belong to the lease they were said under', () => {
	const ledger = createPerformanceLedger();
	ledger.hear(status({ framesProcessed: 500 }), 7, START);
	ledger.hear(status({ framesProcessed: 508 }), 7, START + 1000);
	ledger.hear(status({ runId: 'b', framesProcessed: 3 }), 7, START + 2000);
	ledger.hear(status({ runId: 'b', framesProcessed: 11 }), 8, START + 3000);
	ledger.hear(status({ runId: 'b', framesProcessed: 19 }), 8, START + 4000);
	expect(ledger.take(START + 60_000)).toMatchObject([
		{ token: 7, frames: 11, seconds: 2 },
		{ token: 8, frames: 8, seconds: 1 }
	]);
});

test('a clock that is put back takes nothing away', () => {
	const ledger = createPerformanceLedger();
	ledger.hear(status(), 7, START + 5000);
	ledger.hear(status(), 7, START + 1000);
	ledger.hear(status(), 7, START + 2000);
	expect(ledger.take(START + 60_000)).toMatchObject([{ seconds: 1 }]);
});
