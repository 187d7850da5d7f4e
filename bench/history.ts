// npm run bench:history: a month of 50 streams with two zones each, by the minute, and an hour of them by the second: what a chart waits
// for, how fast samples are written and rolled up, and what forgetting a day takes.
import { sql, type SQL } from 'drizzle-orm';
import { pino } from 'pino';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { projectRoot } from '#lib/server/config/index.ts';
import { connect, type Db } from '#lib/server/db/client.ts';
import { migrate } from '#lib/server/db/migrate.ts';
import { createHistory } from '#lib/server/history/index.ts';
import { createKeeper } from '#lib/server/history/partitions/keeper.ts';
import { rangesAround } from '#lib/server/history/partitions/rules.ts';
import { dropPartition, listPartitions, makePartitions } from '#lib/server/history/partitions/store.ts';
import { timeRange } from '#lib/server/history/reading/rules.ts';
import { insertSamples, type SampleRow } from '#lib/server/history/store.ts';
import { startPostgres } from './postgres.ts';
import { printJson, printTable } from './table.ts';

const STREAMS = Number(process.env['BENCH_STREAMS'] ?? 50);
const DAYS = Number(process.env['BENCH_DAYS'] ?? 30);
const PLACES = 3;
const ROUNDS = 40;
const BATCHES = 20;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A page that is opened shows its charts at once. */
const LIMIT_MS = 200;

const log = pino({ level: 'silent' });
const postgres = await startPostgres({ maxConnections: 20, settings: { shared_buffers: '256MB' } });
const target = postgres.url();
await migrate(target, projectRoot().dir);
const client = connect(target, { unlimited: true });
try {
	const { db } = client;
	const history = createHistory({
		...{ db, bus: createMemoryBus(log), log, leaseOf: () => null, retentionDays: async () => DAYS + 1 }
	});
	const keeper = createKeeper({ db, log, retentionDays: async () => DAYS + 1 });
	const streams = await addStreams(db);
	const loaded = await timed(() => loadMonth(db));
	const sorted = await timed(() => keeper.round());
	const queries = {
		'7 days': await measure((at) => history.flow(streams[at % STREAMS]!, null, of('7d'))),
		'7 days by direction': await measure((at) => history.directions(streams[at % STREAMS]!, null, of('7d'))),
		'30 days, by the hour': await measure((at) => history.flow(streams[at % STREAMS]!, null, month())),
		'1 hour, by the second': await measure((at) => history.flow(streams[at % STREAMS]!, null, of('1h')))
	};
	const inserted = await insert(db, streams);
	// As if nobody had rolled up for an hour.
	await db.execute(sql`delete from flow_minutes where at >= now() - interval '1 hour'`);
	const rolled = await timed(() => history.rollUp());
	const dropped = await dropDay(db);
	report(loaded, queries, { sorted, inserted, rolled, dropped });
} finally {
	await client.close();
	await postgres.stop();
}

function of(range: '7d' | '1h') {
	return timeRange({ range, format: 'json' });
}

function month() {
	const to = new Date();
	return { from: new Date(to.getTime() - (DAYS - 1) * DAY_MS), to };
}

async function addStreams(db: Db): Promise<string[]> {
	const rows = await db.execute<{ id: string }>(sql`
		insert into streams (name, arrow_scale, arrow_opacity, gradient_intensity, show_feed, show_arrows, show_magnitude,
			show_trails, rtsp_url, sealed_url, rtsp_transport, hardware_decode, stale_after_s, grid_size, win_radius, threshold,
			flow_mode, fps, analysis_width, detection_enabled, detection_fps, is_active)
		select 'Camera ' || i, 1, 100, 1, true, true, true, true, 'x', 'x', 'auto', 'none', 5, 16, 7, 1, 'fast', 8, 640, false, 1,
			true
		from generate_series(1, ${STREAMS}) i returning id`);
	await db.execute(sql`
		insert into leases (stream_id, instance, boot, token, expires_at)
		select id, 'bench', gen_random_uuid(), 1, now() + interval '1 day' from streams`);
	await db.execute(sql`
		create table places as select s.id as stream_id, case when n > 0 then gen_random_uuid() end as zone_id
		from streams s cross join generate_series(0, ${PLACES - 1}) n`);
	return rows.map(({ id }) => id);
}

