// The fleet room's door: which instances there are, which of them runs which stream, and how every stream does wherever it runs.
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { InstanceRecord, Labels } from '#lib/contracts/instance.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { Logger } from '../base/log.ts';
import type { Bus } from '../bus/index.ts';
import type { LocalEngine, Leases, Self } from './ports.ts';
import type { FleetDatabase } from './store.ts';

export type { LocalEngine, Leases, Self } from './ports.ts';

export interface FleetDeps {
	db: FleetDatabase;
	bus: Bus;
	log: Logger;
	self: Self;
}

export interface Fleet {
	readonly leases: Leases;
	/** The engine of this instance, once it is there: the fleet is made before it. */
	attach(engine: LocalEngine): void;
	/** Of every stream that should run, wherever it does, and of those still stopping. */
	statuses(): StreamStatus[];
	/** Of one stream; `deactivated` when nobody has anything to do with it. */
	status(streamId: string): StreamStatus;
	/** The newest activity lines, oldest first; empty where the instance that runs it does not answer. */
	logs(streamId: string, tail: number): Promise<ActivityLine[]>;
	/** Tries a failed source again at once instead of when its backoff ends. */
	retryNow(streamId: string): Promise<void>;
	/** Looks at a source from an instance that bears the labels. Throws `unavailable` where none does. */
	probe(source: SourceConfig, placement: Labels): Promise<ProbeResult>;
	/** Whether the stream's frames come from another instance: they cross the bus only while watched. */
	isRemote(streamId: string): boolean;
	/** By id. */
	instances(): Promise<InstanceRecord[]>;
	/** Begins to listen and, with the role, to hold streams. */
	start(): Promise<void>;
	stop(): Promise<void>;
}
