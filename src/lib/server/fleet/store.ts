// The fleet's SQL: instances and leases. Only the database's clock decides here.
import { sql, type SQL } from 'drizzle-orm';
import type { Labels } from '#lib/contracts/instance.ts';
import type { Db, Line } from '../db/index.ts';
import { instances, leases } from '../db/schema/fleet.ts';
import { outbox } from '../db/schema/delivery.ts';
import { streamRuns, streamRunTransitions, streams } from '../db/schema/streams.ts';
import type { Self } from './ports.ts';
import type { FreeGroup, Quota, WorkerLoad } from './rules.ts';

export type FleetDatabase = Db;
/** A connection of its own, made anew when it hangs. */
export type FleetLine = Pick<Line, 'db' | 'renew'>;

export interface Beat {
	self: Self;
	ttlMs: number;
	/** Seconds this instance's clock is ahead; null while unknown. */
	clockSkewS: number | null;
	/** It takes nothing more: the others count without it. */
	closed: boolean;
}

export interface HeldLease {
	streamId: string;
	token: number;
	/** Whether the stream is meant to run at all. */
	active: boolean;
	placement: Labels;
}

export interface Survey {
	/** The database's clock, ms since the epoch. */
	nowMs: number;
	/** How long the database has been there, ms. */
	databaseUpMs: number;
	/** False while another server lives under the same id: then nothing is held. */
	registered: boolean;
	held: HeldLease[];
	/** Instances that live and take streams, this one among them. */
	workers: WorkerLoad[];
	/** Wanted streams that nobody holds, by what they ask for. */
	groups: FreeGroup[];
	/** Streams that a lost instance left open and that nobody is about to take: not wanted any more, or without a place. */
	orphans: number;
}

const seconds = (ms: number): SQL => sql`make_interval(secs => ${ms / 1000})`;

/** Held by somebody who lives; an earlier start of this very instance does not, once this one is registered. */
const lives = ({ id, boot }: Self): SQL =>
	sql`(l.expires_at > now() and not (l.instance = ${id} and l.boot <> ${boot}::uuid))`;

/** Nobody took it for as long as it had lived. */
const longExpired = (ttlMs: number): SQL => sql`(l.expires_at < now() - ${seconds(ttlMs)})`;

/** Still the one that lives under its id. */
const registered = ({ id, boot }: Self): SQL =>
	sql`exists (select 1 from ${instances} where id = ${id} and boot = ${boot}::uuid)`;

/**
 * One second of an instance in one statement: it is registered or its heartbeat renewed, its leases are renewed (expired ones that
 * nobody took as well), and what there is to take is counted.
 */
export async function beat(db: FleetDatabase, given: Beat): Promise<Survey> {
	const { self, ttlMs } = given;
	const [row] = await db.execute<{
		now_ms: number;
		up_ms: number;
		registered: boolean;
		held: HeldLease[];
		workers: WorkerLoad[];
		groups: FreeGroup[];
		orphans: number;
	}>(sql`
		with beaten as (${register(given)}),
		own as (
			-- What is being written under its lease at this moment is locked, and renewed the next time.
			select stream_id from ${leases} where instance = ${self.id} and boot = ${self.boot}::uuid
			for no key update skip locked
		),
		renewed as (
			update ${leases} set expires_at = now() + ${seconds(ttlMs)} from own
			where ${leases.stream_id} = own.stream_id and exists (select 1 from beaten)
		),
		holders as (select instance, count(*)::int as held from ${leases} where expires_at > now() group by instance),
		states as (
			select s.is_active, s.placement, coalesce(${lives(self)}, false) as lives,
				not s.is_active or coalesce(${longExpired(ttlMs)}, false) as over
			from ${streams} s left join ${leases} l on l.stream_id = s.id
			where s.is_active or l.stream_id is not null or s.state <> 'inactive'
		)
		select
			(extract(epoch from now()) * 1000)::float8 as now_ms,
			(extract(epoch from now() - pg_postmaster_start_time()) * 1000)::float8 as up_ms,
			exists (select 1 from beaten) as registered,
			(select coalesce(jsonb_agg(jsonb_build_object(
				'streamId', l.stream_id, 'token', l.token, 'active', s.is_active, 'placement', s.placement)), '[]')
				from ${leases} l join ${streams} s on s.id = l.stream_id
				where l.instance = ${self.id} and l.boot = ${self.boot}::uuid) as held,
			(select coalesce(jsonb_agg(jsonb_build_object(
				'id', i.id, 'maxStreams', i.max_streams, 'labels', i.labels, 'held', coalesce(h.held, 0))), '[]')
				from ${instances} i left join holders h on h.instance = i.id
				where i.heartbeat_at > now() - ${seconds(ttlMs)} and i.max_streams > 0 and i.roles @> '["worker"]') as workers,
			(select coalesce(jsonb_agg(jsonb_build_object('placement', g.placement, 'free', g.free)), '[]')
				from (select placement, count(*)::int as free from states where is_active and not lives group by placement) g
			) as groups,
			(select count(*)::int from states where over and not lives) as orphans`);
	const { now_ms: nowMs, up_ms: databaseUpMs, ...rest } = row!;
	return { nowMs, databaseUpMs, ...rest };
}

