// The threads that run models: a Piscina pool of their own, begun with the first use and never ended while one is at work.
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { InferenceAnswer, InferenceTask } from '#lib/workers/detect/task.ts';
import type { Logger } from '../../base/log.ts';

export interface InferencePool {
	/** Runs one task on a free thread. Rejects when the model fails or its thread dies; a dead thread is replaced. */
	run(task: InferenceTask): Promise<InferenceAnswer>;
	/** Tasks that run now. */
	readonly busy: number;
	/** Resolves as soon as nothing runs. */
	quiet(): Promise<void>;
	/**
	 * Waits until nothing runs, for at most `limitMs`, and ends the threads. A thread still at work then is left alone:
	 * ONNX Runtime aborts the whole process when its thread is terminated, or the process exits, during a run. Whoever
	 * ends the process waits for `quiet`, and has SIGKILL as the deadline.
	 */
	stop(limitMs: number): Promise<void>;
}

export interface InferencePoolOptions {
	threads: number;
	log: Logger;
	/** The worker's file; the product's own unless told. */
	filename?: string;
}

/** JavaScript heap of one thread, MB; models and tensors live outside it. */
const MAX_HEAP_MB = 256;

export function createInferencePool({ threads, log, filename }: InferencePoolOptions): InferencePool {
	let pool: Piscina | null = null;
	const running = new Set<Promise<unknown>>();

	function begin(): Piscina {
		const begun = new Piscina({
			filename: filename ?? fileURLToPath(import.meta.resolve('#lib/workers/inference.worker.ts')),
			minThreads: threads,
			maxThreads: threads,
			concurrentTasksPerWorker: 1,
			atomics: 'disabled',
			recordTiming: false,
			resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB }
		});
		// A thread that dies without a task, or cannot start at all, says so here; unheard, it would end the process.
		begun.on('error', (error) => log.error({ err: error }, 'an inference thread failed'));
		return begun;
	}

	async function quiet(): Promise<void> {
		while (running.size > 0) await Promise.allSettled(running);
	}

	return {
		get busy() {
			return running.size;
		},
		async run(task) {
			const answer = (pool ??= begin()).run(task) as Promise<InferenceAnswer>;
			running.add(answer);
			try {
				return await answer;
			} finally {
				running.delete(answer);
			}
		},
		quiet,
		async stop(limitMs) {
			const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
			await Promise.race([quiet(), limit]);
			if (running.size === 0) await pool?.destroy();
			else log.warn({ runs: running.size }, 'a model is still at work; the process ends when it is done');
		}
	};
}
