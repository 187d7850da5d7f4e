// The SQL of scenarios and sessions, joined to the stream and the runs they are made of. Times are the database's own.
import { and, asc, count, desc, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { EndReason, ScenarioKind } from '#lib/contracts/scenario.ts';
import type { Db } from '../db/index.ts';
import { scenarios } from '../db/schema/scenarios.ts';
import { streamRuns, streamRunTransitions, streams } from '../db/schema/streams.ts';

export type ScenariosDatabase = Db;
export type NewScenario = Pick<
	typeof scenarios.$inferInsert,
	'id' | 'kind' | 'stream_id' | 'owner_id' | 'owner' | 'owner_via' | 'idle_timeout_s'
>;

/** Whoever adds one waits for this lock, so that the count holds until the commit. */
const COUNT_LOCK = 760_318_546;
/** Transitions told of one. */
const HISTORY_SHOWN = 200;

/** False, and nothing written, when there are `most` open ones already. */
export async function insertScenario(
	db: ScenariosDatabase,
	values: NewScenario,
	most: number
): Promise<boolean> {
	return db.transaction(async (tx) => {
		await tx.execute(sql`select pg_advisory_xact_lock(${COUNT_LOCK})`);
		const [open] = await tx.select({ n: count() }).from(scenarios).where(isNull(scenarios.shutdown_at));
		if ((open?.n ?? 0) >= most) return false;
		await tx.insert(scenarios).values(values);
		return true;
	});
}

export async function countOpen(db: ScenariosDatabase): Promise<number> {
	return db.$count(scenarios, isNull(scenarios.shutdown_at));
}

const ofRuns = <T extends typeof streamRuns.started_at | typeof streamRuns.live_at>(
	which: 'min' | 'max',
	column: T | typeof streamRuns.ended_at
) =>
	sql<Date | null>`(select ${sql.raw(which)}(${column}) from ${streamRuns} where ${streamRuns.stream_id} = ${scenarios.stream_id})`.mapWith(
		column
	);

const COLUMNS = {
	scenario: scenarios,
	name: streams.name,
	rtsp_url: streams.rtsp_url,
	is_active: streams.is_active,
	state: streams.state,
	last_error: streams.last_error,
	instance: streams.instance,
	started_at: ofRuns('min', streamRuns.started_at),
	live_at: ofRuns('min', streamRuns.live_at),
	ended_at: ofRuns('max', streamRuns.ended_at)
};

const selected = (db: ScenariosDatabase) =>
	db.select(COLUMNS).from(scenarios).innerJoin(streams, eq(streams.id, scenarios.stream_id));

export type ScenarioRow = Awaited<ReturnType<typeof selected>>[number];

export async function findScenario(db: ScenariosDatabase, id: string): Promise<ScenarioRow | undefined> {
	return (await selected(db).where(eq(scenarios.id, id)))[0];
}

/** The newest first. */
export async function listScenarios(
	db: ScenariosDatabase,
	kind: ScenarioKind,
	most: number
): Promise<ScenarioRow[]> {
	return selected(db)
		.where(eq(scenarios.kind, kind))
		.orderBy(desc(scenarios.created_at), desc(scenarios.id))
		.limit(most);
}

/** Every change of state of its runs, oldest first. */
export async function historyOf(db: ScenariosDatabase, streamId: string) {
	const rows = await db
		.select({
			run_id: streamRunTransitions.run_id,
			from: streamRunTransitions.from_state,
			to: streamRunTransitions.to_state,
			at: streamRunTransitions.at,
			detail: streamRunTransitions.detail,
			code: streamRunTransitions.code
		})
		.from(streamRunTransitions)
		.innerJoin(streamRuns, eq(streamRuns.id, streamRunTransitions.run_id))
		.where(eq(streamRuns.stream_id, streamId))
		.orderBy(desc(streamRunTransitions.id))
		.limit(HISTORY_SHOWN);
	return rows.reverse().map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** Marks it as told to end, once; what ended before keeps its reason. */
export async function markEnded(db: ScenariosDatabase, id: string, reason: EndReason): Promise<void> {
	await db
		.update(scenarios)
		.set({ shutdown_at: sql`now()`, end_reason: reason })
		.where(and(eq(scenarios.id, id), isNull(scenarios.shutdown_at)));
}

/** The owner was heard of. */
export async function touch(db: ScenariosDatabase, id: string): Promise<void> {
	await db
		.update(scenarios)
		.set({ seen_at: sql`now()` })
		.where(and(eq(scenarios.id, id), isNull(scenarios.shutdown_at)));
}

/** The owner watches: these streams of theirs, or all (null). */
export async function touchWatched(
	db: ScenariosDatabase,
	ownerId: string,
	streamIds: readonly string[] | null
): Promise<void> {
	await db
		.update(scenarios)
		.set({ seen_at: sql`now()` })
		.where(
			and(
				eq(scenarios.owner_id, ownerId),
				eq(scenarios.kind, 'session'),
				isNull(scenarios.shutdown_at),
				streamIds === null ? undefined : inArray(scenarios.stream_id, [...streamIds])
			)
		);
}

/** Ends the sessions whose owner has not been heard of for too long. */
export async function endIdle(db: ScenariosDatabase): Promise<string[]> {
	const silent = sql`${scenarios.seen_at} + make_interval(secs => ${scenarios.idle_timeout_s}) < now()`;
	return endSessions(db, silent, 'idle');
}

/** Ends the sessions of these owners that were made by signing in. */
export async function endOfOwners(db: ScenariosDatabase, ownerIds: string[]): Promise<string[]> {
	if (ownerIds.length === 0) return [];
	return endSessions(
		db,
		and(inArray(scenarios.owner_id, ownerIds), eq(scenarios.owner_via, 'session')),
		'signed_out'
	);
}

async function endSessions(
	db: ScenariosDatabase,
	which: ReturnType<typeof and>,
	reason: EndReason
): Promise<string[]> {
	const ended = await db
		.update(scenarios)
		.set({ shutdown_at: sql`now()`, end_reason: reason })
		.where(and(eq(scenarios.kind, 'session'), isNull(scenarios.shutdown_at), which))
		.returning({ id: scenarios.id });
	return ended.map(({ id }) => id);
}

/** Owners, signed in by a cookie when they made them, of open sessions. */
export async function ownersBySignIn(db: ScenariosDatabase): Promise<string[]> {
	const rows = await db
		.selectDistinct({ id: scenarios.owner_id })
		.from(scenarios)
		.where(
			and(eq(scenarios.kind, 'session'), eq(scenarios.owner_via, 'session'), isNull(scenarios.shutdown_at))
		);
	return rows.map(({ id }) => id);
}

/** Streams of ended ones that are still wanted, or still know their address. */
export async function leftStreams(db: ScenariosDatabase): Promise<string[]> {
	const rows = await db
		.select({ id: streams.id })
		.from(scenarios)
		.innerJoin(streams, eq(streams.id, scenarios.stream_id))
		.where(and(isNotNull(scenarios.shutdown_at), sql`(${streams.is_active} or ${streams.sealed_url} <> '')`));
	return rows.map(({ id }) => id);
}

/** Hidden streams that nobody came to own: their creation was cut short. */
export async function orphanStreams(db: ScenariosDatabase, olderThanS: number): Promise<string[]> {
	const rows = await db
		.select({ id: streams.id })
		.from(streams)
		.leftJoin(scenarios, eq(scenarios.stream_id, streams.id))
		.where(
			and(
				eq(streams.ephemeral, true),
				isNull(scenarios.id),
				sql`${streams.created_at} < now() - make_interval(secs => ${olderThanS})`
			)
		);
	return rows.map(({ id }) => id);
}

/** Streams of some that ended before that time, oldest first. */
export async function endedBefore(db: ScenariosDatabase, before: Date, limit: number): Promise<string[]> {
	const rows = await db
		.select({ id: scenarios.stream_id })
		.from(scenarios)
		.where(lt(scenarios.shutdown_at, before))
		.orderBy(asc(scenarios.shutdown_at))
		.limit(limit);
	return rows.map(({ id }) => id);
}

/** Streams of ended ones beyond the newest `kept`. */
export async function endedBeyond(db: ScenariosDatabase, kept: number, limit: number): Promise<string[]> {
	const rows = await db
		.select({ id: scenarios.stream_id })
		.from(scenarios)
		.where(isNotNull(scenarios.shutdown_at))
		.orderBy(desc(scenarios.shutdown_at))
		.offset(kept)
		.limit(limit);
	return rows.map(({ id }) => id);
}
