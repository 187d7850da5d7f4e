// Events: what the journal carries to whoever must know, here or elsewhere, each written in the transaction that made it true.
import { z } from 'zod';
import { alertRecord } from './alert.ts';
import { detectionRecord } from './detection.ts';
import { RUN_STATES } from './run.ts';
import { TRACEPARENT } from './trace.ts';

export const EVENT_TOPICS = ['alert.firing', 'alert.resolved', 'result.detections', 'run.state'] as const;
export type EventTopic = (typeof EVENT_TOPICS)[number];

const envelope = <T extends EventTopic, S extends z.ZodType>(topic: T, payload: S) =>
	z.object({
		/** The idempotency key: the same message again says the same. */
		id: z.uuid(),
		topic: z.literal(topic),
		/** The alert, the run, or the batch of results. */
		subject_id: z.uuid(),
		created_at: z.iso.datetime(),
		/** W3C trace context of what it tells of, where traces are told. */
		traceparent: z.string().regex(TRACEPARENT).optional(),
		payload
	});

export const runEvent = z.object({
	stream_id: z.uuid(),
	run_id: z.uuid(),
	instance: z.string(),
	from: z.enum(RUN_STATES),
	to: z.enum(RUN_STATES),
	at: z.iso.datetime(),
	detail: z.string().nullable(),
	code: z.string().nullable()
});
export type RunEventPayload = z.infer<typeof runEvent>;

export const resultsEvent = z.object({ stream_id: z.uuid(), detections: z.array(detectionRecord) });
export type ResultsEventPayload = z.infer<typeof resultsEvent>;

/** One message of the journal, as other programs may read it too. */
export const journalEvent = z.discriminatedUnion('topic', [
	envelope('alert.firing', alertRecord),
	envelope('alert.resolved', alertRecord),
	envelope('result.detections', resultsEvent),
	envelope('run.state', runEvent)
]);
export type JournalEvent = z.infer<typeof journalEvent>;

/** What other programs may ask for over the journal; done once for each id. */
export const journalCommand = z.discriminatedUnion('command', [
	z.object({ id: z.uuid(), command: z.literal('stream.activate'), stream_id: z.uuid() }),
	z.object({ id: z.uuid(), command: z.literal('stream.deactivate'), stream_id: z.uuid() }),
	z.object({ id: z.uuid(), command: z.literal('stream.retry'), stream_id: z.uuid() }),
	z.object({ id: z.uuid(), command: z.literal('scenario.shutdown'), scenario_uuid: z.uuid() })
]);
export type JournalCommand = z.infer<typeof journalCommand>;

/** A message that was set aside, as GET /messages/parked answers it. */
export const parkedMessage = z.object({
	id: z.uuid(),
	consumer: z.string(),
	subject: z.string(),
	payload: z.string(),
	reason: z.string(),
	attempts: z.int(),
	parked_at: z.iso.datetime()
});
export type ParkedMessage = z.infer<typeof parkedMessage>;

export const parkedQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100) });
