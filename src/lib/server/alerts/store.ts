// The alerts room's SQL. A transition and the outbox row that tells of it are one transaction: what is recorded is told.
import {
	and,
	desc,
	eq,
	gte,
	ilike,
	inArray,
	isNotNull,
	isNull,
	lt,
	lte,
	or,
	sql,
	type SQL
} from 'drizzle-orm';
import type { AlertRecord, AlertsQuery } from '#lib/contracts/alert.ts';
import { CONDITION_PLACES, type Condition, type Rule } from '#lib/contracts/rule.ts';
import type { Zone, ZoneKind } from '#lib/contracts/zone.ts';
import { lockLease } from '../db/fence.ts';
import { enqueue, type Db, type Transaction } from '../db/index.ts';
import { alerts } from '../db/schema/alerts.ts';
import { deliveries } from '../db/schema/delivery.ts';
import { leases } from '../db/schema/fleet.ts';
import { rules, zones } from '../db/schema/rules.ts';
import { streamRuns, streams } from '../db/schema/streams.ts';

export type AlertsDatabase = Db;
type AlertRow = typeof alerts.$inferSelect;

/** What an alert takes from the rule that fires it. */
export interface FiringRule {
	rule: Rule;
	clip: boolean;
	streamId: string;
	streamName: string;
	clipPrerollS: number;
	zone: Zone | null;
}

/** What is to be written of a new alert. */
export type Opening = Pick<
	AlertRow,
	'name' | 'severity' | 'starts_at' | 'summary' | 'peak' | 'labels' | 'fingerprint'
> & {
	/** Whether a picture is there to be kept: the outbox then names where it will be. */
	pictured: boolean;
	/** What the event is part of; absent where nothing is traced. */
	traceparent?: string | null;
};

export interface Opened {
	alert: AlertRecord;
	context: FiringRule;
}

/** Whose word it is: that of whoever runs the stream under this token; of anybody while nobody does (null). */
export interface Authority {
	streamId: string;
	token: number | null;
}

/** Somebody else speaks for the stream now. */
export const FENCED = 'fenced';

/**
 * Opens an alert of a rule that may fire: enabled, its stream active, its zone there. Null when it may not, or when its alert is open already.
 * The rule is locked meanwhile, so that none opens after its rule was switched off; the lease, so that none opens after it was lost.
 */
export async function openAlert(
	db: AlertsDatabase,
	ruleId: string,
	{ streamId, token }: Authority,
	opening: (context: FiringRule) => Opening
): Promise<Opened | typeof FENCED | null> {
	return db.transaction(async (tx) => {
		if (!(await lockLease(tx, streamId, token))) return FENCED;
		const context = await firingRule(tx, ruleId);
		if (!context) return null;
		const { pictured, traceparent, ...values } = opening(context);
		const [row] = await tx
			.insert(alerts)
			.values({
				...values,
				source: 'rule',
				rule_id: ruleId,
				stream_id: context.streamId,
				stream_name: context.streamName,
				zone_id: context.rule.zone_id,
				zone_name: context.zone?.name ?? null,
				status: 'firing'
			})
			.onConflictDoNothing({ target: alerts.fingerprint, where: sql`${alerts.status} = 'firing'` })
			.returning({ id: alerts.id });
		if (!row) return null;
		const alert = (await findAlert(tx, row.id))!;
		const told = pictured ? { ...alert, snapshot_url: mediaUrl(alert.id, 'snapshot.jpg') } : alert;
		await enqueue(tx, { topic: 'alert.firing', subjectId: alert.id, payload: told, traceparent });
		return { alert, context };
	});
}

async function firingRule(tx: Transaction, ruleId: string): Promise<FiringRule | null> {
	const [found] = await tx
		.select({ rule: rules, stream: streams, zone: zones })
		.from(rules)
		.innerJoin(streams, eq(streams.id, rules.stream_id))
		.leftJoin(zones, eq(zones.id, rules.zone_id))
		.where(and(eq(rules.id, ruleId), eq(rules.enabled, true)))
		.for('share', { of: rules });
	if (!found) return null;
	const { rule, stream, zone } = found;
	if (!stream.is_active && rule.condition.type !== 'stream_health') return null;
	if (lostZone(rule.condition.type, rule.zone_id, zone?.kind ?? null) !== null) return null;
	return {
		rule: { ...rule, updated_at: rule.updated_at.toISOString() },
		clip: rule.clip,
		streamId: stream.id,
		streamName: stream.name,
		clipPrerollS: stream.clip_preroll_s,
		zone: zone && { id: zone.id, name: zone.name, kind: zone.kind, points: zone.points }
	};
}

