// The SQL of what a viewer is told: the instances there are, and the streams that should run and that nobody is heard of.
import { sql, type SQL } from 'drizzle-orm';
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { InstanceRecord, InstanceRole, Labels } from '#lib/contracts/instance.ts';
import type { RunState } from '#lib/contracts/run.ts';
import type { Db } from '../../db/index.ts';
import { instances, leases } from '../../db/schema/fleet.ts';
import { streams } from '../../db/schema/streams.ts';

export type ViewDatabase = Db;

/** An instance as the database knows it; ages are by its clock. */
export interface KnownInstance extends InstanceRecord {
	/** Seconds since it last renewed what it holds. */
	age_s: number;
}

/** A stream that should run, of which no instance tells how it does. */
export interface WantedStream {
	id: string;
	placement: Labels;
	/** Whose lease has not expired; null where nobody's has not. */
	holder: string | null;
	/** What the last run wrote. */
	run_id: string | null;
	state: RunState;
	last_error: string | null;
	error_code: FailureCode | null;
	/** Seconds since its newest frame was written down; null before the first. */
	beat_age_s: number | null;
}

/** Whose word is missing. */
export interface Missing {
	/** By id, ones that were heard of and are not any more. */
	streams: readonly string[];
	/** By id, living ones that say nothing at all. */
	instances: readonly string[];
}

/** More are told of in the next looks, once these have found a place. */
const MOST_STREAMS = 5000;
const MOST_INSTANCES = 1000;
/** How long an instance may go without renewing: the term of its leases, seconds. */
const AWAY_AFTER_S = 5;

/** By id. */
export async function readInstances(db: ViewDatabase): Promise<KnownInstance[]> {
	const rows = await db.execute<{
		id: string;
		roles: InstanceRole[];
		labels: Labels;
		version: string;
		address: string | null;
		max_streams: number;
		clock_skew_s: number;
		started_at: string | Date;
		heartbeat_at: string | Date;
		age_s: number;
		streams: number;
	}>(sql`
		select i.id, i.roles, i.labels, i.version, i.address, i.max_streams, i.clock_skew_s, i.started_at, i.heartbeat_at,
			extract(epoch from now() - i.heartbeat_at)::float8 as age_s,
			(select count(*)::int from ${leases} l
				where l.instance = i.id and l.boot = i.boot and l.expires_at > now()) as streams
		from ${instances} i order by i.id limit ${MOST_INSTANCES}`);
	return rows.map(({ started_at, heartbeat_at, ...row }) => ({
		...row,
		state: row.age_s > AWAY_AFTER_S ? 'away' : 'up',
		started_at: new Date(started_at).toISOString(),
		heartbeat_at: new Date(heartbeat_at).toISOString()
	}));
}

/** Streams that should run and that nobody holds, oldest first, and those whose holder's word is missing. */
export async function readUntold(db: ViewDatabase, missing: Missing): Promise<WantedStream[]> {
	return db.execute<WantedStream & Record<string, unknown>>(sql`
		select s.id, s.placement, l.instance as holder, s.run_id, s.state, s.last_error, s.error_code,
			extract(epoch from now() - s.last_heartbeat)::float8 as beat_age_s
		from ${streams} s left join ${leases} l on l.stream_id = s.id and l.expires_at > now()
		where s.is_active and (l.stream_id is null
			or s.id::text in (${list(missing.streams)}) or l.instance in (${list(missing.instances)}))
		order by s.created_at, s.id limit ${MOST_STREAMS}`);
}

/** One parameter, however many there are. */
function list(values: readonly string[]): SQL {
	return sql`select jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)`;
}
