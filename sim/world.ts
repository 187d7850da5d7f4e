// What the simulated fleet stands on: a PostgreSQL and a nats-server of its own, and a registry full of streams.
import { randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { pino } from 'pino';
import { streamInput } from '#lib/contracts/stream.ts';
import { startNats, type NatsServer } from '#lib/server/bus/testing/nats-server.ts';
import { projectRoot } from '#lib/server/config/index.ts';
import { connect } from '#lib/server/db/client.ts';
import { migrate } from '#lib/server/db/migrate.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import { startPostgres, type BenchPostgres } from '../bench/postgres.ts';

export interface World {
	postgres: BenchPostgres;
	nats: NatsServer;
	sql: Sql;
	secretKey: string;
	close(): Promise<void>;
}

/** Durable as delivered; what differs from the defaults is what a server of that size is given. */
const SETTINGS = {
	shared_preload_libraries: 'pg_stat_statements',
	shared_buffers: '256MB',
	max_wal_size: '2GB'
};
const AT_ONCE = 8;

export async function openWorld(streams: number, zones: number, connections: number): Promise<World> {
	const postgres = await startPostgres({ maxConnections: connections, settings: SETTINGS });
	const nats = await startNats();
	// A simulation that fails leaves nothing running.
	process.once('exit', () => void nats.kill());
	await migrate(postgres.url(), projectRoot().dir);
	const { sql, close } = postgres.open();
	const secretKey = randomUUID();
	await addStreams(postgres.url(), secretKey, streams);
	await addWatch(sql, zones);
	await sql.unsafe(CLAIMS);
	await sql`create extension pg_stat_statements`;
	await sql`vacuum analyze`;
	return {
		postgres,
		nats,
		sql,
		secretKey,
		async close() {
			await close(1);
			await nats.stop();
			await postgres.stop();
		}
	};
}

/** Through the registry, as people add them: with sealed addresses. */
async function addStreams(url: string, secretKey: string, count: number): Promise<void> {
	const { db, close } = connect(url, { max: AT_ONCE });
	const config = { secretKey, mediaDirs: [], sourceDeny: [], instanceId: 'simulation' };
	const { create } = createStreams({
		db,
		log: pino({ level: 'silent' }),
		config,
		leases: { wanted: () => new Map() }
	});
	const next = Array.from({ length: count }, (_, index) => index).values();
	await Promise.all(
		Array.from({ length: AT_ONCE }, async () => {
			for (const index of next)
				await create(
					streamInput.parse({
						name: `camera ${index}`,
						rtsp_url: `rtsp://viewer:secret@192.0.2.${index % 250}:554/stream/${index}`
					}),
					'simulation'
				);
		})
	);
	await close();
}

/** The zones of each stream, and one rule over the first of them. */
async function addWatch(sql: Sql, zones: number): Promise<void> {
	await sql`
		insert into zones (stream_id, name, kind, points)
		select s.id, 'zone ' || n, 'polygon', '[[0.1,0.1],[0.6,0.1],[0.6,0.7],[0.1,0.7]]'
		from streams s cross join generate_series(1, ${zones}::int) n`;
	await sql`
		insert into rules (stream_id, zone_id, name, enabled, severity, condition, sustain_s, release_s, cooldown_s, clip)
		select s.id, (select min(z.id::text)::uuid from zones z where z.stream_id = s.id), 'too many', true, 'warning',
			'{"type":"count","classes":[],"op":"over","value":5,"min_confidence":0.4}', 1, 5, 0, false
		from streams s`;
}

/** Every lease there ever is, in the order in which they are given: renewals cost nothing. */
const CLAIMS = `
	create table sim_claims (id bigint generated always as identity primary key,
		stream_id uuid, instance text, token bigint, at timestamptz default clock_timestamp());
	create function sim_claimed() returns trigger language plpgsql as $$ begin
		insert into sim_claims (stream_id, instance, token) values (new.stream_id, new.instance, new.token);
		return null;
	end $$;
	create trigger sim_taken after insert on leases for each row execute function sim_claimed();
	create trigger sim_retaken after update on leases for each row
		when (old.token is distinct from new.token) execute function sim_claimed();`;

/** Leases whose token is not above the stream's last one, and tokens that were given twice. */
export async function wrongTokens(sql: Sql): Promise<number> {
	const [row] = await sql<{ wrong: number }[]>`
		select (
			(select count(*) from (
				select token, lag(token) over (partition by stream_id order by id) as before from sim_claims) c
				where token <= before)
			+ (select count(*) - count(distinct token) from sim_claims)
		)::int as wrong`;
	return row?.wrong ?? 0;
}