/** Why a rule cannot look at its zone any more, so that nothing judges it; null when it can. */
function lostZone(type: Condition['type'], zoneId: string | null, kind: ZoneKind | null): string | null {
	if (zoneId === null) return null;
	if (kind === null) return 'The zone was deleted.';
	const fits = CONDITION_PLACES[type] === (kind === 'line' ? 'line' : 'area');
	return fits ? null : 'The zone was drawn anew as one that the rule cannot look at.';
}

export interface Ending {
	at: Date;
	/** Why, where it did not end by itself. */
	reason: string | null;
	/** Null keeps what is stored. */
	peak: number | null;
	traceparent?: string | null;
}

/** Ends the open alert with this fingerprint, as whoever speaks for its stream says; null when there is none. */
export async function resolveBreach(
	db: AlertsDatabase,
	fingerprint: string,
	{ streamId, token }: Authority,
	ending: Ending
): Promise<AlertRecord | typeof FENCED | null> {
	return db.transaction(async (tx) => {
		if (!(await lockLease(tx, streamId, token))) return FENCED;
		return resolve(tx, eq(alerts.fingerprint, fingerprint), ending);
	});
}

/** Ends an open alert that nothing else will end; null when it has ended. */
export async function resolveOrphan(
	db: AlertsDatabase,
	id: string,
	ending: Ending
): Promise<AlertRecord | null> {
	return db.transaction((tx) => resolve(tx, eq(alerts.id, id), ending));
}

/** An alert never ends before it began. */
async function resolve(
	tx: Transaction,
	which: SQL,
	{ at, reason, peak, traceparent }: Ending
): Promise<AlertRecord | null> {
	const [row] = await tx
		.update(alerts)
		.set({
			status: 'resolved',
			ends_at: sql`greatest(${at.toISOString()}::timestamptz, ${alerts.starts_at})`,
			end_reason: reason,
			...(peak !== null && { peak })
		})
		.where(and(eq(alerts.status, 'firing'), which))
		.returning({ id: alerts.id });
	if (!row) return null;
	const alert = (await findAlert(tx, row.id))!;
	await enqueue(tx, { topic: 'alert.resolved', subjectId: alert.id, payload: { ...alert }, traceparent });
	return alert;
}

/** Open alerts that nothing will end any more, with the reason: of one stream, or of all. */
export async function findOrphans(
	db: AlertsDatabase,
	streamId: string | null
): Promise<{ id: string; reason: string }[]> {
	const found = await db
		.select({
			id: alerts.id,
			stream: streams.id,
			active: streams.is_active,
			rule: rules.id,
			enabled: rules.enabled,
			type: sql<Condition['type'] | null>`${rules.condition}->>'type'`,
			zoneId: rules.zone_id,
			kind: zones.kind
		})
		.from(alerts)
		.leftJoin(streams, eq(streams.id, alerts.stream_id))
		.leftJoin(rules, eq(rules.id, alerts.rule_id))
		.leftJoin(zones, eq(zones.id, rules.zone_id))
		.where(
			and(
				eq(alerts.status, 'firing'),
				eq(alerts.source, 'rule'),
				streamId === null ? undefined : eq(alerts.stream_id, streamId)
			)
		);
	return found.flatMap(({ id, stream, active, rule, enabled, type, zoneId, kind }) => {
		if (stream === null) return [{ id, reason: 'The camera was removed.' }];
		if (rule === null) return [{ id, reason: 'The rule was deleted.' }];
		if (enabled === false) return [{ id, reason: 'The rule was switched off.' }];
		// A rule on the camera's health is judged on, and ends its alert itself.
		if (active === false && type !== 'stream_health') return [{ id, reason: 'The camera was deactivated.' }];
		const lost = type && lostZone(type, zoneId, kind);
		if (lost) return [{ id, reason: lost }];
		return [];
	});
}

/** The enabled rules on a stream's health. */
export async function listHealthRules(
	db: AlertsDatabase
): Promise<{ rule: Rule; streamId: string; active: boolean }[]> {
	const found = await db
		.select({ rule: rules, active: streams.is_active })
		.from(rules)
		.innerJoin(streams, eq(streams.id, rules.stream_id))
		.where(and(eq(rules.enabled, true), sql`${rules.condition}->>'type' = 'stream_health'`));
	return found.map(({ rule, active }) => ({
		rule: { ...rule, updated_at: rule.updated_at.toISOString() },
		streamId: rule.stream_id,
		active
	}));
}

export async function findAlert(db: AlertsDatabase | Transaction, id: string): Promise<AlertRecord | null> {
	const [row] = await selectAlerts(db).where(eq(alerts.id, id));
	return row ? toRecord(row) : null;
}

