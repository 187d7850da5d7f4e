// Rows on their way to the database: once a second, in bounded batches; what fails is tried again, and the oldest give way.
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isDatabaseInTrouble } from '../base/outage.ts';
import type { NewDetection } from './store.ts';

export interface Writer {
	add(row: NewDetection): void;
	start(everyMs: number): void;
	/** Rows given up since the start. */
	readonly lost: number;
	/** Writes what waits, as far as the database lets it. */
	flush(): Promise<void>;
	/** Writes what waits, for at most two seconds. */
	stop(): Promise<void>;
}

export interface WriterOptions {
	/** Answers what was stored: nothing of streams whose lease was lost. */
	insert(batch: NewDetection[]): Promise<DetectionRecord[]>;
	stored(record: DetectionRecord): void;
	log: Pick<Logger, 'info' | 'warn'>;
}

const MAX_WAITING = 10_000;
const BATCH = 500;
const COMPLAIN_EVERY_MS = 60_000;
const STOP_LIMIT_MS = 2000;

export function createWriter({ insert, stored, log }: WriterOptions): Writer {
	const waiting: NewDetection[] = [];
	let timer: NodeJS.Timeout | null = null;
	let writing: Promise<void> = Promise.resolve();
	let lost = 0;
	let fenced = 0;
	let complainedAt = -Infinity;
	let toldAt = -Infinity;

	async function flush(): Promise<void> {
		while (waiting.length > 0) {
			const batch = waiting.splice(0, BATCH);
			try {
				const records = await insert(batch);
				for (const record of records) stored(record);
				drop(batch.length - records.length);
			} catch (error) {
				complain(error);
				// A batch the database refuses would be refused for ever.
				if (!isDatabaseInTrouble(error)) lost += batch.length;
				else {
					waiting.unshift(...batch);
					return;
				}
			}
		}
	}

	/** Another instance runs their streams. */
	function drop(count: number): void {
		if (count === 0) return;
		fenced += count;
		if (performance.now() - toldAt < COMPLAIN_EVERY_MS) return;
		toldAt = performance.now();
		log.info({ dropped: fenced }, 'detections of streams that another instance runs now were not stored');
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn({ cause: causeChain(error), waiting: waiting.length, lost }, 'could not store detections');
	}

	function loop(everyMs: number): void {
		timer = setTimeout(() => {
			writing = flush().then(() => {
				if (timer) loop(everyMs);
			});
		}, everyMs);
	}

	return {
		add(row) {
			waiting.push(row);
			if (waiting.length > MAX_WAITING) lost += waiting.splice(0, waiting.length - MAX_WAITING).length;
		},
		start: loop,
		flush: () => (writing = writing.then(flush)),
		get lost() {
			return lost;
		},
		async stop() {
			if (timer) clearTimeout(timer);
			timer = null;
			const limit = new Promise<void>((resolve) => setTimeout(resolve, STOP_LIMIT_MS).unref());
			await Promise.race([writing.then(flush), limit]);
		}
	};
}
