// Publishing: what the outbox holds goes onto the journal, in order; and how long alerts may wait for it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventTopic } from '#lib/contracts/event.ts';
import { causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { NO_TRACER, type Tracer } from '../../base/trace.ts';
import type { Journal } from '../../bus/index.ts';
import type { DeliveryDatabase } from '../channels/store.ts';
import { ALERT_TOPICS, RESULT_TOPICS, subjectOf, untraced } from '../event.ts';
import * as store from './store.ts';
import type { RelayTiming } from '../relay/timing.ts';

const BATCH = 100;
/** Results that may wait for a journal that is away; older ones are dropped and counted. */
const MAX_RESULTS = 50_000;
/** Longer than any answer of a journal that is well. */
const APPEND_WITHIN_MS = 3000;
/** A row that the journal refuses so often while it takes others is too large for it, or worse. */
const MAX_REFUSALS = 5;
const MAX_REFUSED = 1000;

export interface PublishingDeps {
	db: DeliveryDatabase;
	/** Null: nothing is published, and alerts are planned straight from the outbox. */
	journal: Journal | null;
	log: Pick<Logger, 'warn' | 'info'>;
	timing: Pick<RelayTiming, 'now' | 'awayMs' | 'lateMs'>;
	/** Alerts' events are told to it; none unless given. */
	tracer?: Tracer | undefined;
	/** Tests only. */
	maxResults?: number;
}

export interface Publishing {
	/** Publishes what waits, until nothing does or the journal takes no more. Throws only what the database throws. */
	pass(): Promise<void>;
	/** Alerts written before then are planned straight from the outbox, ms since the epoch; Infinity: all of them. */
	straightBefore(): number;
	/** When that will be different without any news, ms since the epoch; Infinity: never. */
	nextChangeAt(): number;
	/** Keeps what waits for the journal within bounds. */
	bound(): Promise<void>;
	/** Waits for no answer of the journal any more: what it did not confirm is published again by whoever comes. */
	cut(): void;
	/** Results that the journal never had, since the start. */
	dropped(): number;
}

export function createPublishing(deps: PublishingDeps) {
	const { db, journal, log, timing, tracer = NO_TRACER, maxResults = MAX_RESULTS } = deps;
	const { now, awayMs, lateMs } = timing;
	/** Since when the journal takes nothing; null while it does. */
	let awaySince: number | null = null;
	let dropped = 0;
	const refusals = new Map<number, number>();
	const cutting = new AbortController();

	async function pass(): Promise<void> {
		if (!journal) return;
		const { available, reason } = journal.state();
		if (!available) return left(reason ?? 'it is not there');
		// Apart: a journal that is full of alerts still takes results, and the other way round.
		const refusal = await passOf(journal, ALERT_TOPICS);
		await passOf(journal, RESULT_TOPICS);
		if (refusal === null) returned();
		else left(refusal);
	}

	/** Until nothing is left of these topics, or nothing of it is taken: then why. */
	async function passOf(to: Journal, topics: readonly EventTopic[]): Promise<string | null> {
		let refusal: string | null = null;
		for (let through: number | null = 1; refusal === null && through !== null && through > 0;)
			through = await store.publishNext(db, topics, BATCH, async (rows) => {
				const published = await publish(to, rows);
				refusal = published.refusal;
				return published;
			});
		return refusal;
	}

	async function publish(
		to: Journal,
		rows: store.OutboxRow[]
	): Promise<store.Published & { refusal: string | null }> {
		const outcomes = await Promise.allSettled(rows.map((row) => told(to, row)));
		const done = rows.filter((_, index) => outcomes[index]?.status === 'fulfilled');
		const failed = outcomes.flatMap((outcome, index) =>
			outcome.status === 'rejected' ? [{ row: rows[index]!, error: outcome.reason as unknown }] : []
		);
		for (const { id } of done) refusals.delete(id);
		// Where others were taken, what was not is to blame itself.
		if (done.length > 0) return { done, givenUp: failed.flatMap(refused), refusal: null };
		return { done, givenUp: [], refusal: causeChain(failed[0]?.error) };
	}

	/** A row that is part of a trace is told with its publication in it. */
	function told(to: Journal, row: store.OutboxRow): Promise<void> {
		const { payload, traceparent } = untraced(row.payload);
		const event = { ...row, payload };
		if (traceparent === null) return append(to, event, null, cutting.signal);
		const attributes = {
			'messaging.system': 'nats',
			'messaging.operation.type': 'send',
			'messaging.destination.name': row.topic,
			'messaging.message.id': row.message_id
		};
		return tracer.span(
			`publish ${row.topic}`,
			{ parent: traceparent, kind: 'producer', attributes },
			(span) => append(to, event, span.traceparent ?? traceparent, cutting.signal)
		);
	}

	function refused({ row, error }: { row: store.OutboxRow; error: unknown }): store.OutboxRow[] {
		const times = (refusals.get(row.id) ?? 0) + 1;
		if (times < MAX_REFUSALS) {
			if (refusals.size < MAX_REFUSED) refusals.set(row.id, times);
			return [];
		}
		refusals.delete(row.id);
		if (isResult(row.topic)) dropped++;
		log.warn(
			{ topic: row.topic, subject: row.subject_id, cause: causeChain(error) },
			'the journal does not take an event; other programs miss it, channels do not'
		);
		return [row];
	}

	function left(reason: string): void {
		if (awaySince !== null) return;
		awaySince = now();
		log.warn({ reason }, 'the journal is away; alerts are delivered without it');
	}

	function returned(): void {
		if (awaySince !== null) log.info('the journal is back');
		awaySince = null;
	}

	return {
		pass,
		straightBefore() {
			if (!journal) return Infinity;
			if (awaySince !== null && now() - awaySince >= awayMs) return Infinity;
			return now() - lateMs;
		},
		nextChangeAt: () => (awaySince === null || now() - awaySince >= awayMs ? Infinity : awaySince + awayMs),
		async bound() {
			const lost = await store.dropResults(db, journal ? maxResults : 0);
			if (lost > 0)
				log.warn({ results: lost }, 'results waited too long for the journal; the oldest were dropped');
			dropped += lost;
		},
		cut: () => cutting.abort(new Error('the server stops')),
		dropped: () => dropped
	} satisfies Publishing;
}

const isResult = (topic: EventTopic) => (RESULT_TOPICS as readonly EventTopic[]).includes(topic);

/** The message as contracts/event.ts describes it. */
async function append(
	journal: Journal,
	row: store.OutboxRow,
	traceparent: string | null,
	cut: AbortSignal
): Promise<void> {
	const { message_id: id, topic, subject_id, payload } = row;
	const trace = traceparent !== null && { traceparent };
	const message = { id, topic, subject_id, created_at: row.created_at.toISOString(), ...trace, payload };
	const answered = new AbortController();
	const late = sleep(APPEND_WITHIN_MS, null, { signal: AbortSignal.any([answered.signal, cut]) }).then(() => {
		throw new Error(`the journal does not answer within ${APPEND_WITHIN_MS / 1000} s`);
	});
	try {
		const kept = journal.append({ id, subject: subjectOf(topic, payload), payload: message });
		await Promise.race([kept, late]);
	} finally {
		answered.abort();
		late.catch(() => {});
	}
}
