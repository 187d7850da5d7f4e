// Writing to the outbox: inside the transaction whose change it tells of, or not at all.
import type { EventTopic } from '#lib/contracts/event.ts';
import { outbox } from './schema/delivery.ts';
import type { Transaction } from './client.ts';

export interface OutboxMessage {
	/** `result.detections` and `run.state` only where there is a journal: other programs read them there, nothing here does. */
	topic: EventTopic;
	/** The alert, the run or the batch of results. An alert's topic is told once, however often it is written. */
	subjectId: string;
	/** As contracts/event.ts has it for the topic: what fits nothing there is set aside when it comes back. */
	payload: Record<string, unknown>;
	/** W3C context of what is told, kept beside the payload until it is delivered; absent where nothing is traced. */
	traceparent?: string | null | undefined;
}

/** The relay finds it by itself within seconds; `subjects.outbox` on the bus, published after the commit, calls it at once. */
export async function enqueue(tx: Transaction, message: OutboxMessage): Promise<void> {
	const { topic, subjectId, traceparent } = message;
	const payload = { ...message.payload, ...(traceparent && { traceparent }) };
	await tx.insert(outbox).values({ topic, subject_id: subjectId, payload }).onConflictDoNothing();
}
