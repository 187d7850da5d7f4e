// How the server stops: what was started is ended in two phases, each step logged if it fails and bounded in time.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/log.ts';

type Step = { name: string; end: () => unknown };

/** The whole must fit into the ten seconds that an orchestrator grants. */
const STEP_LIMIT_MS = 4000;

export interface Phases {
	stopWork(): Promise<void>;
	close(): Promise<void>;
}

export function createCloser(log: Logger) {
	const first: Step[] = [];
	const last: Step[] = [];

	const phases: Phases = {
		async stopWork() {
			for (const step of first.splice(0)) await run(step);
		},
		async close() {
			for (const step of last.splice(0).reverse()) await run(step);
		}
	};

	async function run({ name, end }: Step): Promise<void> {
		const limit = new AbortController();
		try {
			const late = sleep(name === 'database' ? 2 * STEP_LIMIT_MS : STEP_LIMIT_MS, 'late', {
				signal: limit.signal
			});
			const outcome = await Promise.race([Promise.resolve(end()).then(() => 'done'), late]);
			if (outcome === 'late')
				log.warn({ step: name }, 'a step of the shutdown takes too long; going on without it');
		} catch (error) {
			log.error({ err: error, step: name }, 'a step of the shutdown failed');
		} finally {
			limit.abort();
		}
	}

	return {
		/** Ended in the first phase, in this order. */
		first: (name: string, end: () => unknown) => void first.push({ name, end }),
		/** Ended in the second phase, in the reverse of this order. */
		last: (name: string, end: () => unknown) => void last.push({ name, end }),
		phases
	};
}
