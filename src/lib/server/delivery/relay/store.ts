// The relay's rows: deliveries claimed, one after the other, and what became of each.
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../../db/index.ts';
import { channels, deliveries } from '../../db/schema/delivery.ts';
import { QUICK_RETRIES } from '../rules.ts';

type Channel = typeof channels.$inferSelect;
export type Delivery = typeof deliveries.$inferSelect;

export interface Claim {
	now: number;
	/** Until when nobody else may try it: a crash in between lets it be tried again then. */
	leaseMs: number;
	/** Channels that are being sent to already, or rest. */
	busy: readonly string[];
	/** Channels nobody answered at last time: their oldest delivery goes first, also where only a later one is due. */
	inTrouble: readonly string[];
	/** Deliveries are not made to wait for their first moment: the server stops. */
	hurry: boolean;
}

export interface Claimed {
	delivery: Delivery;
	channel: Channel;
}

/** Another instance may have taken what was found: then the next best is looked for. */
const LOOKS = 3;

/** Claims the delivery that should go next; null when none is due. */
export async function claimNext(db: Db, claim: Claim): Promise<Claimed | null> {
	for (let look = 0; look < LOOKS; look++) {
		const due = await firstDue(db, claim);
		if (!due) return null;
		const first = claim.inTrouble.includes(due.channel_id) ? await oldestWaiting(db, due.channel_id) : null;
		const [delivery] = await db
			.update(deliveries)
			.set({
				attempts: sql`${deliveries.attempts} + 1`,
				next_attempt_at: new Date(claim.now + claim.leaseMs)
			})
			.where(untouched(first ?? due))
			.returning();
		const [channel] = await db.select().from(channels).where(eq(channels.id, due.channel_id));
		if (delivery && channel) return { delivery, channel };
	}
	return null;
}

interface Found extends Record<string, unknown> {
	id: string;
	channel_id: string;
	attempts: number;
}

const untouched = ({ id, attempts }: Pick<Found, 'id' | 'attempts'>) =>
	and(eq(deliveries.id, id), eq(deliveries.state, 'pending'), eq(deliveries.attempts, attempts));

/** As they came to pass; what a restored database had no row of is older than all it has. */
const inOrder = sql`outbox_id nulls first, created_at, id`;

/**
 * An alert's events stay in order (alert.firing, alert.resolved): only the first that waits may go. Among these, one waits while an earlier one of its
 * channel is in its first quick attempts. One pass over what waits, since after a long outage that may be thousands.
 */
async function firstDue(db: Db, { now, leaseMs, busy, hurry }: Claim): Promise<Found | undefined> {
	const at = new Date(now).toISOString();
	const soon = new Date(now + leaseMs).toISOString();
	const [due] = await db.execute<Found>(sql`
		with waiting as (
			select id, channel_id, outbox_id, created_at, attempts, next_attempt_at,
				row_number() over (partition by channel_id, alert_id order by event) as place
			from deliveries
			where state = 'pending' ${busy.length === 0 ? sql`` : sql`and channel_id not in ${busy}`}
		), heads as (
			select *, bool_or(attempts <= ${QUICK_RETRIES} and next_attempt_at <= ${soon}::timestamptz) over (
				partition by channel_id order by ${inOrder} rows between unbounded preceding and 1 preceding
			) as waits
			from waiting where place = 1
		)
		select id, channel_id, attempts from heads
		where waits is not true
			and (next_attempt_at <= ${at}::timestamptz or (${hurry}::boolean and attempts = 0))
		order by ${inOrder}
		limit 1`);
	return due;
}

async function oldestWaiting(db: Db, channelId: string): Promise<Pick<Found, 'id' | 'attempts'> | undefined> {
	const [oldest] = await db
		.select({ id: deliveries.id, attempts: deliveries.attempts })
		.from(deliveries)
		.where(and(eq(deliveries.channel_id, channelId), eq(deliveries.state, 'pending')))
		.orderBy(inOrder)
		.limit(1);
	return oldest;
}

export type Outcome =
	| { state: 'delivered'; answer: string; at: number }
	| { state: 'failed'; answer: string }
	| { state: 'held_back'; answer: string }
	| { state: 'pending'; answer: string; nextAt: number };

/** Writes how an attempt ended, unless somebody else has taken the delivery over since. */
export async function settle(db: Db, { id, attempts }: Delivery, outcome: Outcome): Promise<void> {
	await db
		.update(deliveries)
		.set({
			state: outcome.state,
			answer: outcome.answer,
			next_attempt_at: outcome.state === 'pending' ? new Date(outcome.nextAt) : null,
			...(outcome.state === 'delivered' && { delivered_at: new Date(outcome.at) })
		})
		.where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending'), eq(deliveries.attempts, attempts)));
}

/** Gives an attempt back that was cut off by the end of the server: it did not happen. */
export async function giveBack(db: Db, { id, attempts }: Delivery, now: number): Promise<void> {
	await db
		.update(deliveries)
		.set({ attempts: attempts - 1, next_attempt_at: new Date(now) })
		.where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending'), eq(deliveries.attempts, attempts)));
}

/** Makes due now what would wait at a channel beyond `after`, ms since the epoch: it answers again, or was changed. */
export async function wakeChannel(db: Db, channelId: string, now: number, after: number): Promise<void> {
	await db
		.update(deliveries)
		.set({ next_attempt_at: new Date(now) })
		.where(
			and(
				eq(deliveries.channel_id, channelId),
				eq(deliveries.state, 'pending'),
				gt(deliveries.next_attempt_at, new Date(after))
			)
		);
}

/** When the next delivery falls due after `now`, ms since the epoch; null when none will. */
export async function nextDueAt(db: Db, now: number): Promise<number | null> {
	const [row] = await db
		.select({ at: sql<string | null>`min(${deliveries.next_attempt_at})` })
		.from(deliveries)
		.where(and(eq(deliveries.state, 'pending'), gt(deliveries.next_attempt_at, new Date(now))));
	return row?.at == null ? null : new Date(row.at).getTime();
}
