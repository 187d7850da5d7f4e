// Writes the seconds of all streams in one batch a second, without ever holding up a run.
import type { StreamFacts, ZoneFacts } from '#lib/contracts/facts.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isDatabaseInTrouble } from '../base/outage.ts';
import type { SampleRow } from './store.ts';

/** What may wait while the database is away, in zones' seconds: 16 streams of 4 zones for four minutes. */
export const MOST_WAITING = 20_000;
const ROWS_PER_BATCH = 2000;
const FLUSH_EVERY_MS = 1000;
const COMPLAIN_EVERY_MS = 30_000;
/** The table's column is this wide. */
const MOST_IN_A_BIN = 32_767;

export interface HistoryStore {
	/** Says how many were written; the others' leases were lost. */
	insert(rows: readonly SampleRow[]): Promise<number>;
}

export interface Recorder {
	/** Under the token that the stream is run with. */
	add(facts: StreamFacts, token: number): void;
	start(): void;
	/** Writes what waits, as far as the database lets it. */
	flush(): Promise<void>;
	/** Ends the loop and writes what waits, for at most `limitMs`. */
	stop(limitMs: number): Promise<void>;
}

export function createRecorder(store: HistoryStore, log: Logger): Recorder {
	const rows: SampleRow[] = [];
	let givenUp = 0;
	let fenced = 0;
	let complainedAt = -Infinity;
	let toldAt = -Infinity;
	let timer: NodeJS.Timeout | null = null;
	let working: Promise<void> = Promise.resolve();

	async function write(): Promise<void> {
		while (rows.length > 0) {
			const batch = rows.splice(0, ROWS_PER_BATCH);
			try {
				drop(batch.length - (await store.insert(batch)));
			} catch (error) {
				// What the database refuses it will refuse again; what it did not get waits for it.
				if (isDatabaseInTrouble(error)) rows.unshift(...batch);
				else givenUp += batch.length;
				bound();
				throw error;
			}
		}
	}

	async function pass(): Promise<void> {
		try {
			await write();
		} catch (error) {
			complain(error);
		}
	}

	function bound(): void {
		if (rows.length > MOST_WAITING) givenUp += rows.splice(0, rows.length - MOST_WAITING).length;
	}

	/** Another instance runs their streams. */
	function drop(lost: number): void {
		if (lost === 0) return;
		fenced += lost;
		if (performance.now() - toldAt < COMPLAIN_EVERY_MS) return;
		toldAt = performance.now();
		log.info({ dropped: fenced }, 'seconds of streams that another instance runs now were not stored');
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn(
			{ cause: causeChain(error), waiting: rows.length, givenUp },
			'could not store what the streams showed; they run on and it is tried again'
		);
	}

	function loop(): void {
		timer = setTimeout(() => {
			working = pass().then(() => {
				if (timer) loop();
			});
		}, FLUSH_EVERY_MS);
	}

	return {
		add({ streamId, at, zones }, token) {
			rows.push(...zones.map((facts) => rowOf(streamId, token, at, facts)));
			bound();
		},
		start: loop,
		flush: () => (working = working.then(write).catch(complain)),
		async stop(limitMs) {
			if (timer) clearTimeout(timer);
			timer = null;
			const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
			await Promise.race([working.then(write).catch(complain), limit]);
		}
	};
}

/** What is empty is null: a still second takes a line and no more. */
function rowOf(
	streamId: string,
	token: number,
	at: number,
	{ zoneId, flow, objects, crossings }: ZoneFacts
): SampleRow {
	const moved = flow !== null && flow.bins.some((vectors) => vectors > 0);
	return {
		stream_id: streamId,
		token,
		zone_id: zoneId,
		at: new Date(at).toISOString(),
		avg: flow?.avg ?? 0,
		max: flow?.max ?? 0,
		count: flow?.count ?? 0,
		total: flow?.total ?? 0,
		direction: flow?.direction ?? null,
		coherence: flow?.coherence ?? 0,
		bins: moved ? flow.bins.map((vectors) => Math.min(MOST_IN_A_BIN, vectors)) : null,
		magnitudes: moved ? flow.magnitudes : null,
		objects: Object.keys(objects).length > 0 ? objects : null,
		crossings: Object.keys(crossings).length > 0 ? crossings : null
	};
}
