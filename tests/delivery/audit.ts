// The audit: what the receiver heard against what the database says was to be told.
import { sql } from 'drizzle-orm';
import type { Client } from '#lib/server/db/index.ts';
import { heardKey, type Receiver } from './receiver.ts';

export interface Audit {
	alerts: number;
	/** Deliveries that had to arrive. */
	expected: number;
	/** Of these, what no request brought that was answered 200. */
	lost: string[];
	/** What came under two keys. */
	doubled: string[];
	/** What came, and nobody was to be told. */
	unexpected: string[];
	/** Alerts that never ended. */
	open: number;
	/** Requests under a key that had been taken already. */
	repeats: number;
	parked: number;
}

interface Told extends Record<string, unknown> {
	alert: string;
	channel: string;
}

export async function audit({ db }: Client, receiver: Receiver): Promise<Audit> {
	const told = await db.execute<Told>(sql`
		select a.id as alert, c.name as channel from alerts a
		join rule_channels r on r.rule_id = a.rule_id join channels c on c.id = r.channel_id`);
	const [counts] = await db.execute<{ alerts: number; open: number; parked: number }>(sql`
		select (select count(*)::int from alerts) as alerts,
			(select count(*)::int from alerts where status <> 'resolved') as open,
			(select count(*)::int from parked_messages) as parked`);
	const expected = new Set(
		told.flatMap(({ alert, channel }) =>
			['alert.firing', 'alert.resolved'].map((event) => heardKey(channel, alert, event))
		)
	);
	const heard = [...receiver.heard];
	return {
		alerts: counts!.alerts,
		open: counts!.open,
		parked: counts!.parked,
		expected: expected.size,
		lost: [...expected].filter((key) => (receiver.heard.get(key)?.taken ?? 0) === 0),
		doubled: heard.filter(([, { keys }]) => keys.size > 1).map(([key]) => key),
		unexpected: heard.filter(([key]) => !expected.has(key)).map(([key]) => key),
		repeats: heard.reduce((sum, [, { taken }]) => sum + Math.max(0, taken - 1), 0)
	};
}

export interface Waiting extends Record<string, unknown> {
	unplanned: number;
	unpublished: number;
	pending: number;
}

export async function waiting({ db }: Client): Promise<Waiting> {
	const [row] = await db.execute<Waiting>(sql`
		select (select count(*)::int from outbox where handled_at is null) as unplanned,
			(select count(*)::int from outbox where published_at is null) as unpublished,
			(select count(*)::int from deliveries where state <> 'delivered') as pending`);
	return row!;
}
