// What the server tells of itself: health and metrics, each handed the rooms' figures as ports.
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { Auth } from '../auth/index.ts';
import type { Logger } from '../base/log.ts';
import type { Bus, Journal } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import type { Database } from '../db/index.ts';
import type { Delivery } from '../delivery/index.ts';
import type { Engine } from '../engine/index.ts';
import { DURATION_BUCKETS_S } from '../engine/inference/index.ts';
import type { Fleet } from '../fleet/index.ts';
import type { VitalsPorts } from '../history/index.ts';
import type { Live } from '../live/index.ts';
import type { Streams } from '../streams/index.ts';
import {
	createGuard,
	createHealth,
	createInstanceReader,
	createMetrics,
	createVitals,
	fleetOf,
	createTargetsFile,
	targetGroups,
	type Health,
	type Metrics,
	type TargetsFile
} from '../telemetry/index.ts';

export interface Told {
	config: Config;
	log: Logger;
	bus: Bus;
	journal: Journal | null;
	/** Messages set aside that nobody has looked after. */
	parked: () => Promise<number>;
	database: Database;
	auth: Auth;
	streams: Streams;
	engine: Engine;
	fleet: Fleet;
	delivery: Delivery;
	live: Live;
}

export function tellHealth(told: Told, targets: TargetsFile): Health {
	const { config, log, bus, journal, parked, database, engine, fleet, delivery } = told;
	const statuses = () => ownStatuses(told);
	const vitals = createVitals({
		outage: database.monitor.outage,
		bus,
		log,
		instance: config.instanceId,
		dataDir: config.dataDir,
		statuses,
		ffmpeg: { path: config.ffmpegPath, needed: config.roles.includes('worker') },
		inference: engine.inference,
		fleet: {
			clockSkewS: fleet.leases.clockSkewS,
			others: () => living(fleet).filter(({ id }) => id !== config.instanceId).length,
			delivers: () => [config, ...living(fleet)].some(({ roles }) => roles.includes('relay'))
		},
		journal,
		parked,
		oldestUndelivered: delivery.oldestWaiting
	});
	vitals.start();
	return createHealth({
		version: config.version,
		instance: config.instanceId,
		checks: {
			...vitals.checks,
			...(config.targetsFile !== null && { targets: targets.check })
		},
		needed: ['database'],
		figures: streamFigures(statuses),
		onStopping: vitals.stop
	});
}

export function tellMetrics(told: Told): Metrics {
	const { config, log, bus, parked, auth, streams, engine, fleet, delivery, live } = told;
	return createMetrics({
		bus,
		log,
		version: config.version,
		instance: config.instanceId,
		roles: config.roles,
		guard: createGuard({
			token: config.metricsToken,
			// The adapter's own variable: with it, an address is what a header says.
			behindProxy: process.env['ADDRESS_HEADER'] !== undefined,
			refuseUnknownHost: auth.refuseUnknownHost
		}),
		streams: () => streams.list(),
		statuses: engine.statuses,
		fleet: {
			statuses: fleet.statuses,
			held: () => fleet.leases.held().size,
			instances: fleet.knownInstances
		},
		parked,
		workers: engine.workers,
		inference: () => ({ boundsS: DURATION_BUCKETS_S, streams: engine.inference().streams }),
		delivery: delivery.figures,
		sseClients: live.clients
	});
}

/** Where Prometheus finds the metrics, for those who have it read from a file. */
export function tellTargets({ config, log, fleet }: Pick<Told, 'config' | 'log' | 'fleet'>): TargetsFile {
	const self = { address: config.advertise, scheme: 'http', id: config.instanceId, roles: config.roles };
	return createTargetsFile({
		path: config.targetsFile,
		targets: () => targetGroups(fleet.knownInstances(), self),
		log
	});
}

/** What the history is told of this instance and of the fleet, now and then. */
export function tellHistory({
	config,
	fleet,
	streams,
	workers
}: Pick<Told, 'config' | 'fleet' | 'streams'> & Pick<Engine, 'workers'>): VitalsPorts {
	const read = createInstanceReader(workers);
	return {
		instance: config.instanceId,
		vitals: async () => ({ ...(await read()), streams: fleet.leases.held().size }),
		fleet: async () => fleetOf(await streams.list(), fleet.statuses()).states
	};
}

/** Streams that run here, and those that should run and that nobody runs: their health is nobody else's to tell. */
function ownStatuses({ config, fleet }: Told): StreamStatus[] {
	return fleet.statuses().filter(({ instance }) => instance === config.instanceId || instance === '');
}

const living = (fleet: Fleet) => fleet.knownInstances().filter(({ state }) => state === 'up');

function streamFigures(statuses: () => StreamStatus[]) {
	const count = (words: string[]) => statuses().filter(({ status }) => words.includes(status)).length;
	return {
		streamsConnected: () => count(['connected']),
		streamsStarting: () => count(['starting']),
		streamsInTrouble: () => count(['stale', 'stream_error', 'worker_down'])
	};
}
