// The history room's door: what streams and their zones showed, and how streams, instances and the fleet did, kept as long as it is told.
import type { FlowPoint, StreamFacts, ZoneFacts } from '#lib/contracts/facts.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus, type StreamChange } from '../bus/index.ts';
import { createKeeper } from './partitions/keeper.ts';
import { keptTables } from './partitions/rules.ts';
import { createQueue } from './queue.ts';
import { createPast, type KeptFor, type Past } from './reading/index.ts';
import { createRecorder } from './recorder.ts';
import { createRoller } from './rollup/roller.ts';
import { MOST_WAITING, rowsOf } from './seconds.ts';
import { insertSamples, readPage, readSeconds, type HistoryDatabase, type SampleRow } from './store.ts';
import { createPerformanceLedger, type PerformanceRow } from './vitals/ledger.ts';
import {
	insertFleet,
	insertInstance,
	insertPerformance,
	type FleetStates,
	type InstanceRow
} from './vitals/store.ts';
import { createWatch, type VitalsPorts } from './vitals/watch.ts';

export { timeRange, type TimeRange } from './reading/rules.ts';
export * from './reading/tables.ts';
export type { FleetStates } from './vitals/store.ts';
export type { InstanceVitals, VitalsPorts } from './vitals/watch.ts';

export interface History extends Past {
	/** Whole seconds of the whole picture from before a moment, oldest first, beginning after the one that was read last. */
	page(streamId: string, after: Date | null, before: Date, limit: number): Promise<FlowPoint[]>;
	/** Every stored second since a moment, in order; without `directions` the bins are told as zeros. */
	seconds(
		streamId: string,
		zoneId: string | null,
		from: Date,
		options: { directions: boolean }
	): Promise<Iterable<{ at: number; facts: ZoneFacts }>>;
	/** Begins to write what this instance's runs tell, to roll up, and to forget what is old. */
	start(): void;
	/** Writes what waits, as far as the database lets it. */
	flush(): Promise<void>;
	/** Rolls up what has come since, now. */
	rollUp(): Promise<void>;
	/** Looks how the instance and the fleet do, now, instead of when half a minute is over. */
	look(): Promise<void>;
	/** Writes what waits, for at most two seconds, and ends. */
	stop(): Promise<void>;
}

export interface HistoryDeps {
	db: HistoryDatabase;
	bus: Bus;
	log: Logger;
	/** The fencing token of a stream that is run here; null of any other. */
	leaseOf(streamId: string): number | null;
	/** Days that the settings keep samples for. */
	retentionDays(): Promise<number>;
	/** How the instance and the fleet do; not recorded without. */
	ports?: VitalsPorts;
}

const STOP_WITHIN_MS = 2000;
/** Ten seconds of a stream each, while the database is away: 100 streams for half an hour. */
const MOST_PERFORMANCE = 18_000;
/** Half minutes of this instance: four hours. */
const MOST_INSTANCE = 500;

export function createHistory(deps: HistoryDeps): History {
	const { db, bus, log, leaseOf, retentionDays } = deps;
	const keeper = createKeeper({ db, log, retentionDays });
	const roller = createRoller(db, log);
	const ledger = createPerformanceLedger();
	const past = createPast(db, async () => keptFor(await retentionDays()));
	let room: Promise<void> = Promise.resolve();
	let unsubscribe: (() => void)[] = [];
	let ending = false;

	/** Nothing is written before there is room for it. */
	const queue = <Row extends { at?: string | Date }>(
		most: number,
		insert: (db: HistoryDatabase, rows: readonly Row[]) => Promise<number>
	) =>
		createQueue<Row>(most, async (rows) => {
			await room;
			const written = await insert(db, rows);
			const oldest = rows.reduce((at, row) => Math.min(at, timeOf(row.at)), Infinity);
			if (oldest !== Infinity) roller.wrote(oldest);
			return written;
		});
	const seconds = queue<SampleRow>(MOST_WAITING, insertSamples);
	const performance = queue<PerformanceRow>(MOST_PERFORMANCE, insertPerformance);
	const instance = queue<InstanceRow>(MOST_INSTANCE, insertInstance);
	const fleet = queue<FleetStates & { at?: string }>(1, insertFleet);
	const gather = () => performance.add(ledger.take(Date.now(), ending));
	const recorder = createRecorder([seconds, performance, instance, fleet], gather, log);
	const watch =
		deps.ports &&
		createWatch(
			deps.ports,
			{ instance: (row) => instance.add([row]), fleet: (states) => fleet.add([states]) },
			log
		);

	const hearFacts = (facts: StreamFacts) => {
		const token = leaseOf(facts.streamId);
		if (token !== null) seconds.add(rowsOf(facts, token));
	};
	const hearStatus = (status: StreamStatus) => {
		const token = leaseOf(status.streamId);
		if (token !== null) ledger.hear(status, token, Date.now());
	};
	const forget = ({ streamId, change }: StreamChange) => {
		if (change === 'deleted') void keeper.forget(streamId);
	};

	return {
		...past,
		page: (...where) => readPage(db, ...where),
		seconds: (streamId, zoneId, from, { directions }) => readSeconds(db, streamId, zoneId, from, directions),
		start() {
			room = keeper.start();
			unsubscribe = [
				bus.subscribe(subjects.facts, hearFacts, { from: 'here' }),
				bus.subscribe(subjects.status, hearStatus, { from: 'here' }),
				bus.subscribe(subjects.streamChange, forget, { from: 'here' })
			];
			recorder.start();
			roller.start();
			watch?.start();
		},
		flush() {
			// Whoever runs the stream next has another lease: what was said under this one is written under it.
			performance.add(ledger.take(Date.now(), true));
			return recorder.flush();
		},
		rollUp: roller.round,
		look: async () => watch?.look(),
		async stop() {
			for (const end of unsubscribe.splice(0)) end();
			watch?.stop();
			ending = true;
			await recorder.stop(STOP_WITHIN_MS);
			ending = false;
			await roller.stop();
			await keeper.stop();
		}
	};
}

const timeOf = (at: string | Date | undefined): number =>
	at === undefined ? Infinity : new Date(at).getTime();

function keptFor(retentionDays: number): KeptFor {
	const kept = new Map(keptTables(retentionDays).map(({ table, keptMs }) => [table, keptMs]));
	return {
		secondsMs: kept.get('flow_samples')!,
		minutesMs: kept.get('flow_minutes')!,
		samplesMs: kept.get('stream_samples')!
	};
}
