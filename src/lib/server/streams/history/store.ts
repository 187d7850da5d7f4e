// The SQL of runs: each activation, its transitions, and what the stream's row says of its present run.
import { and, asc, desc, eq, inArray, notInArray, sql } from 'drizzle-orm';
import type { RunEventPayload } from '#lib/contracts/event.ts';
import type { RunRecord, RunTransition } from '#lib/contracts/history.ts';
import { streamRuns, streamRunTransitions, streams } from '../../db/schema/streams.ts';
import { lockLease } from '../../db/fence.ts';
import { enqueue, type OutboxMessage } from '../../db/outbox.ts';
import type { RunStateChange } from '../ports.ts';
import type { StreamsDatabase } from '../store.ts';

/** Kept for each stream, and for each run: a camera that flaps for months must not fill the disk. */
export const RUNS_KEPT = 100;
export const TRANSITIONS_KEPT = 200;
const TRANSITIONS_SHOWN = 50;

/** `gone`: there is no such stream. `fenced`: the lease that the run began under is lost, and nothing was written. */
export type TransitionOutcome = 'written' | 'gone' | 'fenced';

export interface TransitionOptions {
	instance: string;
	/** Whether it is told to the journal as well. */
	events: boolean;
}

/** Appends the transition to its run and, where that run speaks for the stream, to the stream's row. */
export async function writeTransition(
	db: StreamsDatabase,
	change: RunStateChange,
	{ instance, events }: TransitionOptions
): Promise<TransitionOutcome> {
	return db.transaction(async (tx) => {
		const [stream] = await tx
			.select({ run_id: streams.run_id, next_run_id: streams.next_run_id })
			.from(streams)
			.where(eq(streams.id, change.streamId))
			.for('update');
		if (!stream) return 'gone';
		// After the stream's row, as a claim does: in another order the two could wait for each other.
		if (!(await lockLease(tx, change.streamId, change.token))) return 'fenced';
		const isNew = await upsertRun(tx, change, instance);
		await tx.insert(streamRunTransitions).values({
			run_id: change.runId,
			from_state: change.from,
			to_state: change.to,
			at: change.at,
			detail: change.detail,
			code: change.code
		});
		// A run that was replaced reports its end late; the stream is its successor's by then.
		if (isNew || stream.run_id === change.runId) await writeStreamState(tx, change, instance, isNew);
		// Run ids are borne once: what is started anew after this has another.
		if (stream.next_run_id === change.runId)
			await tx.update(streams).set({ next_run_id: null }).where(eq(streams.id, change.streamId));
		if (events) await enqueue(tx, eventOf(change, instance));
		return 'written';
	});
}

function eventOf(change: RunStateChange, instance: string): OutboxMessage {
	const { streamId, runId, from, to, at, detail, code } = change;
	const told = { stream_id: streamId, run_id: runId, instance, from, to, at: at.toISOString(), detail, code };
	return { topic: 'run.state', subjectId: runId, payload: told satisfies RunEventPayload };
}

type Transaction = Parameters<Parameters<StreamsDatabase['transaction']>[0]>[0];

/** True when this is the run's first transition. */
async function upsertRun(tx: Transaction, change: RunStateChange, instance: string): Promise<boolean> {
	const ended = change.to === 'inactive' ? change.at : null;
	const failure = change.to === 'error' ? { last_error: change.detail, error_code: change.code } : {};
	const updated = await tx
		.update(streamRuns)
		.set({
			state: change.to,
			ended_at: ended,
			...failure,
			...(change.to === 'active' && {
				live_at: sql`coalesce(${streamRuns.live_at}, ${change.at.toISOString()})`
			})
		})
		.where(eq(streamRuns.id, change.runId))
		.returning({ id: streamRuns.id });
	if (updated.length > 0) return false;
	await tx.insert(streamRuns).values({
		id: change.runId,
		stream_id: change.streamId,
		instance,
		state: change.to,
		started_at: change.at,
		ended_at: ended,
		...failure
	});
	return true;
}

async function writeStreamState(
	tx: Transaction,
	change: RunStateChange,
	instance: string,
	isNew: boolean
): Promise<void> {
	const ended = change.to === 'inactive';
	const well = ended || change.to === 'active';
	await tx
		.update(streams)
		.set({
			state: change.to,
			run_id: ended ? null : change.runId,
			instance: ended ? null : instance,
			...(change.to === 'error' && { last_error: change.detail, error_code: change.code }),
			// While a stream tries again, what went wrong last stays told.
			...(well && { last_error: null, error_code: null }),
			...(isNew && { worker_started_at: change.at }),
			...(ended && { worker_started_at: null })
		})
		.where(eq(streams.id, change.streamId));
}

/** The newest runs of a stream, newest first, each with its newest transitions, oldest first. */
export async function readRuns(db: StreamsDatabase, streamId: string, tail: number): Promise<RunRecord[]> {
	const runs = await db
		.select()
		.from(streamRuns)
		.where(eq(streamRuns.stream_id, streamId))
		.orderBy(desc(streamRuns.started_at), desc(streamRuns.id))
		.limit(tail);
	const transitions = await readTransitions(
		db,
		runs.map((run) => run.id)
	);
	return runs.map((run) => ({
		...run,
		started_at: run.started_at.toISOString(),
		live_at: run.live_at?.toISOString() ?? null,
		ended_at: run.ended_at?.toISOString() ?? null,
		transitions: transitions.get(run.id) ?? []
	}));
}

async function readTransitions(db: StreamsDatabase, runIds: string[]): Promise<Map<string, RunTransition[]>> {
	const newest = db
		.select({
			id: streamRunTransitions.id,
			rank: sql<number>`row_number() over (partition by ${streamRunTransitions.run_id} order by ${streamRunTransitions.id} desc)`.as(
				'rank'
			)
		})
		.from(streamRunTransitions)
		.where(inArray(streamRunTransitions.run_id, runIds))
		.as('newest');
	const rows = await db
		.select({ transition: streamRunTransitions })
		.from(streamRunTransitions)
		.innerJoin(
			newest,
			and(eq(newest.id, streamRunTransitions.id), sql`${newest.rank} <= ${TRANSITIONS_SHOWN}`)
		)
		.orderBy(asc(streamRunTransitions.id));
	const byRun = new Map<string, RunTransition[]>(runIds.map((id) => [id, []]));
	for (const { transition } of rows) {
		const { from_state: from, to_state: to, at, detail, code } = transition;
		byRun.get(transition.run_id)?.push({ from, to, at: at.toISOString(), detail, code });
	}
	return byRun;
}

/** Drops a run's oldest transitions and a stream's oldest runs beyond what is kept. */
export async function pruneHistory(db: StreamsDatabase, streamId: string, runId: string): Promise<void> {
	const kept = db
		.select({ id: streamRuns.id })
		.from(streamRuns)
		.where(eq(streamRuns.stream_id, streamId))
		.orderBy(desc(streamRuns.started_at))
		.limit(RUNS_KEPT);
	await db.delete(streamRuns).where(and(eq(streamRuns.stream_id, streamId), notInArray(streamRuns.id, kept)));
	await db.execute(sql`
		delete from ${streamRunTransitions} where run_id = ${runId} and id <= (
			select id from ${streamRunTransitions} where run_id = ${runId} order by id desc offset ${TRANSITIONS_KEPT} limit 1)`);
}
