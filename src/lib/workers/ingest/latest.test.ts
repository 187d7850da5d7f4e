// Latest frame wins, what gave way is counted, and memory goes round.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DropCount } from './drop-count.ts';
import { LatestFrame } from './latest.ts';
import { LineBudget } from './line-budget.ts';

function setUp() {
	const delivered: number[] = [];
	let dropped = 0;
	const latest = new LatestFrame(
		({ pts }) => delivered.push(pts),
		(count) => (dropped += count)
	);
	const offer = (pts: number) => {
		const data = latest.buffer(100);
		latest.offer({ pts, arrivedAt: 0, data });
		return data;
	};
	return { latest, offer, delivered, dropped: () => dropped };
}

describe('LatestFrame', () => {
	it('hands over every frame that comes alone', async () => {
		const { offer, delivered, dropped } = setUp();
		for (const pts of [1, 2, 3]) {
			offer(pts);
			await turn();
		}
		expect([delivered, dropped()]).toEqual([[1, 2, 3], 0]);
	});

	it('hands over only the newest of several, once', async () => {
		const { offer, delivered, dropped } = setUp();
		[1, 2, 3, 4].forEach(offer);
		await turn();
		await turn();
		expect([delivered, dropped()]).toEqual([[4], 3]);
	});

	it('gets by with two buffers, and never gives out one that still waits', async () => {
		const { offer } = setUp();
		const seen = new Set<Uint8Array>();
		for (let k = 0; k < 50; k++) {
			const data = offer(k);
			seen.add(data);
			if (k % 3 === 0) await turn();
		}
		expect(seen.size).toBeLessThanOrEqual(3);
	});

	it('hands over nothing after it was cleared', async () => {
		const { latest, offer, delivered } = setUp();
		offer(1);
		latest.clear();
		await turn();
		expect(delivered).toEqual([]);
	});
});

describe('DropCount', () => {
	const report = (frames: number) => Buffer.from(`frame=${frames}\nfps=25\nprogress=continue\n`);

	it('counts what was made and did not arrive, once it is certain', () => {
		const counted: number[] = [];
		const drops = new DropCount((count) => counted.push(count));
		for (let k = 0; k < 10; k++) drops.received();
		// Three are on their way at the first report; of those, one never comes.
		drops.progress(report(13));
		drops.received();
		drops.received();
		for (let k = 0; k < 4; k++) drops.progress(report(13));
		expect(counted).toEqual([1]);
	});

	it('counts nothing while all arrive, late as they may be', () => {
		const counted: number[] = [];
		const drops = new DropCount((count) => counted.push(count));
		for (let second = 1; second <= 20; second++) {
			for (let k = 0; k < 25; k++) drops.received();
			drops.progress(report(second * 25 + (second % 3)));
		}
		expect(counted).toEqual([]);
	});

	it('reads reports that arrive in pieces', () => {
		const counted: number[] = [];
		const drops = new DropCount((count) => counted.push(count));
		for (const byte of Buffer.concat([report(5), report(5), report(5)])) drops.progress(Buffer.from([byte]));
		expect(counted).toEqual([5]);
	});
});

describe('LineBudget', () => {
	it('lets five lines pass in ten seconds and says how many it held back', () => {
		const budget = new LineBudget();
		const passed = Array.from({ length: 100 }, (_, k) => budget.take(k).pass).filter(Boolean);
		expect(passed).toHaveLength(5);
		expect(budget.take(11_000)).toEqual({ pass: true, skipped: 95 });
		expect(budget.take(11_001)).toEqual({ pass: true, skipped: 0 });
	});
});
