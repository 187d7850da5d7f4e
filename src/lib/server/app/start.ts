// The composition root: how the server starts, as a list. Every room is made here and handed what it needs.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceRole } from '#lib/contracts/instance.ts';
import { createAlerts } from '../alerts/index.ts';
import { createAuth, createAttemptLimiter } from '../auth/index.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { secretsOf } from '../base/mask.ts';
import { openCarriers, subjects, type Bus, type Carriers } from '../bus/index.ts';
import type { Config } from '../config/index.ts';
import { openDatabase, type Database } from '../db/index.ts';
import { createDelivery } from '../delivery/index.ts';
import { createDetections } from '../detections/index.ts';
import { createEngine } from '../engine/index.ts';
import { cacheFolder, createFiles } from '../files/index.ts';
import { createFleet, type Self } from '../fleet/index.ts';
import { createHistory } from '../history/index.ts';
import { createLive, renderEvidence } from '../live/index.ts';
import { createMessages } from '../messages/index.ts';
import { createModels } from '../models/index.ts';
import { createReceived } from '../received/index.ts';
import { createRetention, type Retention } from '../retention/index.ts';
import { createRules } from '../rules/index.ts';
import { createScenarios } from '../scenarios/index.ts';
import { createSettings, previewOf } from '../settings/index.ts';
import { createStreams } from '../streams/index.ts';
import { currentTracing } from '../telemetry/tracing/index.ts';
import { refuseBadTargetsPath } from '../telemetry/index.ts';
import type { App } from './app.ts';
import { addDemoCameras } from './demo.ts';
import { lockDataDir } from './instance-lock.ts';
import type { Services } from './services.ts';
import { createCloser } from './stop.ts';
import { tellHealth, tellHistory, tellMetrics, tellTargets } from './telemetry.ts';

/** Part of the two seconds in which a clean shutdown hands its streams over. */
const LAST_WRITES_MS = 400;

/** Throws StartupError when something needed is missing; what was started until then is stopped again. */
export async function start(config: Config): Promise<App> {
	const log = createLogger({ ...config.log, instance: config.instanceId, secrets: secretsOfConfig(config) });
	const closer = createCloser(log);
	const tracing = currentTracing();
	tracing.attach(log);
	try {
		closer.last('traces', tracing.stop);
		closer.last('lock', lockDataDir(config.dataDir));
		await refuseBadTargetsPath(config.targetsFile);
		const database = await openDatabase(config, log);
		closer.last('database', database.close);
		const carriers = await openCarriers(config, log);
		const { bus } = carriers;
		closer.last('bus', bus.close);
		const services = await furnish(config, log, database, carriers);
		const signIn = await services.auth.seed();
		if (config.demo.enabled) await addDemoCameras(services);
		const retention = keepWithinDays(config, log, bus, services);
		stopInOrder(closer, services, retention);
		await begin(services);
		const { busy, quiet } = services.engine;
		return { services, signIn, ...closer.phases, busy, quiet };
	} catch (error) {
		await closer.phases.stopWork();
		await closer.phases.close();
		throw error;
	}
}

/** What was begun ends in this order; what was not has nothing to end. */
function stopInOrder(
	closer: ReturnType<typeof createCloser>,
	services: Services,
	retention: Retention
): void {
	closer.first('readiness', services.health.stopping);
	closer.first('metrics', services.metrics.stop);
	closer.first('targets', services.targets.stop);
	closer.first('watchers', services.live.close);
	closer.first('models', services.models.close);
	closer.first('settings', services.settings.stop);
	closer.first('leases', services.fleet.close);
	closer.first('engine', services.engine.stop);
	closer.first('scenarios', services.scenarios.stop);
	closer.first('history', services.history.stop);
	closer.first('retention', retention.stop);
	closer.first('detections', services.detections.stop);
	closer.first('alerts', services.alerts.stop);
	// What they wrote last was still under the leases.
	closer.first('fleet', services.fleet.stop);
	closer.first('files', services.files.stop);
	closer.first('messages', services.messages.stop);
	closer.first('delivery', services.delivery.stop);
}

