// The delivery log: what became of each delivery, read, tried again, counted and kept short.
import { and, desc, eq, sql } from 'drizzle-orm';
import type { DeliveryRecord } from '#lib/contracts/channel.ts';
import type { Db } from '../../db/index.ts';
import { alerts } from '../../db/schema/alerts.ts';
import { channels, deliveries } from '../../db/schema/delivery.ts';
import { ALERT_TOPICS } from '../event.ts';

type DeliveryRow = typeof deliveries.$inferSelect;

const READ_OF_ALERT = 500;

/** Newest first. */
export async function readOfChannel(db: Db, channelId: string, limit: number): Promise<DeliveryRecord[]> {
	return read(db, eq(deliveries.channel_id, channelId), limit);
}

/** Newest first; null when there is no such alert. */
export async function readOfAlert(db: Db, alertId: string): Promise<DeliveryRecord[] | null> {
	const found = await read(db, eq(deliveries.alert_id, alertId), READ_OF_ALERT);
	if (found.length > 0) return found;
	const [alert] = await db.select({ id: alerts.id }).from(alerts).where(eq(alerts.id, alertId));
	return alert ? [] : null;
}

async function read(db: Db, where: ReturnType<typeof eq>, limit: number): Promise<DeliveryRecord[]> {
	const rows = await db
		.select({ delivery: deliveries, name: channels.name, type: channels.type })
		.from(deliveries)
		.innerJoin(channels, eq(channels.id, deliveries.channel_id))
		.where(where)
		.orderBy(desc(deliveries.created_at), desc(deliveries.outbox_id))
		.limit(limit);
	return rows.map(({ delivery, name, type }) => toRecord(delivery, name, type));
}

function toRecord(
	row: DeliveryRow,
	channelName: string,
	type: DeliveryRecord['channel_type']
): DeliveryRecord {
	return {
		id: row.id,
		channel_id: row.channel_id,
		channel_name: channelName,
		channel_type: type,
		alert_id: row.alert_id,
		event: row.event,
		state: row.state,
		attempts: row.attempts,
		answer: row.answer,
		created_at: row.created_at.toISOString(),
		next_attempt_at: row.next_attempt_at?.toISOString() ?? null,
		delivered_at: row.delivered_at?.toISOString() ?? null
	};
}

export interface FinishedTest {
	id: string;
	channelId: string;
	payload: Record<string, unknown>;
	ok: boolean;
	answer: string;
	at: Date;
}

export async function insertTest(db: Db, test: FinishedTest): Promise<void> {
	await db.insert(deliveries).values({
		id: test.id,
		channel_id: test.channelId,
		event: 'test',
		payload: test.payload,
		state: test.ok ? 'delivered' : 'failed',
		attempts: 1,
		answer: test.answer,
		created_at: test.at,
		delivered_at: test.ok ? test.at : null
	});
}

/** Makes a delivery due now, whatever held it back; answers how it was found, null when there is none. */
export async function makeDue(
	db: Db,
	channelId: string,
	deliveryId: string,
	now: Date
): Promise<DeliveryRecord | null> {
	return db.transaction(async (tx) => {
		const [found] = await tx
			.select({ delivery: deliveries, name: channels.name, type: channels.type })
			.from(deliveries)
			.innerJoin(channels, eq(channels.id, deliveries.channel_id))
			.where(and(eq(deliveries.id, deliveryId), eq(deliveries.channel_id, channelId)))
			.for('update', { of: deliveries });
		if (!found) return null;
		const before = toRecord(found.delivery, found.name, found.type);
		if (before.event === 'test' || before.state === 'delivered') return before;
		await tx
			.update(deliveries)
			.set({ state: 'pending', next_attempt_at: now })
			.where(eq(deliveries.id, deliveryId));
		return before;
	});
}

/** Results have no effect here: they wait for the journal alone, and nobody for them. */
const waits = sql`handled_at is null and topic in ${[...ALERT_TOPICS]}`;

/** What waits: outbox rows whose deliveries are not written yet, and deliveries that are. */
export async function countWaiting(db: Db): Promise<{ outbox: number; pending: number }> {
	const [row] = await db.execute<{ outbox: number; pending: number }>(sql`
		select (select count(*)::int from outbox where ${waits}) as outbox,
			(select count(*)::int from deliveries where state = 'pending') as pending`);
	return { outbox: row?.outbox ?? 0, pending: row?.pending ?? 0 };
}

/** When the oldest was written of all that waits to be planned or sent. */
export async function oldestWaiting(db: Db): Promise<Date | null> {
	const [row] = await db.execute<{ oldest: string | null }>(sql`
		select least(
			(select min(created_at) from outbox where ${waits}),
			(select min(created_at) from deliveries where state = 'pending'))::text as oldest`);
	return row?.oldest ? new Date(row.oldest) : null;
}

/**
 * Keeps the newest `keep` of each channel, everything that waits, and the beginning of each alert that goes on: its end is
 * told to whom its beginning was.
 */
export async function prune(db: Db, keep: number): Promise<number> {
	const removed = await db.execute<{ id: string }>(sql`
		delete from deliveries where id in (
			select id from (
				select id, state, alert_id,
					row_number() over (partition by channel_id order by created_at desc, outbox_id desc) as place
				from deliveries
			) ranked
			where place > ${keep} and state <> 'pending'
				and not exists (select 1 from alerts a where a.id = ranked.alert_id and a.status = 'firing')
		) returning id`);
	return removed.length;
}
