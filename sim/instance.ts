// One simulated instance: the product's own rooms on a real database and a real NATS; only the pixels are made up.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { createAlerts } from '#lib/server/alerts/index.ts';
import type { Logger } from '#lib/server/base/log.ts';
import { openCarriers, subjects } from '#lib/server/bus/index.ts';
import { connect } from '#lib/server/db/client.ts';
import { openLine } from '#lib/server/db/line.ts';
import { createDelivery } from '#lib/server/delivery/index.ts';
import { createEngine } from '#lib/server/engine/index.ts';
import { createFleet } from '#lib/server/fleet/index.ts';
import { createHistory } from '#lib/server/history/index.ts';
import { createMessages } from '#lib/server/messages/index.ts';
import { createRules } from '#lib/server/rules/index.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import type { HostPlan, InstanceFigures, RunNews } from './messages.ts';
import { createPixels } from './pixels.ts';
import { tallied } from './tally.ts';

export interface SimulatedInstance {
	/** Begins to hold and run streams; resolves after its first pass. */
	start(): Promise<void>;
	figures(): InstanceFigures;
	reset(): void;
}

/** Besides the two of the line that the leases have to themselves. */
const CONNECTIONS = 1;
/** Nothing here has a picture. */
const NO_FILES = {
	publish: () => {},
	ensure: (path: string) => Promise.resolve(path),
	remove: async () => {}
};
const NATS = { prefix: 'vf', credsFile: null, tls: { ca: null, cert: null, key: null } };

export async function createInstance(
	id: string,
	plan: HostPlan,
	log: Logger,
	tell: (news: RunNews) => void
): Promise<SimulatedInstance> {
	const { db } = connect(plan.databaseUrl, { max: CONNECTIONS });
	const { bus, journal } = await openCarriers({ natsUrl: plan.natsUrl, nats: NATS, instanceId: id }, log);
	const { line, tally } = tallied(openLine(plan.databaseUrl));
	const works = plan.kind === 'worker';
	const fleet = createFleet({
		db,
		line,
		bus,
		log,
		events: true,
		self: {
			id,
			boot: randomUUID(),
			roles: works ? ['worker'] : ['web', 'relay'],
			labels: {},
			maxStreams: works ? plan.maxStreams : 0,
			version: 'simulation',
			address: `${id}:3000`,
			alone: false
		}
	});
	const { leases } = fleet;
	const config = {
		secretKey: plan.secretKey,
		mediaDirs: [],
		sourceDeny: [],
		origin: 'http://localhost:3000',
		instanceId: id,
		events: true
	};
	const streams = createStreams({
		db,
		log,
		config,
		leases,
		onChange: (change) => bus.publish(subjects.streamChange, change)
	});
	const history = createHistory({ db, bus, log, leaseOf: leases.tokenOf, retentionDays: async () => 7 });
	const rules = createRules({ db, seconds: history.seconds, onChange: () => {} });
	const engine = createEngine({
		streams,
		bus,
		log,
		instanceId: id,
		ffmpegPath: 'none',
		maxStreams: plan.maxStreams,
		preview: { fps: 6, maxWidth: 960, quality: 65 },
		watches: { of: rules.watchOf },
		clipsDir: null,
		models: { loadable: async () => null },
		inference: { threads: 1, pending: 2, provider: 'cpu' },
		lastWrites: () => Promise.allSettled([alerts.settled(), history.flush()]),
		onIdle: () => void leases.pass(),
		pool: createPixels({
			alertsPerHour: plan.alertsPerHour,
			tell: (news) => tell({ ...news, instance: id, token: leases.tokenOf(news.streamId) })
		})
	});
	fleet.attach(engine);
	leases.attach(engine);
	const alerts = createAlerts({
		db,
		bus,
		log,
		dataDir: `${tmpdir()}/vf-simulation-${id}`,
		files: NO_FILES,
		leaseOf: leases.tokenOf,
		onStatus: fleet.onStatus,
		speaksForUnheld: !works,
		ffmpegPath: null,
		clipRingDir: null,
		stillAt: async () => null
	});
	let statuses = 0;
	fleet.onStatus(() => statuses++);

	function relay(): void {
		const { setActive } = streams;
		const delivery = createDelivery({ db, bus, log, config, journal });
		const commands = { setActive, retryNow: fleet.retryNow, shutdownScenario: async () => {} };
		delivery.start();
		createMessages({ db, journal, log, deliver: delivery.take, commands }).start();
	}

	return {
		async start() {
			await fleet.start();
			alerts.start();
			if (!works) return relay();
			history.start();
			leases.onChange(() => void engine.reconcile());
			await engine.start();
		},
		figures: () => ({
			renewals: tally.renewals,
			claims: tally.claims,
			longestGapMs: tally.longestGapMs,
			statuses,
			known: fleet.statuses().length
		}),
		reset() {
			tally.reset();
			statuses = 0;
		}
	};
}