/** Answers a row where the instance may go on under its id: nobody else lives under it. */
function register({ self, ttlMs, clockSkewS, closed }: Beat): SQL {
	return sql`
		insert into ${instances} as i (id, boot, roles, labels, version, address, max_streams, clock_skew_s, started_at, heartbeat_at)
		values (${self.id}, ${self.boot}::uuid, ${JSON.stringify(self.roles)}::jsonb, ${JSON.stringify(self.labels)}::jsonb,
			${self.version}, ${self.address}, ${closed ? 0 : self.maxStreams}, ${clockSkewS ?? 0}, now(), now())
		on conflict (id) do update set
			boot = excluded.boot, roles = excluded.roles, labels = excluded.labels, version = excluded.version,
			address = excluded.address, max_streams = excluded.max_streams, clock_skew_s = excluded.clock_skew_s,
			started_at = case when i.boot = excluded.boot then i.started_at else now() end,
			heartbeat_at = now()
		where i.boot = excluded.boot or ${self.alone} or i.heartbeat_at <= now() - ${seconds(ttlMs)}
		returning i.id`;
}

/** Above every token there was, even in a database restored from yesterday: the millisecond it was given in comes first. */
const nextToken = sql`(floor(extract(epoch from now()) * 1000)::bigint * 1024 + nextval('lease_tokens') % 1024)`;

export interface Claim {
	self: Self;
	ttlMs: number;
	quotas: Quota[];
	/** Leave what has an expired lease to its holder, who may not have reached the database yet. */
	patient: boolean;
	/** Whether the ends of runs are told to the journal as well. */
	events: boolean;
}

/**
 * Takes free streams, the oldest first, each for one instance alone however many ask at once. What an earlier holder left open of
 * them ends here. Answers their tokens.
 */
export async function claim(
	db: FleetDatabase,
	{ self, ttlMs, quotas, patient, events }: Claim
): Promise<{ streamId: string; token: number }[]> {
	const asked = JSON.stringify(quotas);
	const rows = await db.execute<{ stream_id: string; token: string | number }>(sql`
		with picked as (
			select free.id from jsonb_to_recordset(${asked}::jsonb) as q(placement jsonb, count int)
			cross join lateral (
				select s.id from ${streams} s
				where s.is_active and s.placement = q.placement and ${registered(self)} and not exists (
					select 1 from ${leases} l where l.stream_id = s.id and (${lives(self)} or (${patient} and l.instance <> ${self.id}))
				)
				order by s.created_at, s.id limit q.count
				for no key update of s skip locked
			) free
		),
		ended as (
			insert into ${leases} as l (stream_id, instance, boot, token, acquired_at, expires_at)
			select id, ${self.id}, ${self.boot}::uuid, ${nextToken}, now(), now() + ${seconds(ttlMs)} from picked
			on conflict (stream_id) do update set
				instance = excluded.instance, boot = excluded.boot, token = excluded.token,
				acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
			where not ${lives(self)}
			returning l.stream_id, l.token
		),
		${endRuns(events)}
		select stream_id, token from ended`);
	return rows.map(({ stream_id, token }) => ({ streamId: stream_id, token: Number(token) }));
}

