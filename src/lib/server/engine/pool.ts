// The threads that run streams: a Piscina pool with several streams a thread, and the means to give one thread up.
import { fileURLToPath } from 'node:url';
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { StreamTask } from '#lib/contracts/messages.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import type { Logger } from '../base/log.ts';

export interface StreamPool {
	readonly threads: number;
	/** Runs one stream until it has stopped. Rejects when its thread dies. */
	run(task: Omit<StreamTask, 'flowModule'>): Promise<void>;
	probe(source: SourceConfig, ffmpegPath: string): Promise<ProbeResult>;
	/** Ends the thread that runs this, and with it every other run there. False when it has none. */
	terminateThreadOf(runId: string): boolean;
	/** Which thread a run was given; null before it has one. */
	threadOf(runId: string): number | null;
	/** Each run's equal share of the JavaScript heap of its thread, bytes; without those of a thread that does not answer. */
	heapShares(): Promise<ReadonlyMap<string, number>>;
	/** Ends every thread; resolves when they are gone, or after `limitMs`. */
	destroy(limitMs: number): Promise<void>;
}

export interface PoolOptions {
	threads: number;
	log: Logger;
	/** The worker's file; the product's own unless told. */
	filename?: string;
}

/** JavaScript heap of one thread, MB: a leak ends that thread and not the server. Frames live outside it. */
const MAX_HEAP_MB = 256;

/** Threads for so many streams: one a core at most, and two at least so that one's death leaves others running. */
export function threadsFor(maxStreams: number, cores: number = availableParallelism()): number {
	return Math.max(1, Math.min(maxStreams, Math.max(2, cores)));
}

export function createStreamPool({ threads, log, filename }: PoolOptions): StreamPool {
	/** Thread id by run id. */
	const placed = new Map<string, number>();
	const pool = new Piscina({
		filename: filename ?? fileURLToPath(import.meta.resolve('#lib/workers/stream.worker.ts')),
		// All at once: a task then always has a thread, and fails with it, instead of waiting in a queue for one.
		minThreads: threads,
		maxThreads: threads,
		concurrentTasksPerWorker: Number.MAX_SAFE_INTEGER,
		// A thread whose last stream ended must still reap that stream's ffmpeg: it may not sleep in Atomics.wait.
		atomics: 'disabled',
		recordTiming: false,
		resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
		loadBalancer: (task, workers) => {
			const [first, ...rest] = workers.filter((worker) => !worker.terminating && !worker.destroyed);
			if (!first) return null;
			const least = rest.reduce((a, b) => (b.currentUsage < a.currentUsage ? b : a), first);
			const options = task[Piscina.queueOptionsSymbol as keyof typeof task] as { runId?: string } | null;
			if (options?.runId) placed.set(options.runId, least.id);
			return least;
		}
	});
	// A thread that dies without a task, or cannot start at all, says so here; unheard, it would end the process.
	pool.on('error', (error) => log.error({ err: error }, 'a worker thread failed'));

	// A thread compiles it, since a thread knows where the kernel's file lies; all others take the result.
	let flowModule: Promise<WebAssembly.Module> | null = null;

	return {
		threads,
		async run({ config, port }) {
			const { runId } = config;
			try {
				flowModule ??= pool.run(null, { name: 'compileFlow' });
				flowModule.catch(() => (flowModule = null));
				const task: StreamTask = { config, port, flowModule: await flowModule };
				await pool.run({ ...task, [Piscina.queueOptionsSymbol]: { runId } }, { transferList: [port] });
			} finally {
				placed.delete(runId);
			}
		},
		probe: (source, ffmpegPath) => pool.run({ source, ffmpegPath }, { name: 'probe' }),
		threadOf: (runId) => placed.get(runId) ?? null,
		heapShares: () => heapShares(pool.threads, placed),
		terminateThreadOf(runId) {
			const thread = pool.threads.find((worker) => worker.threadId === placed.get(runId));
			void thread?.terminate();
			return thread !== undefined;
		},
		async destroy(limitMs) {
			const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
			await Promise.race([pool.destroy(), limit]);
		}
	};
}

/** A busy thread answers late, a hung one never. */
const HEAP_ANSWER_MS = 300;

async function heapShares(
	threads: readonly Worker[],
	placed: ReadonlyMap<string, number>
): Promise<ReadonlyMap<string, number>> {
	const heaps = new Map(
		await Promise.all(threads.map(async (thread) => [thread.threadId, await heapOf(thread)] as const))
	);
	const runs = [...placed.values()];
	return new Map(
		[...placed].flatMap(([runId, threadId]) => {
			const heap = heaps.get(threadId) ?? null;
			return heap === null ? [] : [[runId, heap / runs.filter((id) => id === threadId).length] as const];
		})
	);
}

/** Threads that owe an answer: asked again and again, a hung one would gather questions. */
const silent = new WeakSet<Worker>();

/** Bytes: the heap proper and the buffers it holds. */
async function heapOf(thread: Worker): Promise<number | null> {
	if (silent.has(thread)) return null;
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise<null>((resolve) => {
		timer = setTimeout(() => {
			silent.add(thread);
			resolve(null);
		}, HEAP_ANSWER_MS);
	});
	const asked = thread
		.getHeapStatistics()
		.then(
			({ total_heap_size, external_memory }) => total_heap_size + external_memory,
			// It is ending.
			() => null
		)
		.finally(() => {
			clearTimeout(timer);
			silent.delete(thread);
		});
	return Promise.race([asked, limit]);
}

/** Why a thread's task ended, in words. */
export function causeOfDeath(error: unknown): string {
	const { code, message } = (error ?? {}) as { code?: string; message?: string };
	if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'The worker thread ran out of memory';
	const exit = /^worker exited with code: (-?\d+)$/.exec(message ?? '');
	if (exit) return `The worker thread ended unexpectedly (exit code ${exit[1]})`;
	return `The worker failed: ${(message ?? String(error)).slice(0, 300)}`;
}
