// The history room's door: what streams and their zones showed, second by second, kept for a day.
import {
	FLOW_RANGES,
	type FlowPoint,
	type FlowRange,
	type StreamFacts,
	type ZoneFacts
} from '#lib/contracts/facts.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus, type StreamChange } from '../bus/index.ts';
import { createKeeper } from './partitions/keeper.ts';
import { createRecorder } from './recorder.ts';
import { insertSamples, readPage, readPoints, readSeconds, type HistoryDatabase } from './store.ts';

export interface History {
	/** At most 1000 points, oldest first, of a zone (null: the whole picture). Empty where nothing is stored. */
	read(streamId: string, zoneId: string | null, range: FlowRange): Promise<FlowPoint[]>;
	/** Whole seconds of the whole picture from before a moment, oldest first, beginning after the one that was read last. */
	page(streamId: string, after: Date | null, before: Date, limit: number): Promise<FlowPoint[]>;
	/** Every stored second since a moment, in order; without `directions` the bins are told as zeros. */
	seconds(
		streamId: string,
		zoneId: string | null,
		from: Date,
		options: { directions: boolean }
	): Promise<Iterable<{ at: number; facts: ZoneFacts }>>;
	/** Begins to write what this instance's runs tell, and to forget what is old. */
	start(): void;
	/** Writes what waits, as far as the database lets it. */
	flush(): Promise<void>;
	/** Writes what waits, for at most two seconds. */
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
}

const MOST_POINTS = 1000;
const STOP_WITHIN_MS = 2000;

export function createHistory({ db, bus, log, leaseOf, retentionDays }: HistoryDeps): History {
	const keeper = createKeeper({ db, log, retentionDays });
	let room: Promise<void> = Promise.resolve();
	const recorder = createRecorder(
		{
			async insert(rows) {
				await room;
				return insertSamples(db, rows);
			}
		},
		log
	);
	let unsubscribe: (() => void)[] = [];
	const forget = ({ streamId, change }: StreamChange) => {
		if (change === 'deleted') void keeper.forget(streamId);
	};

	return {
		read(streamId, zoneId, range) {
			const seconds = FLOW_RANGES[range];
			const bucketS = Math.ceil(seconds / (MOST_POINTS - 1));
			return readPoints(db, streamId, zoneId, new Date(Date.now() - seconds * 1000), bucketS);
		},
		page: (...where) => readPage(db, ...where),
		seconds: (streamId, zoneId, from, { directions }) => readSeconds(db, streamId, zoneId, from, directions),
		start() {
			room = keeper.start();
			const hear = (facts: StreamFacts) => {
				const token = leaseOf(facts.streamId);
				if (token !== null) recorder.add(facts, token);
			};
			unsubscribe = [
				bus.subscribe(subjects.facts, hear, { from: 'here' }),
				bus.subscribe(subjects.streamChange, forget, { from: 'here' })
			];
			recorder.start();
		},
		flush: recorder.flush,
		async stop() {
			for (const end of unsubscribe.splice(0)) end();
			await recorder.stop(STOP_WITHIN_MS);
			await keeper.stop();
		}
	};
}
