// From the outbox to deliveries: taken in small batches, judged channel by channel, written in one transaction.
import { and, asc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { AlertEvent } from '#lib/contracts/channel.ts';
import type { Db, Transaction } from '../../db/index.ts';
import { channels, deliveries, outbox } from '../../db/schema/delivery.ts';
import { ruleChannels } from '../../db/schema/rules.ts';
import type { Candidate, Verdict } from '../rules.ts';

type Channel = typeof channels.$inferSelect;
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