/** What this instance is there for, by its roles. Alerts of streams that nobody runs are a relay's to raise as well. */
async function begin(services: Services): Promise<void> {
	const { alerts, delivery, detections, engine, files, fleet, history, messages, scenarios, settings } =
		services;
	const has = (...roles: InstanceRole[]) => roles.some((role) => services.config.roles.includes(role));
	files.start();
	await fleet.start();
	await services.targets.start();
	settings.start();
	// Wherever a stream is deleted, its samples are.
	history.start();
	if (has('worker', 'relay')) alerts.start();
	if (has('worker')) {
		detections.start();
		fleet.leases.onChange(() => void engine.reconcile());
		await engine.start();
	}
	if (has('relay')) {
		delivery.start();
		messages.start();
	}
	// Who watches a session is known where they watch.
	if (has('web', 'relay')) scenarios.start();
}

/** The rooms, in the order in which they need each other. */
async function furnish(
	config: Config,
	log: Logger,
	database: Database,
	carriers: Carriers
): Promise<Services> {
	const { db } = database;
	const { bus, journal, objects } = carriers;
	const { dataDir } = config;
	const { tracer } = currentTracing();
	const auth = createAuth(db, config, log);
	const files = createFiles({ dataDir, instance: config.instanceId, objects, bus, log });
	const fleet = createFleet({
		db,
		line: database.line,
		bus,
		log,
		self: selfOf(config),
		events: config.natsUrl !== null
	});
	const streams = createStreams({
		db,
		log,
		config: { ...config, events: config.natsUrl !== null },
		leases: fleet.leases,
		onChange: (change) => bus.publish(subjects.streamChange, change)
	});
	const settings = createSettings({ db, bus, log, version: config.version });
	const preview = previewOf(await settings.get());
	const leaseOf = (streamId: string) => fleet.leases.tokenOf(streamId);
	const history = createHistory({
		db,
		bus,
		log,
		leaseOf,
		retentionDays: async () => (await settings.get()).retention_samples_days,
		ports: tellHistory({ config, fleet, streams, workers: () => engine.workers() })
	});
	const rules = createRules({
		db,
		seconds: history.seconds,
		onChange: (streamId) => bus.publish(subjects.watchChange, { streamId })
	});
	const models = createModels({ db, log, dataDir, files });
	const engine = createEngine({
		streams,
		bus,
		log,
		instanceId: config.instanceId,
		ffmpegPath: config.ffmpegPath ?? 'ffmpeg',
		maxStreams: config.maxStreams,
		preview,
		watches: { of: rules.watchOf },
		clipsDir: join(config.dataDir, 'clip-ring'),
		models,
		inference: config.inference,
		tracer,
		lastWrites: (streamId) => lastWrites(streamId, { alerts, detections, history }),
		onIdle: () => void fleet.leases.pass()
	});
	fleet.attach(engine);
	fleet.leases.attach(engine);
	const live = createLive({ bus, fleet, fps: preview.fps });
	const alerts = createAlerts({
		db,
		bus,
		log,
		dataDir,
		files,
		leaseOf,
		onStatus: fleet.onStatus,
		speaksForUnheld: config.roles.includes('relay'),
		ffmpegPath: config.ffmpegPath,
		clipRingDir: join(dataDir, 'clip-ring'),
		stillAt: live.still,
		tracer
	});
	const received = createReceived({
		db,
		bus,
		log,
		token: config.webhook?.token ?? null,
		limiter: createAttemptLimiter,
		alerts: alerts.some
	});
	const delivery = createDelivery({
		db,
		bus,
		log,
		config,
		alert: (id) => alerts.get(id),
		snapshot: async (id) => readFile(await alerts.file(id, 'snapshot')),
		journal,
		tracer,
		park: (...set) => messages.parkEvent(...set)
	});
	const detections = createDetections({
		db,
		bus,
		log,
		dataDir,
		files,
		leaseOf,
		events: journal !== null,
		draw: (frame) => renderEvidence(frame, { arrows: false, zone: null })
	});
	const scenarios = createScenarios({
		db,
		log,
		streams: streams.ephemeral,
		results: { detections: detections.page, flow: history.page },
		signedIn: auth.signedIn
	});
	const messages = createMessages({
		db,
		journal,
		log,
		deliver: delivery.take,
		commands: {
			setActive: streams.setActive,
			retryNow: async (id) => {
				await streams.get(id);
				await fleet.retryNow(id);
			},
			shutdownScenario: scenarios.shutdown
		}
	});
	settings.onChange((changed) => {
		engine.setPreview(previewOf(changed));
		live.setFps(changed.live_preview_fps);
	});
	const parked = messages.parkedCount;
	const told = { config, log, bus, journal, parked, database, auth, streams, engine, fleet, delivery, live };
	const targets = tellTargets(told);
	return {
		log,
		config,
		auth,
		streams,
		models,
		settings,
		history,
		rules,
		alerts,
		received,
		detections,
		delivery,
		messages,
		scenarios,
		engine,
		files,
		fleet,
		live,
		health: tellHealth(told, targets),
		metrics: tellMetrics(told),
		targets
	};
}

