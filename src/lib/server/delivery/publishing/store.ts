// The publisher's rows: what the journal has not had yet, in order, by one publisher at a time; and what is dropped of it.
import { and, asc, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../../db/index.ts';
import { inbox, outbox } from '../../db/schema/delivery.ts';
import { RESULT_TOPICS } from '../event.ts';

export type OutboxRow = typeof outbox.$inferSelect;

/** Of PostgreSQL's advisory locks: any number that nothing else here takes. */
const PUBLISHING_LOCK = 4_021_992;
/** A publisher that stands still in the middle loses its lock after that. */
const STANDS_STILL = '10s';

/** `done` are on the journal; `given up` will never be: they are not tried again. */
export interface Published {
	done: OutboxRow[];
	givenUp: OutboxRow[];
}

/**
 * Hands rows of these topics that the journal has not had to `publish`, in the order they were written, and marks those it
 * answers. Null while another instance publishes; else how many are done with.
 */
export async function publishNext(
	db: Db,
	topics: readonly OutboxRow['topic'][],
	limit: number,
	publish: (rows: OutboxRow[]) => Promise<Published>
): Promise<number | null> {
	return db.transaction(async (tx) => {
		await tx.execute(sql.raw(`set local idle_in_transaction_session_timeout = '${STANDS_STILL}'`));
		const [lock] = await tx.execute<{ mine: boolean }>(
			sql`select pg_try_advisory_xact_lock(${PUBLISHING_LOCK}::bigint) as mine`
		);
		if (!lock?.mine) return null;
		const rows = await unpublished(tx, topics, limit);
		if (rows.length === 0) return 0;
		const { done, givenUp } = await publish(rows);
		await mark(tx, [...done, ...givenUp]);
		return done.length + givenUp.length;
	});
}

function unpublished(
	tx: Transaction,
	topics: readonly OutboxRow['topic'][],
	limit: number
): Promise<OutboxRow[]> {
	return tx
		.select()
		.from(outbox)
		.where(and(isNull(outbox.published_at), inArray(outbox.topic, [...topics])))
		.orderBy(asc(outbox.id))
		.limit(limit);
}

/** Results have no effect here: with their publication they are handled. */
async function mark(tx: Transaction, rows: OutboxRow[]): Promise<void> {
	if (rows.length === 0) return;
	await tx
		.update(outbox)
		.set({
			published_at: sql`now()`,
			handled_at: sql`case when ${inArray(outbox.topic, [...RESULT_TOPICS])} then now() else ${outbox.handled_at} end`
		})
		.where(
			inArray(
				outbox.id,
				rows.map(({ id }) => id)
			)
		);
}

/** Drops the oldest results beyond the newest `keep` that wait for the journal; answers how many. */
export async function dropResults(db: Db, keep: number): Promise<number> {
	const dropped = await db.execute(sql`
		delete from ${outbox} where ${outbox.published_at} is null and ${inArray(outbox.topic, [...RESULT_TOPICS])}
			and ${outbox.id} <= (
				select ${outbox.id} from ${outbox}
				where ${outbox.published_at} is null and ${inArray(outbox.topic, [...RESULT_TOPICS])}
				order by ${outbox.id} desc offset ${keep} limit 1
			)`);
	return dropped.count;
}

/** Alerts whose effect is long past, and the inbox of a time from which no message can come again. */
export async function pruneHandled(db: Db, before: { alerts: Date; inbox: Date }): Promise<void> {
	await db.delete(outbox).where(lt(outbox.handled_at, before.alerts));
	await db.delete(inbox).where(lt(inbox.handled_at, before.inbox));
}

/** Results that the journal has. */
export async function pruneResults(db: Db, before: Date): Promise<void> {
	await db
		.delete(outbox)
		.where(and(lt(outbox.handled_at, before), inArray(outbox.topic, [...RESULT_TOPICS])));
}

/** Rows that wait for the journal. */
export async function countUnpublished(db: Db): Promise<number> {
	return db.$count(outbox, isNull(outbox.published_at));
}

/** The database's clock, ms since the epoch. */
export async function readClock(db: Db): Promise<number> {
	const [row] = await db.execute<{ now: string }>(
		sql`select (extract(epoch from clock_timestamp()) * 1000)::text as now`
	);
	return Number(row!.now);
}
