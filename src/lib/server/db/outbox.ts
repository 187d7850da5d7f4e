// Writing to the outbox: inside the transaction whose change it tells of, or not at all.
import { outbox } from './schema/delivery.ts';
import type { Transaction } from './client.ts';

export interface OutboxMessage {
	topic: typeof outbox.$inferInsert.topic;
	/** The alert's id: a topic is told once of it, however often it is written. */
	subjectId: string;
	payload: Record<string, unknown>;
}

export async function enqueue(tx: Transaction, message: OutboxMessage): Promise<void> {
	const { topic, subjectId, payload } = message;
	await tx.insert(outbox).values({ topic, subject_id: subjectId, payload }).onConflictDoNothing();
}