/** In partitions as they would have been made day by day. */
async function loadMonth(db: Db): Promise<number> {
	const now = Date.now();
	for (let day = DAYS; day >= 0; day--) {
		const at = new Date(now - day * DAY_MS);
		await makePartitions(db, 'flow_minutes', rangesAround('day', at));
		await makePartitions(db, 'flow_hours', rangesAround('month', at));
	}
	await makePartitions(db, 'flow_samples', rangesAround('6h', new Date(now)));
	const figures = (of: 'smallint' | 'bigint', kind: 'real' | 'float8', most: number) =>
		sql.raw(`random() * 3, 4 + random(), (random() * 300)::int, 576, random() * 360, random(),
			case when i % 10 < 7 then array_fill((random() * ${most})::${of}, array[36]) end,
			case when i % 10 < 7 then array_fill((random() * ${most})::${kind}, array[36]) end,
			case when i % 3 = 0 then '{"person":{"count":3,"maxConfidence":0.8,"longestS":12.5}}'::jsonb end`);
	const columns = sql.raw(
		'avg, max, count, total, direction, coherence, bins, magnitudes, objects, stream_id, zone_id, at'
	);
	/** `many` rows of every place, up to `skip` steps before now. */
	const rows = (step: number, many: number, skip = 0) => sql`p.stream_id, p.zone_id,
		date_bin(${`${step} seconds`}::interval, now(), timestamptz 'epoch') - (i + ${skip}::int) * ${`${step} seconds`}::interval
		from generate_series(${many}::int, 1, -1) i cross join places p`;
	let loaded = 0;
	const load = async (statement: SQL) => void (loaded += (await db.execute(statement)).count);
	// A day at a time, as it would have come.
	for (let day = DAYS - 1; day >= 0; day--)
		await load(sql`insert into flow_minutes (seconds, ${columns})
			select 60, ${figures('bigint', 'float8', 900)}, ${rows(60, 1440, day * 1440)}`);
	await load(sql`insert into flow_hours (seconds, ${columns})
		select 3600, ${figures('bigint', 'float8', 900)}, ${rows(3600, DAYS * 24)}`);
	await load(sql`insert into flow_samples (${columns})
		select ${figures('smallint', 'real', 30)}, ${rows(1, HOUR_MS / 1000)}`);
	await db.execute(sql`analyze`);
	return loaded;
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
	const began = performance.now();
	const result = await work();
	return { ms: performance.now() - began, result };
}

async function measure(ask: (round: number) => Promise<unknown[]>) {
	const took: number[] = [];
	let points = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const { ms, result } = await timed(() => ask(round));
		took.push(ms);
		points = Math.max(points, result.length);
	}
	took.sort((a, b) => a - b);
	return { p50: took[Math.floor(ROUNDS * 0.5)]!, p95: took[Math.floor(ROUNDS * 0.95)]!, points };
}

/** Rows a second, of seconds written as an instance does: a statement with one second of all its places. */
async function insert(db: Db, streams: readonly string[]): Promise<number> {
	const places = await db.execute<{ stream_id: string; zone_id: string | null }>(sql`select * from places`);
	const list = new Array<number>(36).fill(3);
	const batch = (i: number): SampleRow[] =>
		places.map((place) => ({
			...place,
			...{
				token: 1,
				at: new Date(Date.now() - 2000 - i).toISOString(),
				avg: 1,
				max: 2,
				count: 100,
				total: 576
			},
			...{ direction: 90, coherence: 0.8, bins: list, magnitudes: list, objects: null, crossings: null }
		}));
	const { ms } = await timed(async () => {
		for (let i = 0; i < BATCHES; i++) await insertSamples(db, batch(i));
	});
	return (BATCHES * PLACES * streams.length) / (ms / 1000);
}

async function dropDay(db: Db): Promise<number> {
	// The first is the day before the month began, and empty.
	const [oldest, day] = await listPartitions(db, ['flow_minutes']);
	const { ms } = await timed(() => dropPartition(db, (day ?? oldest)!.name));
	return ms;
}

function report(
	loaded: { ms: number; result: number },
	queries: Record<string, { p50: number; p95: number; points: number }>,
	{
		sorted,
		inserted,
		rolled,
		dropped
	}: Record<'sorted' | 'rolled', { ms: number }> & Record<'inserted' | 'dropped', number>
): void {
	const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);
	printTable(
		`${DAYS} days of ${STREAMS} streams, ${PLACES} places each: ${loaded.result} rows, loaded in ${(loaded.ms / 1000).toFixed(0)} s`,
		['question', 'points', 'p50 ms', 'p95 ms'],
		Object.entries(queries).map(([name, { p50, p95, points }]) => [name, points, ms(p50), ms(p95)])
	);
	printTable(
		'Keeping it',
		['what', 'figure'],
		[
			['seconds written, rows/s', Math.round(inserted)],
			['an hour of seconds rolled up, ms', ms(rolled.ms)],
			['a day of minutes laid place by place, ms', ms(sorted.ms / DAYS)],
			['a day of minutes forgotten, ms', ms(dropped)]
		]
	);
	const passed = queries['7 days']!.p95 <= LIMIT_MS;
	if (!passed) console.error(`\n7 days took ${ms(queries['7 days']!.p95)} ms, and may take ${LIMIT_MS}.`);
	printJson({
		...{ bench: 'history', streams: STREAMS, days: DAYS, rows: loaded.result, queries },
		...{
			insertRowsPerS: Math.round(inserted),
			rollUpHourMs: rolled.ms,
			dropDayMs: dropped,
			limitMs: LIMIT_MS,
			passed
		}
	});
	process.exitCode = passed ? 0 : 1;
}
