// Files on their way to the store that every instance reads: one after the other, tried again while it is away, bounded.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../base/backoff.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { ObjectStore } from '../bus/index.ts';

export interface Publisher {
	/** The same twice while it waits is once. */
	add(path: string): void;
	/** Given up: it is not wanted any more. */
	drop(path: string): void;
	readonly waiting: number;
	stop(): Promise<void>;
}

export interface PublisherDeps {
	dataDir: string;
	objects: ObjectStore;
	log: Pick<Logger, 'warn'>;
	/** Ceilings of the waits between attempts, ms. */
	backoff: { baseMs: number; capMs: number };
}

/** Beyond this the newest are left out: a sweep finds what is on the disk and not in the store. */
const MAX_WAITING = 10_000;
const STOP_LIMIT_MS = 1000;
const COMPLAIN_EVERY_MS = 60_000;

export function createPublisher({ dataDir, objects, log, backoff }: PublisherDeps): Publisher {
	const waiting = new Set<string>();
	const stopping = new AbortController();
	let running: Promise<void> | null = null;
	let failures = 0;
	let complainedAt = -Infinity;

	async function drain(): Promise<void> {
		while (waiting.size > 0 && !stopping.signal.aborted) {
			const path = waiting.values().next().value!;
			try {
				await put(path);
				waiting.delete(path);
				failures = 0;
			} catch (error) {
				// The others first: it may be this file's own fault.
				if (waiting.delete(path)) waiting.add(path);
				complain(error);
				const waitMs = Math.max(50, backoffMs(++failures, backoff));
				await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
			}
		}
	}

	async function put(path: string): Promise<void> {
		const file = join(dataDir, path);
		const found = await stat(file).catch(() => null);
		// Removed meanwhile, and nobody's to read any more.
		if (!found?.isFile()) return;
		const content = createReadStream(file);
		try {
			await objects.put(path, content);
		} finally {
			content.destroy();
		}
		// It went between its first and its last byte: what was put is nobody's either.
		if (!waiting.has(path)) await objects.remove(path);
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn(
			{ cause: causeChain(error), waiting: waiting.size },
			'files could not be offered to the other instances; tried again'
		);
	}

	return {
		add(path) {
			if (stopping.signal.aborted || waiting.size >= MAX_WAITING) return;
			waiting.add(path);
			running ??= drain().finally(() => (running = null));
		},
		drop: (path) => void waiting.delete(path),
		get waiting() {
			return waiting.size;
		},
		async stop() {
			const limit = sleep(STOP_LIMIT_MS, undefined, { ref: false });
			if (failures === 0) await Promise.race([running, limit]);
			stopping.abort();
			await Promise.race([running, limit]);
		}
	};
}
