// What the simulation tells: tables for people, one object for scripts, and what missed its mark.
import { printTable } from '../bench/table.ts';
import type { Costs } from './measure.ts';
import type { InstanceFigures } from './messages.ts';

export interface Outcome {
	streams: number;
	instances: number;
	zones: number;
	cores: number;
	load: { before: number; after: number };
	placed: { leasesS: number; livesS: number };
	replaced: { leasesS: number; livesS: number; streams: number; instances: number };
	costs: Costs;
	/** Of each worker. */
	fleet: InstanceFigures[];
	loopDelayP99Ms: number;
	web: InstanceFigures;
	rowSizes: { table: string; rows: number; bytes: number }[];
	wrongTokens: number;
	runs: { unleased: number; overlaps: number; longestMs: number };
}

const LIMITS = { placedS: 15, replacedS: 20 };
const HOUR = 3600;

export function summary(outcome: Outcome): { problems: string[]; json: object } {
	const { streams, instances, zones, placed, replaced, costs, fleet, web } = outcome;
	const renewals = fleet.flatMap((one) => one.renewals).sort((a, b) => a - b);
	const renewalsPerS = renewals.length / costs.seconds;
	const claims = fleet.flatMap((one) => one.claims).length;
	const gapMs = Math.max(...fleet.map(({ longestGapMs }) => longestGapMs));
	const { unleased, overlaps, longestMs } = outcome.runs;
	const problems = [
		...(placed.leasesS > LIMITS.placedS ? [`placing took ${placed.leasesS} s`] : []),
		...(replaced.leasesS > LIMITS.replacedS ? [`replacing took ${replaced.leasesS} s`] : []),
		...(outcome.wrongTokens > 0 ? [`${outcome.wrongTokens} leases were given under an old token`] : []),
		...(unleased > 0 ? [`${unleased} runs began without a lease`] : [])
	];
	const perStream = (value: number) => value / streams;

	printTable(
		`${streams} streams with ${zones} zones over ${instances} instances, all on ${outcome.cores} cores; load ${outcome.load.before.toFixed(1)} before`,
		['what', 'figure', 'limit'],
		[
			['streams placed from a cold start: leases, s', round(placed.leasesS), LIMITS.placedS],
			['… and pictures of all of them, s', round(placed.livesS), '–'],
			[
				`${replaced.streams} streams replaced after losing ${replaced.instances} instances: leases, s`,
				round(replaced.leasesS),
				LIMITS.replacedS
			],
			['… and pictures of all of them, s', round(replaced.livesS), '–'],
			[
				'leases given under a token that is not the newest; runs without one',
				outcome.wrongTokens + unleased,
				0
			],
			['runs that went on for a while after their lease was taken', overlaps, '–'],
			['… the longest of them, s', round(longestMs / 1000), '–'],
			['renewing pass: median, ms', round(at(renewals, 0.5)), '–'],
			['renewing pass: p99, ms', round(at(renewals, 0.99)), '–'],
			['longest time between two renewals of an instance, s', round(gapMs / 1000), '–'],
			['event loop of the busiest process: p99 of its delay, ms', round(outcome.loopDelayP99Ms), '–']
		]
	);
	printTable(
		`A second of its life (${costs.seconds.toFixed(0)} s measured)`,
		['what', 'in all', 'a stream'],
		[
			['lease renewals', round(renewalsPerS), ''],
			['lease claims', round(claims / costs.seconds), ''],
			['transactions', round(costs.commitsPerS), round(perStream(costs.commitsPerS))],
			['rows inserted', round(costs.rowsPerS.inserted), round(perStream(costs.rowsPerS.inserted))],
			['rows updated', round(costs.rowsPerS.updated), round(perStream(costs.rowsPerS.updated))],
			['samples', round(costs.samples.rowsPerS), round(perStream(costs.samples.rowsPerS))],
			['write-ahead log, kB', round(costs.walBytesPerS / 1e3), round(perStream(costs.walBytesPerS) / 1e3)],
			['bus: messages in', round(costs.nats.inPerS), round(perStream(costs.nats.inPerS))],
			['bus: messages out', round(costs.nats.outPerS), round(perStream(costs.nats.outPerS))],
			['bus: kB in', round(costs.nats.inBytesPerS / 1e3), round(perStream(costs.nats.inBytesPerS) / 1e3)],
			['bus: kB out', round(costs.nats.outBytesPerS / 1e3), round(perStream(costs.nats.outBytesPerS) / 1e3)],
			['CPU of PostgreSQL, cores', round(costs.cpu.postgres), ''],
			['CPU of NATS, cores', round(costs.cpu.nats), ''],
			['CPU of the workers without pixels, cores', round(costs.cpu.workers), ''],
			['CPU of the web and relay instance, cores', round(costs.cpu.web), ''],
			['statuses the web instance hears', round(web.statuses / costs.seconds), '']
		]
	);
	printTable(
		'What PostgreSQL does for it',
		['statement', 'a second', 'rows', 'mean ms', 'share of a core'],
		costs.statements
			.filter(({ share }) => share >= 0.0005)
			.map(({ what, callsPerS, rows, meanMs, share }) => [
				what,
				round(callsPerS),
				round(rows),
				meanMs.toFixed(2),
				share.toFixed(3)
			])
	);
	printTable(
		'What a row takes with its indexes',
		['table', 'rows', 'bytes a row'],
		outcome.rowSizes.map(({ table, rows, bytes }) => [table, rows, bytes])
	);
	const growth = {
		databaseMBPerStreamHour: (perStream(costs.databaseBytesPerS) * HOUR) / 1e6,
		sampleBytesPerRow: costs.samples.bytesPerRow
	};
	console.log(
		`\nThe database grows by ${growth.databaseMBPerStreamHour.toFixed(2)} MB a stream and hour; a sample takes ${growth.sampleBytesPerRow.toFixed(0)} bytes with its indexes.`
	);
	for (const problem of problems) console.log(`MISSED: ${problem}`);
	const {
		fleet: _,
		costs: { statements, ...costsTold },
		web: seen,
		...told
	} = outcome;
	return {
		problems,
		json: {
			bench: 'sim:fleet',
			...told,
			limits: LIMITS,
			costs: costsTold,
			growth,
			renewal: {
				perS: renewalsPerS,
				medianMs: at(renewals, 0.5),
				p99Ms: at(renewals, 0.99),
				longestGapMs: gapMs
			},
			web: { statusesPerS: seen.statuses / costs.seconds, known: seen.known },
			statements,
			problems
		}
	};
}

function at(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Three digits are enough to judge by. */
function round(value: number): string {
	if (!Number.isFinite(value)) return value === Infinity ? 'never' : '–';
	return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
