// Keeps room for what is written and forgets what is old: partitions made ahead and dropped, rows of removed streams deleted.
import { setTimeout as sleep } from 'node:timers/promises';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { keptTables, outlived, overFor, rangesAround, type Kept } from './rules.ts';
import {
	databaseNow,
	deleteOfStream,
	deleteStragglers,
	dropPartition,
	isSorted,
	listPartitions,
	makePartitions,
	sortPartition,
	strangersIn,
	type PartitionsDatabase
} from './store.ts';

export interface KeeperDeps {
	db: PartitionsDatabase;
	log: Logger;
	/** Days that the settings keep samples for. */
	retentionDays(): Promise<number>;
}

export interface Keeper {
	/** Makes room, then keeps doing so every hour. Resolves once there is room, or once making it has failed: rows find a place either way. */
	start(): Promise<void>;
	/** Deletes the rows of a stream that was removed, in steps. */
	forget(streamId: string): Promise<void>;
	/** One round, now: makes what is missing, drops what is old, deletes what belongs to nobody. Throws what fails. */
	round(): Promise<void>;
	stop(): Promise<void>;
}

const EVERY_MS = 60 * 60_000;
/** Forgetting is not among the work of the start itself. */
const FIRST_AFTER_MS = 20_000;
const AGAIN_AFTER_MS = 60_000;
const ROWS_AT_ONCE = 5000;
/** Between two steps, so that a long round leaves the database to others. */
const BREATH_MS = 20;
/** A week of one place is ten thousand of its rows, among those of all others. */
const READ_BY_PLACE = 'flow_minutes';
/** Tables whose rows are a stream's. */
const OF_STREAMS = ['flow_samples', 'flow_minutes', 'flow_hours', 'stream_samples', 'stream_minutes'];

export function createKeeper({ db, log, retentionDays }: KeeperDeps): Keeper {
	const stopping = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let working: Promise<void> = Promise.resolve();

	const stopped = () => stopping.signal.aborted;
	const breathe = () => sleep(BREATH_MS, undefined, { signal: stopping.signal }).catch(() => {});
	const kept = async () => keptTables(await retentionDays());

	async function makeRoom(): Promise<void> {
		const now = await databaseNow(db);
		for (const { table, span } of await kept()) {
			if (stopped()) return;
			const { made, left } = await makePartitions(db, table, rangesAround(span, now));
			if (made.length > 0) log.debug({ made }, 'made room for what is to be stored');
			if (left.length > 0) log.debug({ table, left }, 'rows of these times stay in the default partition');
		}
	}

	async function dropOld(): Promise<void> {
		const now = await databaseNow(db);
		const tables = await kept();
		const partitions = await listPartitions(
			db,
			tables.map(({ table }) => table)
		);
		for (const { name } of outlived(partitions, tables, now)) {
			if (stopped()) return;
			await dropPartition(db, name);
			log.info({ partition: name }, 'forgot samples that are older than what is kept');
		}
		for (const one of tables) await dropStragglers(one, now);
	}

	async function dropStragglers({ table, keptMs }: Kept, now: Date): Promise<void> {
		const before = new Date(now.getTime() - keptMs);
		await inSteps(() => deleteStragglers(db, table, before, ROWS_AT_ONCE));
	}

	async function deleteStrangers(): Promise<void> {
		for (const partition of await partitionsOfStreams()) {
			if (stopped()) return;
			for (const streamId of await strangersIn(db, partition))
				await inSteps(() => deleteOfStream(db, partition, streamId, ROWS_AT_ONCE));
		}
	}

	/** One at a time: what is not sorted in this round is in the next, and read all the same. */
	async function sortFinished(): Promise<void> {
		const now = await databaseNow(db);
		const partitions = overFor(await listPartitions(db, [READ_BY_PLACE]), now);
		for (const partition of partitions.filter((one) => !isSorted(one))) {
			if (stopped()) return;
			try {
				if (await sortPartition(db, partition)) log.debug({ partition: partition.name }, 'sorted by place');
			} catch (error) {
				log.debug({ cause: causeChain(error), partition: partition.name }, 'could not sort by place yet');
			}
		}
	}

	async function partitionsOfStreams(): Promise<string[]> {
		const partitions = await listPartitions(db, OF_STREAMS);
		return [...partitions.map(({ name }) => name), ...OF_STREAMS.map((table) => `${table}_default`)];
	}

	/** Until a step finds less than it might have. */
	async function inSteps(step: () => Promise<number>): Promise<void> {
		while (!stopped() && (await step()) === ROWS_AT_ONCE) await breathe();
	}

	async function round(): Promise<void> {
		await makeRoom();
		await dropOld();
		await deleteStrangers();
		await sortFinished();
	}

	/** One after the other, however they are asked for; says whether it worked. */
	function queue(what: string, work: () => Promise<void>): Promise<boolean> {
		const done = working.then(async () => {
			if (stopped()) return true;
			try {
				await work();
				return true;
			} catch (error) {
				log.warn({ cause: causeChain(error) }, what);
				return false;
			}
		});
		working = done.then(() => {});
		return done;
	}

	function next(afterMs: number): void {
		timer = setTimeout(
			() =>
				void queue('could not look after the stored samples; it is tried again', round).then((well) => {
					if (!stopped()) next(well ? EVERY_MS : AGAIN_AFTER_MS);
				}),
			afterMs
		);
	}

	return {
		round,
		async start() {
			await queue('could not make room for samples ahead; they are stored all the same', makeRoom);
			if (!stopped()) next(FIRST_AFTER_MS);
		},
		async forget(streamId) {
			await queue('could not delete the samples of a removed stream yet; it is tried again', async () => {
				for (const partition of await partitionsOfStreams())
					await inSteps(() => deleteOfStream(db, partition, streamId, ROWS_AT_ONCE));
			});
		},
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await working;
		}
	};
}
