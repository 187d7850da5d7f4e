// The messages room's SQL: messages set aside, and the inbox that lets a command take effect once.
import { createHash } from 'node:crypto';
import { desc, eq, sql } from 'drizzle-orm';
import type { ParkedMessage } from '#lib/contracts/event.ts';
import type { Db } from '../db/index.ts';
import { inbox, parkedMessages } from '../db/schema/delivery.ts';

export type MessagesDatabase = Db;

/** While an effect is under way nothing is asked of its transaction; another instance may have to answer first. */
const EFFECT_WITHIN = '30s';

/** Kept of each consumer; beyond it the oldest go. */
const KEPT = 1000;

export interface Parking {
	consumer: string;
	subject: string;
	/** What makes it one: parked twice, a message is parked once. */
	key: string;
	payload: string;
	reason: string;
	attempts: number;
}

/** Answers whether it was not there yet. */
export async function park(db: MessagesDatabase, { key, ...parking }: Parking): Promise<boolean> {
	const entered = await db
		.insert(parkedMessages)
		.values({ id: parkedId(parking.consumer, key), ...storable(parking) })
		.onConflictDoNothing()
		.returning({ id: parkedMessages.id });
	await db.execute(sql`
		delete from ${parkedMessages} where ${parkedMessages.id} in (
			select ${parkedMessages.id} from ${parkedMessages} where ${parkedMessages.consumer} = ${parking.consumer}
			order by ${parkedMessages.parked_at} desc, ${parkedMessages.id} offset ${KEPT}
		)`);
	return entered.length > 0;
}

/** PostgreSQL keeps neither NUL nor half a surrogate. */
function storable(parking: Omit<Parking, 'key'>): Omit<Parking, 'key'> {
	const clean = (text: string) => text.replaceAll('\0', '').toWellFormed();
	return {
		...parking,
		subject: clean(parking.subject).slice(0, 500),
		payload: clean(parking.payload),
		reason: clean(parking.reason).slice(0, 2000)
	};
}

/** A UUID of version 8, the same for the same message. */
function parkedId(consumer: string, key: string): string {
	const hash = createHash('sha256').update(`${consumer} ${key}`).digest('hex');
	return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Newest first. */
export async function listParked(db: MessagesDatabase, limit: number): Promise<ParkedMessage[]> {
	const rows = await db
		.select()
		.from(parkedMessages)
		.orderBy(desc(parkedMessages.parked_at), desc(parkedMessages.id))
		.limit(limit);
	return rows.map(toRecord);
}

export async function findParked(db: MessagesDatabase, id: string): Promise<ParkedMessage | null> {
	const [row] = await db.select().from(parkedMessages).where(eq(parkedMessages.id, id));
	return row ? toRecord(row) : null;
}

const toRecord = (row: typeof parkedMessages.$inferSelect): ParkedMessage => ({
	...row,
	parked_at: row.parked_at.toISOString()
});

export async function removeParked(db: MessagesDatabase, id: string): Promise<boolean> {
	const removed = await db
		.delete(parkedMessages)
		.where(eq(parkedMessages.id, id))
		.returning({ id: parkedMessages.id });
	return removed.length > 0;
}

export async function countParked(db: MessagesDatabase): Promise<number> {
	return db.$count(parkedMessages);
}

/**
 * Lets a message take effect, unless it did before; answers whether it did now. It is in the inbox before its effect begins
 * and stays there only with it: an effect that throws may be tried again. Somebody else with the same message waits.
 */
export async function once(
	db: MessagesDatabase,
	consumer: string,
	messageId: string,
	effect: () => Promise<void>
): Promise<boolean> {
	return db.transaction(async (tx) => {
		await tx.execute(sql.raw(`set local idle_in_transaction_session_timeout = '${EFFECT_WITHIN}'`));
		const entered = await tx
			.insert(inbox)
			.values({ consumer, message_id: messageId })
			.onConflictDoNothing()
			.returning({ id: inbox.message_id });
		if (entered.length === 0) return false;
		await effect();
		return true;
	});
}
