// Small messages of one subject leave together, a tick apart; while nobody takes them the newest wait, and the rest is counted.
import type { Link } from './connection.ts';
import { encodeSaid, SAID_OVERHEAD } from './wire.ts';

const TICK_MS = 25;
/** Of one subject, waiting. */
const MAX_WAITING = { messages: 4_096, bytes: 4 * 1_048_576 };
/** Of one batch; a single message may be larger, up to what NATS takes. */
const BATCH_BYTES = 262_144;

interface Queue {
	entries: string[];
	bytes: number;
}

export interface Batches {
	add(wireSubject: string, at: number, payload: unknown): void;
	/** What waits leaves now, as far as NATS is there. */
	flush(): void;
	close(): void;
}

export function createBatches(link: Link, from: string, dropped: (messages: number) => void): Batches {
	const queues = new Map<string, Queue>();
	let timer: NodeJS.Timeout | null = null;
	const stopWaiting = link.onConnect(() => flush());

	function flush(): void {
		if (timer) clearTimeout(timer);
		timer = null;
		for (const [subject, queue] of queues) {
			if (!send(subject, queue)) return;
			queues.delete(subject);
		}
	}

	/** False where NATS takes no more: what it did not take goes on waiting. */
	function send(subject: string, queue: Queue): boolean {
		while (queue.entries.length > 0) {
			const count = batchLength(queue.entries, Math.min(BATCH_BYTES, link.maxPayload() - SAID_OVERHEAD));
			if (!link.publish(subject, encodeSaid(from, queue.entries.slice(0, count)))) return false;
			for (const entry of queue.entries.splice(0, count)) queue.bytes -= entry.length;
		}
		return true;
	}

	return {
		add(subject, at, payload) {
			const entry = `[${at},${JSON.stringify(payload) ?? 'null'}]`;
			if (Buffer.byteLength(entry) > link.maxPayload() - SAID_OVERHEAD) return dropped(1);
			const queue = queues.get(subject) ?? { entries: [], bytes: 0 };
			queues.set(subject, queue);
			queue.entries.push(entry);
			queue.bytes += entry.length;
			dropped(shorten(queue));
			timer ??= setTimeout(flush, TICK_MS);
		},
		flush,
		close() {
			flush();
			stopWaiting();
			if (timer) clearTimeout(timer);
		}
	};
}

/** How many of the oldest entries fit one batch; one at least. */
function batchLength(entries: string[], limit: number): number {
	let bytes = 0;
	let count = 0;
	for (const entry of entries) {
		bytes += Buffer.byteLength(entry) + 1;
		if (bytes > limit) break;
		count += 1;
	}
	return Math.max(1, count);
}

/** Lets the oldest go; how many. */
function shorten(queue: Queue): number {
	let gone = 0;
	while (queue.entries.length > MAX_WAITING.messages || queue.bytes > MAX_WAITING.bytes) {
		queue.bytes -= queue.entries.shift()?.length ?? 0;
		gone += 1;
	}
	return gone;
}
