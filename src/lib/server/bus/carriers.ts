// What carries messages between instances, as the configuration has it: this process alone, or NATS.
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/index.ts';
import type { Bus } from './bus.ts';
import type { Journal, ObjectStore } from './journal.ts';
import { createMemoryBus } from './memory.ts';

export interface Carriers {
	bus: Bus;
	/** Null in a single process: the outbox is read by whoever wrote it. */
	journal: Journal | null;
	/** Null in a single process: files are on its disk. */
	objects: ObjectStore | null;
}

/** Throws StartupError where NATS cannot be used at all: wrong credentials, not NATS. One that is away is waited for. */
export async function openCarriers(
	config: Pick<Config, 'natsUrl' | 'nats' | 'instanceId'>,
	log: Logger
): Promise<Carriers> {
	if (config.natsUrl === null) {
		return { bus: createMemoryBus(log, config.instanceId), journal: null, objects: null };
	}
	// Loaded where it is used: a single process starts without it.
	const { openNats } = await import('./nats/index.ts');
	return openNats(config, log);
}
