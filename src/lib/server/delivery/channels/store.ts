// The channels' rows, with the figures that stand beside them in a list.
import { asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/index.ts';
import { channels } from '../../db/schema/delivery.ts';

export type DeliveryDatabase = Db;
export type ChannelRow = typeof channels.$inferSelect;
export type ChannelValues = Omit<typeof channels.$inferInsert, 'id' | 'created_at' | 'updated_at'>;

export interface ChannelFigures {
	rules: number;
	pending: number;
	last_delivered_at: string | null;
	last_error: string | null;
}

/** Oldest first, one or all. */
export async function readChannels(
	db: DeliveryDatabase,
	id?: string
): Promise<(ChannelRow & ChannelFigures)[]> {
	const rows = await db
		.select()
		.from(channels)
		.where(id === undefined ? undefined : eq(channels.id, id))
		.orderBy(asc(channels.created_at), asc(channels.id));
	const figures = await readFigures(
		db,
		rows.map((row) => row.id)
	);
	return rows.map((row) => ({ ...row, ...(figures.get(row.id) ?? NOTHING) }));
}

const NOTHING: ChannelFigures = { rules: 0, pending: 0, last_delivered_at: null, last_error: null };

interface FiguresRow extends Omit<ChannelFigures, 'last_delivered_at'>, Record<string, unknown> {
	id: string;
	delivered: string | null;
}

/** The newest delivery that was attempted says how the channel is. */
async function readFigures(db: DeliveryDatabase, ids: string[]): Promise<Map<string, ChannelFigures>> {
	if (ids.length === 0) return new Map();
	const rows = await db.execute<FiguresRow>(sql`
		select c.id,
			(select count(*)::int from rule_channels r where r.channel_id = c.id) as rules,
			(select count(*)::int from deliveries d where d.channel_id = c.id and d.state = 'pending') as pending,
			(select max(d.delivered_at) from deliveries d where d.channel_id = c.id and d.state = 'delivered') as delivered,
			newest.answer as last_error
		from channels c
		left join lateral (
			select case when d.state <> 'delivered' then d.answer end as answer
			from deliveries d
			where d.channel_id = c.id and d.attempts > 0 and d.state <> 'held_back'
			order by d.created_at desc, d.outbox_id desc limit 1
		) newest on true
		where c.id in ${ids}`);
	return new Map(
		rows.map(({ id, rules, pending, delivered, last_error }) => [
			id,
			{
				rules,
				pending,
				last_delivered_at: delivered === null ? null : new Date(delivered).toISOString(),
				last_error
			}
		])
	);
}

export async function findChannel(db: DeliveryDatabase, id: string): Promise<ChannelRow | undefined> {
	const [row] = await db.select().from(channels).where(eq(channels.id, id));
	return row;
}

/** Under an id the caller chose, since the sealed configuration is bound to it. */
export async function insertChannel(db: DeliveryDatabase, id: string, values: ChannelValues): Promise<void> {
	await db.insert(channels).values({ id, ...values });
}

/** Reads the row, locked, and writes what `change` makes of it; false when there is none. */
export async function changeChannel(
	db: DeliveryDatabase,
	id: string,
	change: (row: ChannelRow) => ChannelValues
): Promise<boolean> {
	return db.transaction(async (tx) => {
		const [row] = await tx.select().from(channels).where(eq(channels.id, id)).for('no key update');
		if (!row) return false;
		await tx
			.update(channels)
			.set({ ...change(row), updated_at: sql`now()` })
			.where(eq(channels.id, id));
		return true;
	});
}

export async function deleteChannel(db: DeliveryDatabase, id: string): Promise<boolean> {
	return (await db.delete(channels).where(eq(channels.id, id)).returning({ id: channels.id })).length > 0;
}
