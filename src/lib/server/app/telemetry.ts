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
import type { Live } from '../live/index.ts';
import type { Streams } from '../streams/index.ts';
import {
	createGuard,
	createHealth,
	createMetrics,
	createVitals,
	type Health,
	type Metrics
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

export function tellHealth(told: Told): Health {
	const { config, log, bus, journal, parked, database, engine, fleet, delivery } = told;
	const statuses = () => ownStatuses(told);
	const vitals = createVitals({
		bus,
		log,
		instance: config.instanceId,
		dataDir: config.dataDir,
		statuses,
		inference: engine.inference,
		fleet: {
			clockSkewS: fleet.leases.clockSkewS,
			others: () => living(fleet).filter(({ id }) => id !== config.instanceId).length
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
			database: () => checkDatabase(database),
			ffmpeg: () => checkFfmpeg(config),
			...vitals.checks
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

function checkDatabase({ monitor }: Database) {
	const outage = monitor.outage();
	if (!outage) return { state: 'ok' } as const;
	return {
		state: 'degraded',
		reason: `the database does not answer since ${outage.since.toISOString()}`
	} as const;
}

function checkFfmpeg({ ffmpegPath }: Config) {
	if (ffmpegPath !== null) return { state: 'ok' } as const;
	return {
		state: 'degraded',
		reason: 'no ffmpeg was found, so no stream can be decoded; `npm run doctor` says how to install it'
	} as const;
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