/** What a stream's last second left to be stored, before somebody else may run it; a slow database holds nobody up for it. */
async function lastWrites(
	streamId: string,
	{ alerts, detections, history }: Pick<Services, 'alerts' | 'detections' | 'history'>
): Promise<void> {
	const written = [alerts.settled(), detections.flush(streamId), history.flush()];
	const limit = sleep(LAST_WRITES_MS, undefined, { ref: false });
	await Promise.race([Promise.allSettled(written), limit]);
}

/** What no line of the log may hold, whoever quotes it. */
function secretsOfConfig({ secretKey, metricsToken, webhook, databaseUrl, natsUrl }: Config): string[] {
	const addresses = [databaseUrl, natsUrl].flatMap((url) => (url === null ? [] : secretsOf(url)));
	return [secretKey, metricsToken, webhook?.token ?? null, ...addresses].filter((secret) => secret !== null);
}

function selfOf(config: Config): Self {
	return {
		id: config.instanceId,
		boot: randomUUID(),
		roles: config.roles,
		labels: config.labels,
		maxStreams: config.roles.includes('worker') ? config.maxStreams : 0,
		version: config.version,
		address: config.advertise,
		alone: config.databaseUrl === null
	};
}

/** What is kept for so many days, and forgotten after that. */
function keepWithinDays(config: Config, log: Logger, bus: Bus, services: Services): Retention {
	const { alerts, detections, files, models, received, scenarios, settings, streams } = services;
	const ringFolder = join(config.dataDir, 'clip-ring');
	const retention = createRetention({
		keepings: [
			{ name: 'detections', days: (s) => s.retention_detections_days, prune: detections.prune },
			{ name: 'scenarios', days: (s) => s.retention_detections_days, prune: scenarios.prune },
			{ name: 'clips', days: (s) => s.retention_clips_days, prune: alerts.pruneClips },
			{ name: 'received alerts', days: (s) => s.retention_alerts_days, prune: received.prune },
			{ name: 'alerts', days: (s) => s.retention_alerts_days, prune: alerts.prune }
		],
		sweeps: [
			{ name: 'files of alerts', run: () => files.sweep('alerts', alerts.knownFiles) },
			{ name: 'files of models', run: () => files.sweep('models', models.knownFiles) }
		],
		settings: settings.get,
		streamIds: async () => (await streams.list({ ephemeral: true })).map(({ id }) => id),
		streamFolders: [
			join(config.dataDir, 'detections'),
			join(cacheFolder(config.dataDir), 'detections'),
			ringFolder
		],
		ringFolder,
		bus,
		log
	});
	retention.start();
	return retention;
}
