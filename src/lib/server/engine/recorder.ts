// Writes what became of runs to the registry, in batches and in order, without ever holding up a run.
import type { RunStateChange, StreamsForEngine } from '../streams/ports.ts';
import type { StreamActivity } from '../bus/index.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';

/** What may wait for the database; beyond it the oldest are given up. */
const MAX_CHANGES = 1000;
const MAX_LINES = 2000;
const LINES_PER_BATCH = 500;
const FLUSH_EVERY_MS = 1000;
const BEAT_EVERY_MS = 5000;
/** The database being away is told this often, not with every failed write. */
const COMPLAIN_EVERY_MS = 30_000;

export interface Recorder {
	state(change: RunStateChange): void;
	activity(line: StreamActivity): void;
	/** The newest frame of a stream; only the last one before a write is stored. */
	beat(streamId: string, beat: Beat): void;
	start(): void;
	/** Writes what waits, as far as the database lets it. */
	flush(): Promise<void>;
	/** Ends the loop and writes what waits, for at most `limitMs`. */
	stop(limitMs: number): Promise<void>;
}

/** When a stream's newest frame was seen, under the lease that it ran under. */
export interface Beat {
	token: number;
	at: Date;
}

type Store = Pick<StreamsForEngine, 'recordRunState' | 'recordHeartbeats' | 'appendActivity'>;

export function createRecorder(store: Store, log: Logger): Recorder {
	const changes: RunStateChange[] = [];
	const lines: StreamActivity[] = [];
	const beats = new Map<string, Beat>();
	let given = 0;
	let beatenAt = 0;
	let complainedAt = -Infinity;
	let timer: NodeJS.Timeout | null = null;
	let writing: Promise<void> = Promise.resolve();

	/** One pass. What fails stays and is tried with the next pass. */
	async function write(final: boolean): Promise<void> {
		try {
			await writeChanges();
			await writeLines();
			if (final || performance.now() - beatenAt >= BEAT_EVERY_MS) await writeBeats();
		} catch (error) {
			complain(error);
		}
	}

	async function writeChanges(): Promise<void> {
		while (changes[0]) {
			const change = changes[0];
			await store.recordRunState(change);
			if (changes[0] === change) changes.shift();
		}
	}

	async function writeLines(): Promise<void> {
		while (lines.length > 0) {
			const batch = lines.splice(0, LINES_PER_BATCH);
			try {
				await store.appendActivity(batch);
			} catch (error) {
				lines.unshift(...batch);
				given += bound(lines, MAX_LINES);
				throw error;
			}
		}
	}

	async function writeBeats(): Promise<void> {
		const batch = [...beats].map(([streamId, beat]) => ({ streamId, ...beat }));
		beats.clear();
		beatenAt = performance.now();
		if (batch.length > 0) await store.recordHeartbeats(batch);
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn(
			{ cause: causeChain(error), changes: changes.length, lines: lines.length, givenUp: given },
			'could not store what became of the streams; they run on and it is tried again'
		);
	}

	/** One after another: two at once would write the same twice. */
	const turn = (final = false) => (writing = writing.then(() => write(final)));

	function loop(): void {
		timer = setTimeout(() => {
			void turn().then(() => {
				if (timer) loop();
			});
		}, FLUSH_EVERY_MS);
	}

	return {
		state(change) {
			changes.push(change);
			given += bound(changes, MAX_CHANGES);
		},
		activity(line) {
			lines.push(line);
			given += bound(lines, MAX_LINES);
		},
		beat: (streamId, beat) => void beats.set(streamId, beat),
		start: loop,
		flush: () => turn(),
		async stop(limitMs) {
			if (timer) clearTimeout(timer);
			timer = null;
			const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
			await Promise.race([turn(true), limit]);
		}
	};
}

/** Removes the oldest beyond the limit and says how many. */
function bound(queue: unknown[], limit: number): number {
	return queue.length > limit ? queue.splice(0, queue.length - limit).length : 0;
}
