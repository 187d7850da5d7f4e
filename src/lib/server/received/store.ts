// SQL of what Grafana and Alertmanager told: a message is one transaction, and one series is one message's at a time.
import { and, eq, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { WebhookAnswer } from '#lib/contracts/received.ts';
import type { Db, Transaction } from '../db/index.ts';
import { alerts } from '../db/schema/alerts.ts';
import { instances, leases } from '../db/schema/fleet.ts';
import { receivedAlerts } from '../db/schema/received.ts';
import { streams } from '../db/schema/streams.ts';
import type { Reading } from './reading.ts';
import { decide, type Closing, type Decision, type Episode } from './rules.ts';
import { streamOf, type Candidate } from './streams.ts';

export type ReceivedDatabase = Db;
export type ReceivedRow = typeof receivedAlerts.$inferSelect;

/** Episodes of a series that are looked at: an older one is nobody's news. */
const EPISODES = 50;
const MAX_NOTES = 20;
const SILENT = 'Nothing more was told about it.';

export interface Taken {
	/** The alerts that were written. */
	ids: string[];
	counts: Omit<WebhookAnswer, 'received'>;
}

/** An episode as it is stored, and whether its stream is known. */
type Known = Episode & { fingerprint: string; notes: string[] };

/** Stores what a message told. Two instances that get the same one at once take turns. */
export async function takeMessage(db: ReceivedDatabase, readings: readonly Reading[]): Promise<Taken> {
	const counts = { opened: 0, ended: 0, repeated: 0, late: 0 };
	if (readings.length === 0) return { ids: [], counts };
	return db.transaction(async (tx) => {
		const fingerprints = [...new Set(readings.map(({ fingerprint }) => fingerprint))];
		await lockSeries(tx, fingerprints);
		const known = await listEpisodes(tx, fingerprints);
		const candidates = await findCandidates(tx, readings);
		const ids = new Set<string>();
		for (const reading of readings) {
			const episodes = known.filter(({ fingerprint }) => fingerprint === reading.fingerprint);
			const decision = decide(episodes, reading);
			for (const id of await apply(tx, { decision, reading, known, candidates })) ids.add(id);
			counts['outcome' in decision ? decision.outcome : decision.what]++;
		}
		return { ids: [...ids], counts };
	});
}

/** In one order everywhere, so that two messages never wait for each other. */
async function lockSeries(tx: Transaction, fingerprints: string[]): Promise<void> {
	await tx.execute(sql`
		select pg_advisory_xact_lock(key) from (
			select distinct hashtextextended('received ' || series, 0) as key
			from json_array_elements_text(${JSON.stringify(fingerprints)}::json) as series
			order by key
		) as keys`);
}

async function listEpisodes(tx: Transaction, fingerprints: string[]): Promise<Known[]> {
	const rows = await tx.execute<{
		id: string;
		fingerprint: string;
		told: string | null;
		starts_at: string;
		status: Episode['status'];
		notes: string[] | null;
	}>(sql`
		select episodes.* from json_array_elements_text(${JSON.stringify(fingerprints)}::json) as series
		cross join lateral (
			select ${alerts.id}, ${receivedAlerts.fingerprint}, ${alerts.status}, ${alerts.starts_at}::text,
				${receivedAlerts.raw}->'alert'->>'startsAt' as told, ${receivedAlerts.raw}->'notes' as notes
			from ${receivedAlerts} join ${alerts} on ${alerts.id} = ${receivedAlerts.alert_id}
			where ${receivedAlerts.fingerprint} = series
			order by ${alerts.status} = 'firing' desc, ${receivedAlerts.received_at} desc
			limit ${EPISODES}
		) as episodes`);
	return rows.map(({ id, fingerprint, told, starts_at, status, notes }) => ({
		...{ id, fingerprint, status },
		begins: beginsOf(told),
		startsAt: new Date(starts_at),
		notes: notes ?? []
	}));
}

function beginsOf(told: string | null): number | null {
	const at = told === null ? NaN : Date.parse(told);
	return Number.isFinite(at) && at > 0 ? at : null;
}

/** Streams that these alerts may be about. */
async function findCandidates(tx: Transaction, readings: readonly Reading[]): Promise<Candidate[]> {
	const told = (label: string) => [
		...new Set(readings.map(({ labels }) => labels[label]).filter((value) => value !== undefined))
	];
	const ids = told('stream_id').filter((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id));
	const names = [...new Set([...told('stream_name'), ...told('name')])];
	const some = (column: typeof streams.id | typeof streams.name, values: string[]): SQL =>
		values.length > 0 ? inArray(column, values) : sql`false`;
	return tx
		.select({ id: streams.id, name: streams.name, instance: leases.instance, address: instances.address })
		.from(streams)
		.leftJoin(leases, eq(leases.stream_id, streams.id))
		.leftJoin(instances, eq(instances.id, leases.instance))
		.where(sql`${some(streams.id, ids)} or ${some(streams.name, names)}`)
		.limit(1000);
}

interface Application {
	decision: Decision;
	reading: Reading;
	/** Kept in line with what is written. */
	known: Known[];
	candidates: readonly Candidate[];
}

/** The alerts that changed, ended ones first. */
async function apply(tx: Transaction, application: Application): Promise<string[]> {
	const { decision, reading, known } = application;
	const closed = decision.closes ? await close(tx, decision.closes, known) : [];
	switch (decision.what) {
		case 'opened':
			return [...closed, await insert(tx, application, { endsAt: null, reason: null })];
		case 'ended-unseen':
			return [...closed, await insert(tx, application, decision)];
		case 'ended':
			await end(tx, application, decision);
			return [...closed, decision.id];
		case 'repeated':
			await repeat(tx, application, decision.id);
			return [...closed, decision.id];
		case 'late':
			await tx
				.update(receivedAlerts)
				.set({ deliveries: sql`${receivedAlerts.deliveries} + 1`, updated_at: sql`now()` })
				.where(eq(receivedAlerts.alert_id, decision.id));
			return closed;
		default: {
			const never: never = decision;
			throw new Error(`What is to become of ${reading.fingerprint}: ${JSON.stringify(never)}`);
		}
	}
}

async function close(tx: Transaction, { id, at, reason }: Closing, known: Known[]): Promise<string[]> {
	await tx
		.update(alerts)
		.set({ status: 'resolved', ends_at: endOf(at), end_reason: reason })
		.where(eq(alerts.id, id));
	for (const episode of known) if (episode.id === id) episode.status = 'resolved';
	return [id];
}

/** An alert never ends before it began. */
const endOf = (at: Date) => sql`greatest(${at.toISOString()}::timestamptz, ${alerts.starts_at})`;

async function insert(
	tx: Transaction,
	{ reading, known, candidates }: Application,
	{ endsAt, reason }: { endsAt: Date | null; reason: string | null }
): Promise<string> {
	const stream = streamOf(reading.labels, candidates);
	const status = endsAt === null ? 'firing' : 'resolved';
	const [row] = await tx
		.insert(alerts)
		.values({
			source: 'grafana',
			...{ stream_id: stream?.id ?? null, stream_name: stream?.name ?? null },
			...{ name: reading.name, severity: reading.severity, summary: reading.summary, labels: reading.labels },
			...{ status, starts_at: reading.startsAt, ends_at: endsAt, end_reason: reason },
			fingerprint: `grafana:${reading.fingerprint}`
		})
		.returning({ id: alerts.id });
	const id = row!.id;
	await tx.insert(receivedAlerts).values({
		...{ alert_id: id, sender: reading.sender, fingerprint: reading.fingerprint, deliveries: 1 },
		...{ description: reading.description, annotations: reading.annotations, values: reading.values },
		...latest(reading, [])
	});
	const { fingerprint, begins, startsAt, notes } = reading;
	known.push({ id, fingerprint, begins, startsAt, status, notes });
	return id;
}

/** What every message about it says anew. */
function latest(reading: Reading, notes: readonly string[]) {
	const all = [...new Set([...notes, ...reading.notes])].slice(-MAX_NOTES);
	return {
		...{ receiver: reading.receiver, group_key: reading.groupKey, group_status: reading.groupStatus },
		...{ alert_status: reading.status, rule_uid: reading.ruleUid, generator_url: reading.generatorUrl },
		raw: { ...reading.raw, notes: all }
	};
}

/** What it said while it fired stays: its end comes with other values, or none. */
async function end(
	tx: Transaction,
	application: Application,
	{ id, endsAt }: { id: string; endsAt: Date }
): Promise<void> {
	await tx
		.update(alerts)
		.set({ status: 'resolved', ends_at: endOf(endsAt), end_reason: null })
		.where(eq(alerts.id, id));
	await updateReceived(tx, application, id, {});
	for (const episode of application.known) if (episode.id === id) episode.status = 'resolved';
}

/** It goes on: its newest words are taken, and the camera where it had none. */
async function repeat(tx: Transaction, application: Application, id: string): Promise<void> {
	const { reading, candidates } = application;
	const { summary, severity, description, annotations, values } = reading;
	const stream = streamOf(reading.labels, candidates);
	await tx.update(alerts).set({ summary, severity }).where(eq(alerts.id, id));
	if (stream)
		await tx
			.update(alerts)
			.set({ stream_id: stream.id, stream_name: stream.name })
			.where(and(eq(alerts.id, id), sql`${alerts.stream_id} is null`));
	await updateReceived(tx, application, id, { description, annotations, values });
}

async function updateReceived(
	tx: Transaction,
	{ reading, known }: Application,
	id: string,
	words: Partial<Pick<ReceivedRow, 'description' | 'annotations' | 'values'>>
): Promise<void> {
	const notes = known.find((episode) => episode.id === id)?.notes ?? [];
	await tx
		.update(receivedAlerts)
		.set({
			...latest(reading, notes),
			...words,
			deliveries: sql`${receivedAlerts.deliveries} + 1`,
			updated_at: sql`now()`
		})
		.where(eq(receivedAlerts.alert_id, id));
}

export async function findReceived(db: ReceivedDatabase, alertId: string): Promise<ReceivedRow | null> {
	const [row] = await db.select().from(receivedAlerts).where(eq(receivedAlerts.alert_id, alertId));
	return row ?? null;
}

/** Ends open alerts of which nobody spoke since `before`: their end was lost, and nothing else would end them. */
export async function endSilent(db: ReceivedDatabase, before: Date): Promise<string[]> {
	const silent = db
		.select({ id: receivedAlerts.alert_id })
		.from(receivedAlerts)
		.where(lt(receivedAlerts.updated_at, before));
	const rows = await db
		.update(alerts)
		.set({
			status: 'resolved',
			end_reason: SILENT,
			ends_at: sql`greatest((select ${receivedAlerts.updated_at} from ${receivedAlerts}
				where ${receivedAlerts.alert_id} = ${alerts.id}), ${alerts.starts_at})`
		})
		.where(and(eq(alerts.source, 'grafana'), eq(alerts.status, 'firing'), inArray(alerts.id, silent)))
		.returning({ id: alerts.id });
	return rows.map(({ id }) => id);
}