/** Gives streams back; what their runs left open ends here. Answers which of them are still wanted: somebody else may take them. */
export async function giveBack(
	db: Pick<FleetDatabase, 'execute'>,
	given: { streamId: string; token: number }[],
	events: boolean
): Promise<string[]> {
	const asked = JSON.stringify(given.map(({ streamId, token }) => ({ id: streamId, token })));
	const rows = await db.execute<{ stream_id: string }>(sql`
		with ended as (
			delete from ${leases} l using jsonb_to_recordset(${asked}::jsonb) as g(id uuid, token bigint)
			where l.stream_id = g.id and l.token = g.token returning l.stream_id
		),
		${endRuns(events)}
		select s.id as stream_id from ended join ${streams} s on s.id = ended.stream_id where s.is_active`);
	return rows.map(({ stream_id }) => stream_id);
}

/** Ends what lost instances left open of streams that nobody wants any more, or that nobody takes. */
export async function bury(
	db: FleetDatabase,
	{ self, ttlMs, events }: Pick<Claim, 'self' | 'ttlMs' | 'events'>
): Promise<void> {
	await db.execute(sql`
		with expired as (
			delete from ${leases} l using ${streams} s
			where s.id = l.stream_id and ${registered(self)} and not ${lives(self)}
				and (not s.is_active or ${longExpired(ttlMs)})
			returning l.stream_id
		),
		stray as (
			-- Nobody's at all: a database restored, or one from before there were leases.
			select s.id from ${streams} s
			where not s.is_active and s.state <> 'inactive'
				and not exists (select 1 from ${leases} l where l.stream_id = s.id)
			for no key update of s skip locked
		),
		ended as (select stream_id from expired union select id from stray),
		${endRuns(events)}
		select 1`);
}

/** Ends the open runs of the streams in `ended`, tells it, and frees their rows of them. */
const endRuns = (events: boolean): SQL => sql`
	left_open as (
		select r.id, r.stream_id, r.instance, r.state from ${streamRuns} r join ended on ended.stream_id = r.stream_id
		where r.ended_at is null
	),
	closed as (
		update ${streamRuns} set state = 'inactive', ended_at = now() from left_open where ${streamRuns.id} = left_open.id
	),
	passed as (
		insert into ${streamRunTransitions} (run_id, from_state, to_state, at)
		select id, state, 'inactive', now() from left_open
	),
	told as (
		insert into ${outbox} (topic, subject_id, payload)
		select 'run.state', id, jsonb_build_object(
			'stream_id', stream_id, 'run_id', id, 'instance', instance, 'from', state, 'to', 'inactive',
			'at', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'detail', null, 'code', null)
		from left_open where ${events}
	),
	freed as (
		update ${streams} set
			state = 'inactive', run_id = null, instance = null, worker_started_at = null, last_error = null, error_code = null
		from ended where ${streams.id} = ended.stream_id and (${streams.run_id} is not null or ${streams.state} <> 'inactive')
	)`;

/** Gives the id back, with whatever is still held under it. */
export async function signOff(db: FleetDatabase, { id, boot }: Self, events: boolean): Promise<string[]> {
	return db.transaction(async (tx) => {
		const left = await tx.execute<{ streamId: string; token: number }>(
			sql`select stream_id as "streamId", token::float8 as token from ${leases} where instance = ${id} and boot = ${boot}::uuid`
		);
		const freed = left.length > 0 ? await giveBack(tx, [...left], events) : [];
		await tx.execute(sql`delete from ${instances} where id = ${id} and boot = ${boot}::uuid`);
		return freed;
	});
}

export interface Registered {
	boot: string;
	address: string | null;
	/** UTC. */
	startedAt: string;
	/** Grows while it lives. */
	heartbeat: string;
}

/** Who is registered under an id; null when nobody is. */
export async function whoIs(db: FleetDatabase, id: string): Promise<Registered | null> {
	const [row] = await db.execute<Record<keyof Registered, string>>(sql`
		select boot, address, to_char(started_at at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS') as "startedAt",
			heartbeat_at::text as heartbeat
		from ${instances} where id = ${id}`);
	return row ?? null;
}

/** Forgets instances that nobody has heard of for so long. */
export async function forgetInstances(db: FleetDatabase, olderThanMs: number): Promise<void> {
	await db.execute(sql`delete from ${instances} where heartbeat_at < now() - ${seconds(olderThanMs)}`);
}
