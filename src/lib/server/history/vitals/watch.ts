// Looks every half a minute how this instance and the fleet do, and hands that over to be written.
import { setTimeout as sleep } from 'node:timers/promises';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { FleetStates, InstanceRow } from './store.ts';

export const LOOK_EVERY_MS = 30_000;
const PATIENCE_MS = 5000;

/** How an instance does now. */
export type InstanceVitals = Omit<InstanceRow, 'instance' | 'at'>;

export interface VitalsPorts {
	instance: string;
	/** Null while it cannot be told. */
	vitals(): Promise<InstanceVitals | null>;
	/** How many streams are in each state, wherever they run; null while that is not known. */
	fleet(): Promise<FleetStates | null>;
}

export interface Watch {
	start(): void;
	/** One look, now; what fails is left out. */
	look(): Promise<void>;
	stop(): void;
}

export function createWatch(
	ports: VitalsPorts,
	on: { instance(row: InstanceRow): void; fleet(states: FleetStates): void },
	log: Logger
): Watch {
	let timer: NodeJS.Timeout | undefined;
	let looking = false;

	/** One at a time; what hangs is left out, and nothing piles up behind it. */
	async function look(): Promise<void> {
		if (looking) return;
		looking = true;
		await lookOnce().finally(() => (looking = false));
	}

	async function lookOnce(): Promise<void> {
		const at = new Date(Math.floor(Date.now() / LOOK_EVERY_MS) * LOOK_EVERY_MS);
		const [vitals, states] = await Promise.all([told(ports.vitals()), told(ports.fleet())]);
		if (vitals) on.instance({ ...vitals, instance: ports.instance, at });
		if (states) on.fleet(states);
	}

	function told<T>(asked: Promise<T | null>): Promise<T | null> {
		const late = sleep(PATIENCE_MS, null, { ref: false });
		return Promise.race([asked, late]).catch((error: unknown) => {
			log.debug({ cause: causeChain(error) }, 'a look at how things are was left out of the history');
			return null;
		});
	}

	return {
		look,
		start() {
			timer = setInterval(() => void look(), LOOK_EVERY_MS);
			timer.unref();
		},
		stop: () => clearInterval(timer)
	};
}
