// The short form of `npm run test:delivery`: a few kills of everything, and still every alert is told, under one key.
import { expect, it } from 'vitest';
import { runHarness } from './harness.ts';

it('loses no alert and tells none twice under different keys, whoever is killed', async () => {
	const report = await runHarness({
		...{ seed: 11, kills: 15, statesPerSecond: 20, everyMs: [300, 900] },
		...{ drainWithinMs: 60_000, emptyJournal: false, say: () => {} }
	});
	expect(report).toMatchObject({ lost: [], doubled: [], unexpected: [], crashes: [], open: 0, parked: 0 });
	expect(report.expected).toBeGreaterThan(50);
}, 120_000);