/** In the order of the ids. */
export async function findAlerts(db: AlertsDatabase, ids: string[]): Promise<AlertRecord[]> {
	if (ids.length === 0) return [];
	const found = (await selectAlerts(db).where(inArray(alerts.id, ids))).map(toRecord);
	return ids.flatMap((id) => found.filter((alert) => alert.id === id));
}

/** Newest first. */
export async function listAlerts(db: AlertsDatabase, query: AlertsQuery): Promise<AlertRecord[]> {
	const rows = await selectAlerts(db)
		.where(and(...conditionsOf(query)))
		.orderBy(desc(alerts.starts_at), desc(alerts.id))
		.limit(query.limit);
	return rows.map(toRecord);
}

function conditionsOf(query: AlertsQuery): (SQL | undefined)[] {
	const { before, from, to, stream_id, rule_id, source, severity, status, acknowledged, q } = query;
	return [
		before ? lt(alerts.starts_at, new Date(before)) : undefined,
		from ? gte(alerts.starts_at, new Date(from)) : undefined,
		to ? lte(alerts.starts_at, new Date(to)) : undefined,
		stream_id ? eq(alerts.stream_id, stream_id) : undefined,
		rule_id ? eq(alerts.rule_id, rule_id) : undefined,
		source?.length ? inArray(alerts.source, source) : undefined,
		severity?.length ? inArray(alerts.severity, severity) : undefined,
		status?.length ? inArray(alerts.status, status) : undefined,
		acknowledged === 'true' ? isNotNull(alerts.acknowledged_at) : undefined,
		acknowledged === 'false' ? isNull(alerts.acknowledged_at) : undefined,
		...(q ? q.split(/\s+/).slice(0, 12).map(holds) : [])
	];
}

