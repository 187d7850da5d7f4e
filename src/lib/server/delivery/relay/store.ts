// The relay's rows: the outbox taken in small batches, deliveries written, claimed and settled.
import { and, asc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { AlertEvent } from '#lib/contracts/channel.ts';
import type { Db, Transaction } from '../../db/index.ts';
import { channels, deliveries, outbox } from '../../db/schema/delivery.ts';
import { ruleChannels } from '../../db/schema/rules.ts';
import { QUICK_RETRIES, type Candidate, type Verdict } from '../rules.ts';

type Channel = typeof channels.$inferSelect;
export type Delivery = typeof deliveries.$inferSelect;
type OutboxRow = typeof outbox.$inferSelect;

const HOUR_MS = 3_600_000;

export interface Planning {
	/** Outbox rows at most. */
	batch: number;
	now: number;
	judge: (event: AlertEvent, channel: Candidate, now: number) => Verdict;
	/** When the first attempt is due, ms since the epoch. */
	firstAttemptAt: (row: { event: AlertEvent; alert: AlertRecord; createdAt: Date }) => number;
}

export interface Planned {
	taken: number;
	heldBack: Channel['type'][];
}

/**
 * Takes rows that wait in the outbox, writes a delivery for each channel that is to be told, and marks them handled: all of it
 * or nothing. Several instances may do so at once. An alert's end waits until its beginning has been taken.
 */
export async function planDeliveries(db: Db, planning: Planning): Promise<Planned> {
	return db.transaction(async (tx) => {
		const rows = await takeWaiting(tx, planning.batch);
		const heldBack: Channel['type'][] = [];
		for (const row of rows) heldBack.push(...(await planOne(tx, row, planning)));
		if (rows.length > 0)
			await tx
				.update(outbox)
				.set({ handled_at: new Date(planning.now) })
				.where(
					inArray(
						outbox.id,
						rows.map((row) => row.id)
					)
				);
		return { taken: rows.length, heldBack };
	});
}

function takeWaiting(tx: Transaction, batch: number): Promise<OutboxRow[]> {
	const earlier = sql`select 1 from outbox earlier
		where earlier.subject_id = ${outbox.subject_id} and earlier.id < ${outbox.id} and earlier.handled_at is null`;
	return tx
		.select()
		.from(outbox)
		.where(and(isNull(outbox.handled_at), sql`not exists (${earlier})`))
		.orderBy(asc(outbox.id))
		.limit(batch)
		.for('update', { skipLocked: true });
}

/** Answers the kinds of the channels where it was held back. */
async function planOne(tx: Transaction, row: OutboxRow, planning: Planning): Promise<Channel['type'][]> {
	const alert = row.payload as unknown as AlertRecord;
	const told = await toldOf(tx, row.subject_id);
	const addressed =
		row.topic === 'alert.resolved'
			? await lockChannels(tx, [...told.keys()])
			: await ofRule(tx, alert.rule_id);
	const heldBack: Channel['type'][] = [];
	for (const channel of addressed) {
		const candidate = {
			...channel,
			...(await recentOf(tx, channel.id, alert.rule_id, planning.now)),
			beginning: told.get(channel.id) ?? null
		};
		const verdict = planning.judge(row.topic, candidate, planning.now);
		if (verdict === null) continue;
		if (verdict.state === 'held_back') heldBack.push(channel.type);
		await insertDelivery(tx, row, alert, channel, verdict, planning);
	}
	return heldBack;
}

/** Where an alert's beginning went, and whether it was held back there. */
async function toldOf(tx: Transaction, alertId: string): Promise<Map<string, 'told' | 'held_back'>> {
	const rows = await tx
		.select({ id: deliveries.channel_id, state: deliveries.state })
		.from(deliveries)
		.where(and(eq(deliveries.alert_id, alertId), eq(deliveries.event, 'alert.firing')));
	return new Map(rows.map(({ id, state }) => [id, state === 'held_back' ? 'held_back' : 'told']));
}

async function ofRule(tx: Transaction, ruleId: string | null): Promise<Channel[]> {
	if (ruleId === null) return [];
	const rows = await tx
		.select({ id: ruleChannels.channel_id })
		.from(ruleChannels)
		.where(eq(ruleChannels.rule_id, ruleId));
	return lockChannels(
		tx,
		rows.map(({ id }) => id)
	);
}

/** Locked, in one order for everybody: limits are counted by one planner at a time. */
async function lockChannels(tx: Transaction, ids: string[]): Promise<Channel[]> {
	if (ids.length === 0) return [];
	return tx
		.select()
		.from(channels)
		.where(inArray(channels.id, ids))
		.orderBy(asc(channels.id))
		.for('no key update');
}

async function recentOf(
	tx: Transaction,
	channelId: string,
	ruleId: string | null,
	now: number
): Promise<Pick<Candidate, 'lastOfRuleAt' | 'withinHour'>> {
	const counted = and(
		eq(deliveries.channel_id, channelId),
		ne(deliveries.state, 'held_back'),
		ne(deliveries.event, 'test')
	);
	const [last] = await tx
		.select({ at: sql<string | null>`max(${deliveries.created_at})` })
		.from(deliveries)
		.where(
			and(
				counted,
				ruleId === null ? sql`false` : eq(deliveries.rule_id, ruleId),
				eq(deliveries.event, 'alert.firing')
			)
		);
	const [hour] = await tx
		.select({ count: sql<number>`count(*)::int` })
		.from(deliveries)
		.where(and(counted, gt(deliveries.created_at, new Date(now - HOUR_MS))));
	return {
		lastOfRuleAt: last?.at == null ? null : new Date(last.at).getTime(),
		withinHour: hour?.count ?? 0
	};
}

async function insertDelivery(
	tx: Transaction,
	row: OutboxRow,
	alert: AlertRecord,
	channel: Channel,
	verdict: NonNullable<Verdict>,
	planning: Planning
): Promise<void> {
	const due = planning.firstAttemptAt({ event: row.topic, alert, createdAt: row.created_at });
	await tx
		.insert(deliveries)
		.values({
			outbox_id: row.id,
			channel_id: channel.id,
			rule_id: alert.rule_id,
			alert_id: row.subject_id,
			event: row.topic,
			payload: row.payload,
			state: verdict.state,
			answer: verdict.state === 'held_back' ? verdict.reason : null,
			created_at: new Date(planning.now),
			next_attempt_at: verdict.state === 'held_back' ? null : new Date(due)
		})
		.onConflictDoNothing();
}

// Sending ----------------------------------------------------------------------------------------------------------

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

/**
 * An alert's events stay in order: only the first that waits may go. Among these, one waits while an earlier one of its
 * channel is in its first quick attempts. One pass over what waits, since after a long outage that may be thousands.
 */
async function firstDue(db: Db, { now, leaseMs, busy, hurry }: Claim): Promise<Found | undefined> {
	const at = new Date(now).toISOString();
	const soon = new Date(now + leaseMs).toISOString();
	const [due] = await db.execute<Found>(sql`
		with waiting as (
			select id, channel_id, outbox_id, attempts, next_attempt_at,
				row_number() over (partition by channel_id, alert_id order by outbox_id) as place
			from deliveries
			where state = 'pending' ${busy.length === 0 ? sql`` : sql`and channel_id not in ${busy}`}
		), heads as (
			select *, bool_or(attempts <= ${QUICK_RETRIES} and next_attempt_at <= ${soon}::timestamptz) over (
				partition by channel_id order by outbox_id rows between unbounded preceding and 1 preceding
			) as waits
			from waiting where place = 1
		)
		select id, channel_id, attempts from heads
		where waits is not true
			and (next_attempt_at <= ${at}::timestamptz or (${hurry}::boolean and attempts = 0))
		order by outbox_id
		limit 1`);
	return due;
}

async function oldestWaiting(db: Db, channelId: string): Promise<Pick<Found, 'id' | 'attempts'> | undefined> {
	const [oldest] = await db
		.select({ id: deliveries.id, attempts: deliveries.attempts })
		.from(deliveries)
		.where(and(eq(deliveries.channel_id, channelId), eq(deliveries.state, 'pending')))
		.orderBy(asc(deliveries.outbox_id))
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
