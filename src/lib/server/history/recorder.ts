// Writes what waits, of all streams in one batch, once a second, without ever holding up a run.
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Queue } from './queue.ts';

const FLUSH_EVERY_MS = 1000;
const COMPLAIN_EVERY_MS = 30_000;

export interface Recorder {
	start(): void;
	/** Writes what waits, as far as the database lets it. */
	flush(): Promise<void>;
	/** Ends the loop and writes what waits, for at most `limitMs`. */
	stop(limitMs: number): Promise<void>;
}

/** `gather` is called before each time something is written: what has come together until then goes along. */
export function createRecorder(queues: readonly Queue[], gather: () => void, log: Logger): Recorder {
	let complainedAt = -Infinity;
	let toldAt = -Infinity;
	let told = 0;
	let timer: NodeJS.Timeout | null = null;
	let working: Promise<void> = Promise.resolve();

	const sum = (of: (queue: Queue) => number) => queues.reduce((total, queue) => total + of(queue), 0);

	async function pass(): Promise<void> {
		try {
			gather();
			for (const queue of queues) await queue.write();
			tellFenced();
		} catch (error) {
			complain(error);
		}
	}

	/** Another instance runs their streams. */
	function tellFenced(): void {
		const dropped = sum((queue) => queue.fenced());
		if (dropped === told || performance.now() - toldAt < COMPLAIN_EVERY_MS) return;
		toldAt = performance.now();
		told = dropped;
		log.info({ dropped }, 'seconds of streams that another instance runs now were not stored');
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		const waiting = sum((queue) => queue.waiting());
		const givenUp = sum((queue) => queue.givenUp());
		log.warn(
			{ cause: causeChain(error), waiting, givenUp },
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
		start: loop,
		flush: () => (working = working.then(pass)),
		async stop(limitMs) {
			if (timer) clearTimeout(timer);
			timer = null;
			const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
			await Promise.race([working.then(pass), limit]);
		}
	};
}
