// The rules room's SQL: zones, rules with their channels, and how many of each a stream may have.
import { and, asc, count, eq, inArray, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../db/index.ts';
import { channels } from '../db/schema/delivery.ts';
import { ruleChannels, rules, zones } from '../db/schema/rules.ts';
import { streams } from '../db/schema/streams.ts';

export type RulesDatabase = Db;
export type ZoneRow = typeof zones.$inferSelect;
export type ZoneValues = Pick<ZoneRow, 'name' | 'kind' | 'points'>;
export type RuleValues = Omit<typeof rules.$inferSelect, 'id' | 'stream_id' | 'created_at' | 'updated_at'> & {
	channel_ids: string[];
};
/** A rule with where it delivers and the zone it names, null where that is gone or it names none. */
export type RuleRow = typeof rules.$inferSelect & {
	channel_ids: string[];
	zone: Pick<ZoneRow, 'id' | 'name' | 'kind' | 'stream_id' | 'updated_at'> | null;
};

/** Why nothing was added. */
export type NotAdded = 'no stream' | 'full';

const touched = (column: typeof rules.updated_at | typeof zones.updated_at) =>
	sql`greatest(now(), ${column} + interval '1 millisecond')`;

export async function streamExists(db: RulesDatabase, id: string): Promise<boolean> {
	return (await db.select({ id: streams.id }).from(streams).where(eq(streams.id, id))).length > 0;
}

export async function listZones(db: RulesDatabase, streamId: string): Promise<ZoneRow[]> {
	return db
		.select()
		.from(zones)
		.where(eq(zones.stream_id, streamId))
		.orderBy(asc(zones.created_at), asc(zones.id));
}

export async function findZone(db: RulesDatabase, id: string): Promise<ZoneRow | undefined> {
	const [row] = await db.select().from(zones).where(eq(zones.id, id));
	return row;
}

/** Adds a zone unless the stream has `most` already. */
export async function insertZone(
	db: RulesDatabase,
	streamId: string,
	values: ZoneValues,
	most: number
): Promise<ZoneRow | NotAdded> {
	return db.transaction(async (tx) => {
		if (!(await lockStream(tx, streamId))) return 'no stream';
		const [found] = await tx.select({ n: count() }).from(zones).where(eq(zones.stream_id, streamId));
		if (found!.n >= most) return 'full';
		const [row] = await tx
			.insert(zones)
			.values({ stream_id: streamId, ...values })
			.returning();
		return row!;
	});
}

/** Locks the zone, asks `change` what to write, writes it; null when the stream has no such zone. */
export async function changeZone(
	db: RulesDatabase,
	streamId: string,
	id: string,
	change: (row: ZoneRow) => Partial<ZoneValues>
): Promise<ZoneRow | null> {
	const isIt = and(eq(zones.id, id), eq(zones.stream_id, streamId));
	return db.transaction(async (tx) => {
		const [row] = await tx.select().from(zones).where(isIt).for('update');
		if (!row) return null;
		const [after] = await tx
			.update(zones)
			.set({ ...change(row), updated_at: touched(zones.updated_at) })
			.where(eq(zones.id, id))
			.returning();
		return after!;
	});
}

export async function deleteZone(db: RulesDatabase, streamId: string, id: string): Promise<boolean> {
	const gone = await db
		.delete(zones)
		.where(and(eq(zones.id, id), eq(zones.stream_id, streamId)))
		.returning({ id: zones.id });
	return gone.length > 0;
}

/** Oldest first; of one stream, or of all. */
export async function listRules(db: RulesDatabase, streamId?: string): Promise<RuleRow[]> {
	const rows = await rulesWithZones(db)
		.where(streamId === undefined ? undefined : eq(rules.stream_id, streamId))
		.orderBy(asc(rules.created_at), asc(rules.id));
	return rows.map(toRuleRow);
}

/** Every enabled rule on its stream's state. */
export async function listHealthRules(db: RulesDatabase): Promise<RuleRow[]> {
	const rows = await rulesWithZones(db)
		.where(and(eq(rules.enabled, true), sql`${rules.condition}->>'type' = 'stream_health'`))
		.orderBy(asc(rules.created_at), asc(rules.id));
	return rows.map(toRuleRow);
}

export async function findRule(db: RulesDatabase | Transaction, id: string): Promise<RuleRow | undefined> {
	const [row] = await rulesWithZones(db).where(eq(rules.id, id));
	return row && toRuleRow(row);
}

/** Adds a rule unless the stream has `most` already. */
export async function insertRule(
	db: RulesDatabase,
	streamId: string,
	{ channel_ids, ...values }: RuleValues,
	most: number
): Promise<RuleRow | NotAdded> {
	return db.transaction(async (tx) => {
		if (!(await lockStream(tx, streamId))) return 'no stream';
		const [found] = await tx.select({ n: count() }).from(rules).where(eq(rules.stream_id, streamId));
		if (found!.n >= most) return 'full';
		const [row] = await tx
			.insert(rules)
			.values({ stream_id: streamId, ...values })
			.returning();
		await writeChannels(tx, row!.id, channel_ids);
		return (await findRule(tx, row!.id))!;
	});
}

/** Locks the rule, asks `change` what to write, writes it; null when there is no such rule. */
export async function changeRule(
	db: RulesDatabase,
	id: string,
	change: (row: RuleRow) => Partial<RuleValues>
): Promise<RuleRow | null> {
	return db.transaction(async (tx) => {
		const locked = await tx.select({ id: rules.id }).from(rules).where(eq(rules.id, id)).for('update');
		if (locked.length === 0) return null;
		const { channel_ids, ...values } = change((await findRule(tx, id))!);
		await tx
			.update(rules)
			.set({ ...values, updated_at: touched(rules.updated_at) })
			.where(eq(rules.id, id));
		if (channel_ids) {
			await tx.delete(ruleChannels).where(eq(ruleChannels.rule_id, id));
			await writeChannels(tx, id, channel_ids);
		}
		return (await findRule(tx, id))!;
	});
}

/** The stream it was on; null when there was no such rule. */
export async function deleteRule(db: RulesDatabase, id: string): Promise<string | null> {
	const [gone] = await db.delete(rules).where(eq(rules.id, id)).returning({ streamId: rules.stream_id });
	return gone?.streamId ?? null;
}

/** Those of the given ids that are no channel. */
export async function unknownChannels(db: RulesDatabase, ids: readonly string[]): Promise<string[]> {
	if (ids.length === 0) return [];
	const found = await db
		.select({ id: channels.id })
		.from(channels)
		.where(inArray(channels.id, [...ids]));
	const known = new Set(found.map(({ id }) => id));
	return ids.filter((id) => !known.has(id));
}

function rulesWithZones(db: RulesDatabase | Transaction) {
	return db
		.select({
			rule: rules,
			zone: {
				id: zones.id,
				name: zones.name,
				kind: zones.kind,
				stream_id: zones.stream_id,
				updated_at: zones.updated_at
			},
			channel_ids: sql<string[]>`coalesce((
				select json_agg(c.channel_id order by c.channel_id) from ${ruleChannels} c where c.rule_id = ${rules.id}
			), '[]')`
		})
		.from(rules)
		.leftJoin(zones, eq(zones.id, rules.zone_id))
		.$dynamic();
}

type Joined = Awaited<ReturnType<typeof rulesWithZones>>[number];

function toRuleRow({ rule, zone, channel_ids }: Joined): RuleRow {
	return { ...rule, zone, channel_ids };
}

/** A channel that was deleted a moment ago is left out: it would have been taken from the rule as well. */
async function writeChannels(tx: Transaction, ruleId: string, ids: readonly string[]): Promise<void> {
	if (ids.length === 0) return;
	const there = await tx
		.select({ id: channels.id })
		.from(channels)
		.where(inArray(channels.id, [...ids]))
		.for('key share');
	if (there.length === 0) return;
	await tx.insert(ruleChannels).values(there.map(({ id }) => ({ rule_id: ruleId, channel_id: id })));
}

/** Two that add at once wait for each other, so that neither exceeds the limit. */
async function lockStream(tx: Transaction, id: string): Promise<boolean> {
	const locked = await tx
		.select({ id: streams.id })
		.from(streams)
		.where(eq(streams.id, id))
		.for('no key update');
	return locked.length > 0;
}
