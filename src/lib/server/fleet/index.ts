// The fleet room's door: which instances there are, which of them runs which stream, and how every stream does wherever it runs.
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { InstanceRecord, Labels } from '#lib/contracts/instance.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { Logger } from '../base/log.ts';
import type { Bus } from '../bus/index.ts';
import { createLeases } from './leases.ts';
import type { LocalEngine, Leases, Self } from './ports.ts';
import { createRemote } from './remote.ts';
import type { FleetDatabase, FleetLine } from './store.ts';
import { createView, type StatusHandler } from './view/index.ts';
import { readInstances, readUntold } from './view/store.ts';

export type { LocalEngine, LocalRuns, Leases, Self } from './ports.ts';
export type { Source, StatusHandler } from './view/index.ts';

export interface FleetDeps {
	db: FleetDatabase;
	/** For leases alone; they share `db` unless it is given. */
	line?: FleetLine;
	bus: Bus;
	log: Logger;
	self: Self;
	/** Whether runs that end with their lease are told to the journal as well. */
	events?: boolean;
}

export interface Fleet {
	readonly leases: Leases;
	/** The engine of this instance, once it is there: the fleet is made before it. */
	attach(engine: LocalEngine): void;
	/** Of every stream that should run, wherever it does, and of those still stopping. */
	statuses(): StreamStatus[];
	/** Of one stream; `deactivated` when nobody has anything to do with it. */
	status(streamId: string): StreamStatus;
	/**
	 * Calls the handler with every status that is told from now on: by the engine here, by other instances (times by this
	 * instance's clock), and by the fleet itself of streams that should run and that nobody runs. The returned function ends that.
	 */
	onStatus(handler: StatusHandler): () => void;
	/** The newest activity lines, oldest first; empty where the instance that runs it does not answer. */
	logs(streamId: string, tail: number): Promise<ActivityLine[]>;
	/** Tries a failed source again at once instead of when its backoff ends. Throws `unavailable` where its instance does not answer. */
	retryNow(streamId: string): Promise<void>;
	/** Looks at a source from an instance that bears the labels. Throws `unavailable` where none does. */
	probe(source: SourceConfig, placement: Labels): Promise<ProbeResult>;
	/** Whether the stream's frames come from another instance: they cross the bus only while watched. */
	isRemote(streamId: string): boolean;
	/** By id. */
	instances(): Promise<InstanceRecord[]>;
	/** By id, as last read; empty before that. */
	knownInstances(): readonly InstanceRecord[];
	/** Begins to listen and, with the role, to hold streams. */
	start(): Promise<void>;
	/** Takes nothing more, and gives each stream back as soon as its run has stopped. */
	close(): void;
	/** Gives back what is held, and hears nothing more. */
	stop(): Promise<void>;
}

export function createFleet({ db, line, bus, log, self, events = false }: FleetDeps): Fleet {
	const leases = createLeases({ db, bus, log, self, events, ...(line && { line }) });
	let local: LocalEngine | null = null;
	let silence = () => {};
	let registered = false;

	const engine = (): LocalEngine => {
		if (!local) throw new Error('the fleet was used before it had its engine');
		return local;
	};
	const view = createView({
		self,
		showsOthers: self.roles.some((role) => role !== 'worker'),
		bus,
		log,
		engine,
		holds: (streamId) => leases.tokenOf(streamId) !== null,
		look: async (missing) => {
			const [instances, untold] = await Promise.all([readInstances(db), readUntold(db, missing)]);
			return { instances, untold };
		}
	});
	const remote = createRemote({ self, bus, log, engine, holder: view.holder, instances: view.instances });

	return {
		leases,
		attach: (given) => void (local = given),
		statuses: view.statuses,
		status: view.status,
		onStatus: view.onStatus,
		logs: remote.logs,
		retryNow: remote.retryNow,
		probe: remote.probe,
		isRemote(streamId) {
			const holder = view.holder(streamId);
			return holder !== null && holder !== self.id;
		},
		instances: async () => (await readInstances(db)).map(toRecord),
		knownInstances: view.instances,
		async start() {
			view.start();
			silence = remote.answer();
			await leases.start();
			registered = true;
			await view.look();
		},
		close() {
			if (registered) leases.close();
		},
		async stop() {
			silence();
			view.stop();
			// Under this id another server may run: then nothing here is its own to give.
			if (registered) await leases.release();
		}
	};
}

function toRecord({ age_s: _, ...record }: InstanceRecord & { age_s: number }): InstanceRecord {
	return record;
}
