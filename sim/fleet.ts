// npm run sim:fleet [-- --streams 2000 --instances 40 --lose 10 --zones 1 --window 30]: a fleet with real leases, database and bus and
// with simulated pixels: how fast it places its streams, what a second of its life costs, how fast it replaces what is lost.
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { printJson } from '../bench/table.ts';
import { startHost, type Host } from './hosts.ts';
import { beginMeasuring, rowSizes } from './measure.ts';
import { summary, type Outcome } from './report.ts';
import { createRuns } from './runs.ts';
import { openWorld, wrongTokens } from './world.ts';

const { values } = parseArgs({
	options: {
		streams: { type: 'string', default: '2000' },
		instances: { type: 'string', default: '40' },
		lose: { type: 'string', default: '10' },
		zones: { type: 'string', default: '1' },
		window: { type: 'string', default: '30' },
		alerts: { type: 'string', default: '2' },
		hosts: { type: 'string', default: '8' }
	}
});
const STREAMS = Number(values.streams);
const INSTANCES = Number(values.instances);
const WORKER_HOSTS = Math.min(Number(values.hosts), INSTANCES);
const PER_HOST = Math.ceil(INSTANCES / WORKER_HOSTS);
const LOST_HOSTS = Math.ceil(Number(values.lose) / PER_HOST);
const GIVE_UP_MS = 90_000;
/** What runs have to tell of their beginnings is written after so long, or is measured along. */
const SETTLE_MS = 30_000;
/** What the survivors must have room for, with some to spare. */
const MAX_STREAMS = Math.ceil((1.25 * STREAMS) / Math.max(1, INSTANCES - LOST_HOSTS * PER_HOST));
const say = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

// Every host is ended with this process.
process.setMaxListeners(0);
const loadBefore = loadavg()[0] ?? 0;
const world = await openWorld(STREAMS, Number(values.zones), 3 * (INSTANCES + 1) + 20);
say(`${STREAMS} streams are registered`);
const runs = createRuns();
let hosts: Host[] = [];
let outcome: Outcome;
try {
	hosts = await startHosts();
	say(`${INSTANCES} instances in ${WORKER_HOSTS} processes, and one that shows them, are ready`);
	outcome = await simulate();
} finally {
	await Promise.all(hosts.map((host) => host.kill()));
	await world.close();
}
const { problems, json } = summary(outcome);
printJson(json);
process.exit(problems.length === 0 ? 0 : 1);

function startHosts(): Promise<Host[]> {
	const ids = Array.from({ length: INSTANCES }, (_, index) => `worker-${index}`);
	const groups = Array.from({ length: WORKER_HOSTS }, (_, index) =>
		ids.slice(index * PER_HOST, (index + 1) * PER_HOST)
	).filter((group) => group.length > 0);
	const common = {
		databaseUrl: world.postgres.url(),
		natsUrl: world.nats.url,
		maxStreams: MAX_STREAMS,
		secretKey: world.secretKey,
		alertsPerHour: Number(values.alerts)
	};
	return Promise.all([
		startHost({ ...common, kind: 'web', instances: ['web'] }, () => {}),
		...groups.map((instances) => startHost({ ...common, kind: 'worker', instances }, runs.hear))
	]);
}

async function simulate(): Promise<Outcome> {
	const [web, ...workers] = hosts as [Host, ...Host[]];
	for (const host of hosts) host.tell({ type: 'go' });
	const placed = await placing(null);
	say(`placed: leases ${seconds(placed.leasesS)}, pictures ${seconds(placed.livesS)}`);
	await written();

	const measured = await beginMeasuring(world, { workers: workers.map(({ pid }) => pid), web: [web.pid] });
	for (const host of hosts) host.tell({ type: 'reset' });
	await sleep(Number(values.window) * 1000);
	const costs = await measured();
	const reports = await Promise.all(workers.map((host) => host.report()));
	const webReport = await web.report();
	say('a while of its life is measured');

	const victims = workers.slice(0, LOST_HOSTS);
	const gone = new Set(victims.flatMap(({ instances }) => instances));
	const lost = await streamsOf(gone);
	const at = Date.now();
	await Promise.all(victims.map((host) => host.kill()));
	runs.lost(gone, at);
	const replaced = await placing({ streams: lost, gone, since: at });
	say(`replaced ${lost.size}: leases ${seconds(replaced.leasesS)}, pictures ${seconds(replaced.livesS)}`);
	await sleep(3000);
	return {
		streams: STREAMS,
		instances: INSTANCES,
		zones: Number(values.zones),
		cores: availableParallelism(),
		load: { before: loadBefore, after: loadavg()[0] ?? 0 },
		placed,
		replaced: { ...replaced, streams: lost.size, instances: gone.size },
		costs,
		fleet: reports.flatMap(({ figures }) => Object.values(figures)),
		loopDelayP99Ms: Math.max(...reports.map(({ loopDelayP99Ms }) => loopDelayP99Ms)),
		web: Object.values(webReport.figures)[0]!,
		rowSizes: await rowSizes(world),
		wrongTokens: await wrongTokens(world.sql),
		runs: runs.doubtful()
	};
}

interface Lost {
	streams: ReadonlySet<string>;
	gone: ReadonlySet<string>;
	/** ms since the epoch. */
	since: number;
}

/** Seconds until every stream (of the lost ones) has a living holder, and until it shows pictures; Infinity: not in time. */
async function placing(lost: Lost | null): Promise<{ leasesS: number; livesS: number }> {
	const since = lost?.since ?? Date.now();
	const wanted = lost?.streams.size ?? STREAMS;
	const result = { leasesS: Infinity, livesS: Infinity };
	while (Date.now() < since + GIVE_UP_MS && result.livesS === Infinity) {
		const dead = hosts.find(({ alive, instances }) => !alive && !instances.some((id) => lost?.gone.has(id)));
		if (dead) throw new Error(`${dead.instances.join(', ')} ended`);
		const passed = (Date.now() - since) / 1000;
		if (result.leasesS === Infinity && (await held(lost)) === wanted)
			result.leasesS = (Date.now() - since) / 1000;
		if (runs.live(lost?.streams) === wanted) result.livesS = passed;
		await sleep(100);
	}
	return result;
}

/** Waits until what became of the runs is written: a while of the fleet's life is quiet. */
async function written(): Promise<void> {
	const limit = Date.now() + SETTLE_MS;
	for (let last = -1; Date.now() < limit;) {
		const [row] = await world.sql<{ count: number }[]>`
			select (select count(*) from stream_run_transitions)::int
				+ (select count(*) from outbox where topic = 'run.state' and handled_at is not null)::int as count`;
		if (row?.count === last) return;
		last = row?.count ?? last;
		await sleep(3000);
	}
}

/** Streams with a living lease; of the lost ones those that a survivor holds. */
async function held(lost: Lost | null): Promise<number> {
	const { sql } = world;
	const [row] = lost
		? await sql<{ count: number }[]>`
			select count(*)::int as count from leases where expires_at > now()
				and stream_id in ${sql([...lost.streams])} and instance not in ${sql([...lost.gone])}`
		: await sql<{ count: number }[]>`select count(*)::int as count from leases where expires_at > now()`;
	return row?.count ?? 0;
}

async function streamsOf(instances: ReadonlySet<string>): Promise<ReadonlySet<string>> {
	const rows = await world.sql<{ stream_id: string }[]>`
		select stream_id from leases where instance in ${world.sql([...instances])} and expires_at > now()`;
	return new Set(rows.map(({ stream_id }) => stream_id));
}

function seconds(value: number): string {
	return value === Infinity ? 'never' : `${value.toFixed(1)} s`;
}
