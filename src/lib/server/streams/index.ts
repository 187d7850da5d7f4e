// The streams room's door: what should run, where, and its state.
import type { Logger } from '../base/log.ts';
import type { StreamChange } from '../bus/index.ts';
import { createAddresses } from './addresses.ts';
import { createDenyList } from '../base/deny.ts';
import { createEphemeral, type EphemeralStreams } from './ephemeral.ts';
import { createForEngine } from './for-engine.ts';
import type { HeldStreams, StreamsForEngine } from './ports.ts';
import { createRegistry, type Streams } from './registry.ts';
import { createSealer } from '../base/sealer.ts';
import type { SourcePolicy } from './source.ts';
import type { StreamsDatabase } from './store.ts';

export type { EphemeralStreams } from './ephemeral.ts';
export type { Streams, WriteOptions } from './registry.ts';
export type * from './ports.ts';
export { eventsOfPhase, isRunning, nextState, RUN_EVENTS, type RunEvent } from './lifecycle.ts';

export interface StreamsDeps {
	db: StreamsDatabase;
	log: Logger;
	/** The parts of the configuration this room needs. */
	config: {
		secretKey: string;
		mediaDirs: readonly string[];
		sourceDeny: readonly string[];
		instanceId: string;
		/** Whether run states are told to the journal as well. */
		events?: boolean;
	};
	/** Which streams run here; none do unless it is given. */
	leases?: HeldStreams;
	/** Called after every write that changed something: tells the engine to reconcile and the pages to reload. */
	onChange?: (change: StreamChange) => void;
	/** Tests only; the system's resolver otherwise. */
	resolveName?: SourcePolicy['resolveName'];
}

export interface StreamsRoom extends Streams, StreamsForEngine {
	/** Streams that scenarios and sessions own. */
	readonly ephemeral: EphemeralStreams;
}

export function createStreams({
	db,
	log,
	config,
	leases = { wanted: () => new Map() },
	onChange = () => {},
	resolveName
}: StreamsDeps): StreamsRoom {
	const policy: SourcePolicy = {
		mediaDirs: config.mediaDirs,
		deny: createDenyList(config.sourceDeny),
		...(resolveName && { resolveName })
	};
	const addresses = createAddresses(createSealer(config.secretKey, 'source-address v1'), policy);
	return {
		...createRegistry({
			db,
			addresses,
			onChange,
			onCreated: (record, by) =>
				log.info({ streamId: record.id, stream: record.name, url: record.rtsp_url, by }, 'stream added')
		}),
		ephemeral: createEphemeral({ db, addresses, onChange }),
		...createForEngine({
			db,
			addresses,
			policy,
			log,
			instanceId: config.instanceId,
			events: config.events ?? false,
			leases
		})
	};
}
