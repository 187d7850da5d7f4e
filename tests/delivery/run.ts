// npm run test:delivery [-- --kills 300 --seed 7]: no alert lost, none delivered twice under different keys, however often the writer,
// relays, consumers, NATS and PostgreSQL are killed. Exit 1 where that does not hold.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { printJson, printTable } from '../../bench/table.ts';
import { runHarness, type Report } from './harness.ts';

const { values } = parseArgs({
	options: { kills: { type: 'string', default: '300' }, seed: { type: 'string' } }
});
const seed = Number(values.seed ?? randomInt(1_000_000));
const say = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

say(`seed ${seed}: the same kills again with --seed ${seed}`);
const report = await runHarness({
	...{ seed, kills: Number(values.kills), statesPerSecond: 20, everyMs: [500, 2000] },
	...{ drainWithinMs: 180_000, emptyJournal: true, say }
});
print(report);
process.exit(report.ok ? 0 : 1);

function print({ lost, doubled, unexpected, crashes, kills, left, ...figures }: Report): void {
	printTable(
		`${figures.alerts} alerts through ${sum(kills)} kills, seed ${seed}`,
		['', 'count'],
		[
			...Object.entries(kills).map(([kind, count]) => [`killed: ${kind}`, count]),
			['alerts committed', figures.alerts],
			['deliveries that had to arrive', figures.expected],
			['lost', lost.length],
			['delivered twice under different keys', doubled.length],
			['told though nobody was to be', unexpected.length],
			['alerts that never ended', figures.open],
			['messages set aside', figures.parked],
			['repeats under the same key', figures.repeats],
			['requests at the receiver', figures.requests],
			['  answered 500', figures.refused],
			['  cut off in the middle', figures.cutOff],
			['processes that ended by themselves', crashes.length],
			['seconds to drain', figures.drainS],
			['seconds in all', figures.seconds]
		]
	);
	for (const one of [...lost.slice(0, 5), ...doubled.slice(0, 5), ...crashes.slice(0, 5)]) console.log(one);
	printJson({
		bench: 'delivery',
		...figures,
		...{ lost: lost.length, doubled: doubled.length, unexpected: unexpected.length },
		...{ crashes: crashes.length, kills, left }
	});
}

function sum(kills: Record<string, number>): number {
	return Object.values(kills).reduce((total, count) => total + count, 0);
}