/** Whether a word stands in what people would look for; its own wildcards are letters like any other. */
function holds(word: string): SQL | undefined {
	const pattern = `%${word.replaceAll('\u0000', '').replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
	const columns = [alerts.name, alerts.stream_name, alerts.zone_name, alerts.summary];
	return or(...columns.map((column) => ilike(column, pattern)));
}

/** Marks who looks after it; whoever was first stays. Null when there is no such alert. */
export async function acknowledgeAlert(
	db: AlertsDatabase,
	id: string,
	by: string
): Promise<AlertRecord | null> {
	await db
		.update(alerts)
		.set({ acknowledged_at: sql`now()`, acknowledged_by: by })
		.where(and(eq(alerts.id, id), isNull(alerts.acknowledged_at)));
	return findAlert(db, id);
}

export type Media = Partial<
	Pick<AlertRow, 'snapshot_path' | 'snapshot_problem' | 'clip_path' | 'clip_problem'>
>;

/** Records what became of an alert's picture or clip; null when the alert is gone. */
export async function recordMedia(db: AlertsDatabase, id: string, media: Media): Promise<AlertRecord | null> {
	await db.update(alerts).set(media).where(eq(alerts.id, id));
	return findAlert(db, id);
}

/** Alerts of rules that began before `before` and have neither a picture nor a reason for none; who runs their streams now. */
export async function listPictureless(
	db: AlertsDatabase,
	before: Date
): Promise<{ id: string; streamId: string | null; createdAt: Date; token: number | null }[]> {
	return db
		.select({
			id: alerts.id,
			streamId: alerts.stream_id,
			createdAt: alerts.created_at,
			token: sql<number | null>`case when ${leases.expires_at} > now() then ${leases.token}::float8 end`
		})
		.from(alerts)
		.leftJoin(leases, eq(leases.stream_id, alerts.stream_id))
		.where(and(pictureless, lt(alerts.created_at, before)))
		.limit(5000);
}

/** Those of them that have got a picture meanwhile keep it. */
export async function explainPictureless(db: AlertsDatabase, ids: string[], problem: string): Promise<void> {
	if (ids.length === 0) return;
	await db
		.update(alerts)
		.set({ snapshot_problem: problem })
		.where(and(inArray(alerts.id, ids), pictureless));
}

const pictureless = and(
	eq(alerts.source, 'rule'),
	isNull(alerts.snapshot_path),
	isNull(alerts.snapshot_problem)
);

/** Where an alert's files are, relative to the media folder; null without such an alert. */
export async function findMedia(
	db: AlertsDatabase,
	id: string
): Promise<Pick<AlertRow, 'snapshot_path' | 'snapshot_problem' | 'clip_path' | 'clip_problem'> | null> {
	const [row] = await db
		.select({
			snapshot_path: alerts.snapshot_path,
			snapshot_problem: alerts.snapshot_problem,
			clip_path: alerts.clip_path,
			clip_problem: alerts.clip_problem
		})
		.from(alerts)
		.where(eq(alerts.id, id));
	return row ?? null;
}

/** The instance that ran the alert's stream when it began: the one that wrote its files; null where nobody is known. */
export async function findKeeper(db: AlertsDatabase, id: string): Promise<string | null> {
	const [run] = await db
		.select({ instance: streamRuns.instance })
		.from(alerts)
		.innerJoin(streamRuns, eq(streamRuns.stream_id, alerts.stream_id))
		.where(and(eq(alerts.id, id), lte(streamRuns.started_at, alerts.starts_at)))
		.orderBy(desc(streamRuns.started_at))
		.limit(1);
	return run?.instance ?? null;
}

/** Which of these pictures and clips an alert names. */
export async function knownFiles(db: AlertsDatabase, files: string[]): Promise<Set<string>> {
	if (files.length === 0) return new Set();
	const ids = files.map(idOf).filter((id) => id !== null);
	const rows = await db
		.select({ snapshot: alerts.snapshot_path, clip: alerts.clip_path })
		.from(alerts)
		.where(inArray(alerts.id, ids));
	return new Set(rows.flatMap(({ snapshot, clip }) => [snapshot, clip].filter((file) => file !== null)));
}

const idOf = (file: string) => /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.\w+$/.exec(file)?.[1] ?? null;

/** Ended alerts that ended before `before`, oldest first. */
export async function listExpired(
	db: AlertsDatabase,
	before: Date,
	limit: number
): Promise<{ id: string; files: string[] }[]> {
	const rows = await db
		.select({ id: alerts.id, snapshot: alerts.snapshot_path, clip: alerts.clip_path })
		.from(alerts)
		.where(and(eq(alerts.status, 'resolved'), lt(alerts.starts_at, before), lt(alerts.ends_at, before)))
		.orderBy(alerts.starts_at)
		.limit(limit);
	return rows.map(({ id, snapshot, clip }) => ({
		id,
		files: [snapshot, clip].filter((file) => file !== null)
	}));
}

export async function deleteAlerts(db: AlertsDatabase, ids: string[]): Promise<void> {
	if (ids.length > 0) await db.delete(alerts).where(inArray(alerts.id, ids));
}

/** Clips of alerts that began before `before`. */
export async function listExpiredClips(
	db: AlertsDatabase,
	before: Date,
	limit: number
): Promise<{ id: string; file: string }[]> {
	const rows = await db
		.select({ id: alerts.id, file: alerts.clip_path })
		.from(alerts)
		.where(and(lt(alerts.starts_at, before), isNotNull(alerts.clip_path)))
		.orderBy(alerts.starts_at)
		.limit(limit);
	return rows.map(({ id, file }) => ({ id, file: file! }));
}

export async function forgetClips(db: AlertsDatabase, ids: string[], problem: string): Promise<void> {
	if (ids.length === 0) return;
	await db.update(alerts).set({ clip_path: null, clip_problem: problem }).where(inArray(alerts.id, ids));
}

type Joined = { alert: AlertRow; ruleId: string | null; deliveries: AlertRecord['deliveries'] };

function selectAlerts(db: AlertsDatabase | Transaction) {
	const counted = (state: string) => sql`count(*) filter (where ${deliveries.state} = ${state})`;
	return db
		.select({
			alert: alerts,
			ruleId: rules.id,
			deliveries: sql<AlertRecord['deliveries']>`(
				select json_build_object('total', count(*), 'delivered', ${counted('delivered')},
					'pending', ${counted('pending')}, 'failed', ${counted('failed')})
				from ${deliveries} where ${deliveries.alert_id} = ${alerts.id})`
		})
		.from(alerts)
		.leftJoin(rules, eq(rules.id, alerts.rule_id))
		.$dynamic();
}

function toRecord({ alert, ruleId, deliveries: counts }: Joined): AlertRecord {
	const { snapshot_path, clip_path, created_at: _, ...row } = alert;
	const iso = (at: Date | null) => at?.toISOString() ?? null;
	return {
		...row,
		rule_id: ruleId,
		starts_at: row.starts_at.toISOString(),
		ends_at: iso(row.ends_at),
		acknowledged_at: iso(row.acknowledged_at),
		snapshot_url: snapshot_path === null ? null : mediaUrl(row.id, 'snapshot.jpg'),
		clip_url: clip_path === null ? null : mediaUrl(row.id, 'clip.mp4'),
		deliveries: counts
	};
}

function mediaUrl(id: string, file: 'snapshot.jpg' | 'clip.mp4'): string {
	return `/api/v1/alerts/${id}/${file}`;
}
