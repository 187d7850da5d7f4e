// A thread that hangs: noticed by its silence, ended, and its streams started anew. Takes as long as the engine waits.
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createStreamPool } from './pool.ts';
import { benchOf, fakeRegistry, streamOf, until } from './testing/bench.ts';

const filename = fileURLToPath(import.meta.resolve('#lib/server/engine/testing/scripted.worker.ts'));

test('a thread that stops answering is ended, and only its streams notice', { timeout: 60_000 }, async () => {
	const pool = createStreamPool({ threads: 2, log: pino({ level: 'silent' }), filename });
	const streams = fakeRegistry([streamOf('hangs', 'scripted://busy'), streamOf('well', 'scripted://well')]);
	const { engine, word } = benchOf({ streams, pool });
	await engine.start();
	await until('well is connected', () => word('well') === 'connected');
	const run = engine.status('well').runId;
	await until('the silence is noticed', () => word('hangs') === 'worker_down', 40_000);
	expect(engine.status('hangs').detail).toBe('The worker thread stopped answering');
	expect(engine.status('well')).toMatchObject({ status: 'connected', runId: run });
	await engine.stop();
});
