// From an alert's event to its deliveries: judged channel by channel, written once, in one transaction with the inbox.
import { and, asc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { AlertEvent } from '#lib/contracts/channel.ts';
import type { Db, Transaction } from '../../db/index.ts';
import { channels, deliveries, inbox, outbox } from '../../db/schema/delivery.ts';
import { ruleChannels } from '../../db/schema/rules.ts';
import { ALERT_TOPICS, deliveryId, untraced, type AlertTold } from '../event.ts';
import type { Candidate, Verdict } from '../rules.ts';

type Channel = typeof channels.$inferSelect;
type OutboxRow = Pick<typeof outbox.$inferSelect, 'id' | 'handled_at'>;

/** Under which name events take effect here, in the inbox and on the journal. */
export const CONSUMER = 'deliveries';

const HOUR_MS = 3_600_000;

export interface Planning {
	now: number;
	judge: (event: AlertEvent, channel: Candidate, now: number) => Verdict;
	/** When the first attempt is due, ms since the epoch. */
	firstAttemptAt: (told: AlertTold) => number;
	/** What to do while somebody else has the event in hand: wait for them, or leave it to them. */
	whenTaken: 'wait' | 'leave';
	/** Whether an end whose beginning nobody knows waits for it: the outbox may have been restored without either. */
	waitsForUnknown: boolean;
}

/** `known`: it had its effect before. `early`: an end whose beginning was not planned yet. `taken`: somebody else plans it. */
export type Planned =
	{ outcome: 'planned'; heldBack: Channel['type'][] } | { outcome: 'known' | 'early' | 'taken' };

/**
 * Writes a delivery for each channel that is to be told: all of it or nothing, and once, however often and wherever the
 * event comes from. The order of locks is everybody's: outbox, inbox, channels.
 */
export async function planEvent(db: Db, told: AlertTold, planning: Planning): Promise<Planned> {
	return db.transaction(async (tx) => {
		const row = await lockRow(tx, told.messageId, planning.whenTaken);
		if (!row && planning.whenTaken === 'leave') return { outcome: 'taken' };
		if (row?.handled_at) return { outcome: 'known' };
		if (await isEarly(tx, told, row, planning)) return { outcome: 'early' };
		const known = !(await intoInbox(tx, told.messageId));
		const heldBack = known ? [] : await planChannels(tx, told, row?.id ?? null, planning);
		if (row)
			await tx
				.update(outbox)
				.set({ handled_at: sql`now()` })
				.where(eq(outbox.id, row.id));
		return known ? { outcome: 'known' } : { outcome: 'planned', heldBack };
	});
}

/** Undefined where there is none: a restored database does not have what the journal still has. */
async function lockRow(
	tx: Transaction,
	messageId: string,
	whenTaken: Planning['whenTaken']
): Promise<OutboxRow | undefined> {
	const [row] = await tx
		.select({ id: outbox.id, handled_at: outbox.handled_at })
		.from(outbox)
		.where(eq(outbox.message_id, messageId))
		.for('update', whenTaken === 'leave' ? { skipLocked: true } : {});
	return row;
}

async function isEarly(
	tx: Transaction,
	told: AlertTold,
	row: OutboxRow | undefined,
	planning: Planning
): Promise<boolean> {
	if (told.topic !== 'alert.resolved') return false;
	const [beginning] = await tx
		.select({ handled_at: outbox.handled_at })
		.from(outbox)
		.where(and(eq(outbox.subject_id, told.subjectId), eq(outbox.topic, 'alert.firing')));
	if (beginning) return beginning.handled_at === null;
	if (row || !planning.waitsForUnknown) return false;
	return (await toldOf(tx, told.subjectId)).size === 0;
}

/** False when it is there already. */
async function intoInbox(tx: Transaction, messageId: string): Promise<boolean> {
	const entered = await tx
		.insert(inbox)
		.values({ consumer: CONSUMER, message_id: messageId })
		.onConflictDoNothing()
		.returning({ id: inbox.message_id });
	return entered.length > 0;
}

/**
 * Events that wait in the outbox and were written before `before`, ms since the epoch; oldest first, an alert's end only
 * once its beginning was planned.
 */
export async function findWaiting(
	db: Db,
	{ before, limit, without }: { before: number; limit: number; without: readonly string[] }
): Promise<AlertTold[]> {
	const earlier = sql`select 1 from outbox earlier where earlier.subject_id = ${outbox.subject_id}
		and earlier.topic = 'alert.firing' and earlier.id < ${outbox.id} and earlier.handled_at is null`;
	const rows = await db
		.select()
		.from(outbox)
		.where(
			and(
				isNull(outbox.handled_at),
				inArray(outbox.topic, [...ALERT_TOPICS]),
				before === Infinity ? undefined : sql`${outbox.created_at} < ${new Date(before).toISOString()}`,
				without.length === 0 ? undefined : sql`${outbox.message_id} not in ${without}`,
				sql`not exists (${earlier})`
			)
		)
		.orderBy(asc(outbox.id))
		.limit(limit);
	return rows.map((row) => {
		const { payload, traceparent } = untraced(row.payload);
		return {
			messageId: row.message_id,
			topic: row.topic as AlertEvent,
			subjectId: row.subject_id,
			createdAt: row.created_at,
			alert: payload as unknown as AlertRecord,
			traceparent
		};
	});
}

/** Takes an event out of what waits without an effect: it was set aside. */
export async function markHandled(db: Db, messageId: string): Promise<void> {
	await db
		.update(outbox)
		.set({ handled_at: sql`now()` })
		.where(eq(outbox.message_id, messageId));
}

/** Answers the kinds of the channels where it was held back. */
async function planChannels(
	tx: Transaction,
	told: AlertTold,
	outboxId: number | null,
	planning: Planning
): Promise<Channel['type'][]> {
	const { rule_id: ruleId } = told.alert;
	const beginnings = await toldOf(tx, told.subjectId);
	const addressed =
		told.topic === 'alert.resolved'
			? await lockChannels(tx, [...beginnings.keys()])
			: await ofRule(tx, ruleId);
	const heldBack: Channel['type'][] = [];
	for (const channel of addressed) {
		const candidate = {
			...channel,
			...(await recentOf(tx, channel.id, ruleId, planning.now)),
			beginning: beginnings.get(channel.id) ?? null
		};
		const verdict = planning.judge(told.topic, candidate, planning.now);
		if (verdict === null) continue;
		if (verdict.state === 'held_back') heldBack.push(channel.type);
		await insertDelivery(tx, told, { outboxId, channel, verdict, planning });
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
	told: AlertTold,
	to: { outboxId: number | null; channel: Channel; verdict: NonNullable<Verdict>; planning: Planning }
): Promise<void> {
	const { outboxId, channel, verdict, planning } = to;
	const heldBack = verdict.state === 'held_back';
	await tx
		.insert(deliveries)
		.values({
			id: deliveryId(told.messageId, channel.id),
			outbox_id: outboxId,
			message_id: told.messageId,
			channel_id: channel.id,
			rule_id: told.alert.rule_id,
			alert_id: told.subjectId,
			event: told.topic,
			payload: { ...told.alert, ...(told.traceparent !== null && { traceparent: told.traceparent }) },
			state: verdict.state,
			answer: heldBack ? verdict.reason : null,
			created_at: new Date(planning.now),
			next_attempt_at: heldBack ? null : new Date(planning.firstAttemptAt(told))
		})
		.onConflictDoNothing();
}
