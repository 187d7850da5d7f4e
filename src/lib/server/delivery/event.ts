// An alert's event on its way: what the outbox says of it, the message the journal carries, and the keys made of both.
import { createHash } from 'node:crypto';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { AlertEvent } from '#lib/contracts/channel.ts';
import type { EventTopic, JournalEvent } from '#lib/contracts/event.ts';

export const ALERT_TOPICS = ['alert.firing', 'alert.resolved'] as const satisfies EventTopic[];
/** Told to other programs alone: nothing here waits for them. */
export const RESULT_TOPICS = ['result.detections', 'run.state'] as const satisfies EventTopic[];

/** What is told of an alert, from the outbox or from the journal. */
export interface AlertTold {
	/** Known by it everywhere: the same event again says the same. */
	messageId: string;
	topic: AlertEvent;
	/** The alert's id. */
	subjectId: string;
	createdAt: Date;
	alert: AlertRecord;
	/** What it is part of, as W3C `traceparent`; null where nothing is traced. */
	traceparent: string | null;
}

/** Null for what has no effect here. */
export function alertToldBy(event: JournalEvent): AlertTold | null {
	switch (event.topic) {
		case 'alert.firing':
		case 'alert.resolved':
			return {
				messageId: event.id,
				topic: event.topic,
				subjectId: event.subject_id,
				createdAt: new Date(event.created_at),
				alert: event.payload,
				traceparent: event.traceparent ?? null
			};
		case 'result.detections':
		case 'run.state':
			return null;
	}
}

/** The message that tells the same. */
export function eventOf(told: AlertTold): JournalEvent {
	const { messageId, topic, subjectId, createdAt, alert, traceparent } = told;
	return {
		id: messageId,
		topic,
		subject_id: subjectId,
		created_at: createdAt.toISOString(),
		...(traceparent !== null && { traceparent }),
		payload: alert
	};
}

/** What a row of the outbox or of the deliveries tells, and the trace it is part of, which is kept with it. */
export function untraced(row: Record<string, unknown>): {
	payload: Record<string, unknown>;
	traceparent: string | null;
} {
	const { traceparent, ...payload } = row;
	return { payload, traceparent: typeof traceparent === 'string' ? traceparent : null };
}

/**
 * The idempotency key of an event at a channel. Made of both, so that a database that forgot the delivery, restored from
 * yesterday, gives it the same key again. A UUID of version 8.
 */
export function deliveryId(messageId: string, channelId: string): string {
	const hash = createHash('sha256').update(`${messageId} ${channelId}`).digest('hex');
	const variant = ((parseInt(hash[16]!, 16) & 0b0011) | 0b1000).toString(16);
	return [
		hash.slice(0, 8),
		hash.slice(8, 12),
		`8${hash.slice(13, 16)}`,
		`${variant}${hash.slice(17, 20)}`,
		hash.slice(20, 32)
	].join('-');
}

/** Where an event stands on the journal: its topic, and the stream where it is about one. */
export function subjectOf(topic: EventTopic, payload: Record<string, unknown>): string {
	const streamId = payload['stream_id'];
	return typeof streamId === 'string' ? `${topic}.${streamId}` : topic;
}
