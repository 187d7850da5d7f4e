// npm run bench:failover [-- --each 20 --streams 6 --only kill,stop,cut,term]: how long a watched stream is dark when the instance that
// runs it is killed, stopped, cut off the network or shut down; of the built server, as processes, on real Postgres, NATS and RTSP.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { BLOWS, round, type Blow, type Round } from './failover/rounds.ts';
import { openScene } from './failover/scene.ts';
import { median, printJson, printTable } from './table.ts';

const { values } = parseArgs({
	options: {
		each: { type: 'string', default: '20' },
		streams: { type: 'string', default: '6' },
		only: { type: 'string', default: BLOWS.join() }
	}
});
const EACH = Number(values.each);
const LIMITS = { frameP95S: 10, handoverMaxS: 2 };
const NAMES: Record<Blow, string> = {
	kill: 'kill -9',
	stop: 'SIGSTOP, later SIGCONT',
	cut: 'network cut, later mended',
	term: 'SIGTERM'
};
const blows = BLOWS.filter((blow) => values.only.split(',').includes(blow));
const say = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

const loadBefore = loadavg()[0] ?? 0;
const scene = await openScene(Number(values.streams), say);
process.once('SIGINT', () => void scene.close().finally(() => process.exit(130)));
process.once('SIGTERM', () => void scene.close().finally(() => process.exit(143)));
const results = new Map<Blow, Round[]>();
const problems: string[] = [];
try {
	for (const blow of blows) {
		if (blow === 'cut' && scene.uncuttable !== null) {
			problems.push(`the network cut could not be tried: ${scene.uncuttable}`);
			continue;
		}
		results.set(blow, await rounds(blow));
	}
} catch (error) {
	problems.push(error instanceof Error ? error.message : String(error));
} finally {
	await scene.close();
}

async function rounds(blow: Blow): Promise<Round[]> {
	const done: Round[] = [];
	results.set(blow, done);
	for (let number = 0; number < EACH; number++) {
		const one = await round(scene, blow, number);
		done.push(one);
		say(
			`${NAMES[blow]} ${number + 1}/${EACH}: ${one.streams} streams, lease ${one.leaseS.toFixed(2)} s, frames ${one.frameS.toFixed(2)} s` +
				(one.backS === null ? '' : `, back in its place ${one.backS.toFixed(2)} s`) +
				one.trespasses
					.map((t) => `\n  STALE: ${t.writer} wrote ${t.table} held by ${t.holder ?? 'nobody'}`)
					.join('')
		);
	}
	return done;
}

const summaries = [...results].map(([blow, done]) => summaryOf(blow, done));
printTable(
	`Seconds from the blow to the first frame of another instance in the viewer (web instance, SSE), ${values.streams} RTSP streams on 3 workers; load ${loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after`,
	[
		'blow',
		'count',
		'median',
		'p95',
		'max',
		'lease moved: median',
		'p95',
		'max',
		'returned: max',
		'stale writes'
	],
	summaries.map((s) => [
		NAMES[s.blow],
		s.count,
		...[s.frame.median, s.frame.p95, s.frame.max, s.lease.median, s.lease.p95, s.lease.max].map(seconds),
		s.backMaxS === null ? '–' : seconds(s.backMaxS),
		s.trespasses
	])
);
for (const summary of summaries) problems.push(...missedBy(summary));
for (const problem of problems) console.log(`MISSED: ${problem}`);
const load = { before: loadBefore, after: loadavg()[0] ?? 0 };
printJson({ bench: 'failover', each: EACH, load, limits: LIMITS, results: summaries, problems });
process.exit(problems.length === 0 ? 0 : 1);

interface Summary {
	blow: Blow;
	count: number;
	frame: Figures;
	lease: Figures;
	backMaxS: number | null;
	trespasses: number;
}

interface Figures {
	median: number;
	p95: number;
	max: number;
}

function summaryOf(blow: Blow, done: Round[]): Summary {
	const backs = done.flatMap(({ backS }) => (backS === null ? [] : [backS]));
	return {
		blow,
		count: done.length,
		frame: figures(done.map(({ frameS }) => frameS)),
		lease: figures(done.map(({ leaseS }) => leaseS)),
		backMaxS: backs.length === 0 ? null : Math.max(...backs),
		trespasses: done.reduce((sum, { trespasses }) => sum + trespasses.length, 0)
	};
}

/** p95 by nearest rank: of 20 the second greatest. */
function figures(values: number[]): Figures {
	const sorted = [...values].sort((a, b) => a - b);
	const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Infinity;
	return { median: median(sorted), p95, max: sorted.at(-1) ?? Infinity };
}

function missedBy({ blow, count, frame, lease, backMaxS, trespasses }: Summary): string[] {
	const name = NAMES[blow];
	return [
		...(count < EACH ? [`${name}: ${count} of ${EACH} done`] : []),
		...(blow !== 'term' && frame.p95 > LIMITS.frameP95S
			? [`${name}: p95 ${seconds(frame.p95)} s, not within ${LIMITS.frameP95S} s`]
			: []),
		...(blow === 'term' && lease.max > LIMITS.handoverMaxS
			? [`${name}: handed over in ${seconds(lease.max)} s, not within ${LIMITS.handoverMaxS} s`]
			: []),
		...(backMaxS === Infinity ? [`${name}: one that came back went on with what it had lost`] : []),
		...(trespasses > 0 ? [`${name}: ${trespasses} writes under another's lease`] : [])
	];
}

function seconds(value: number): string {
	return value === Infinity ? 'never' : value.toFixed(2);
}
