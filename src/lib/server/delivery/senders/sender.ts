// What every kind of channel has in common: one message, one way to send it, one kind of failure.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DeliveryRecord } from '#lib/contracts/channel.ts';
import type { DeliveryFailure } from '../rules.ts';

export interface Message {
	/** The delivery's id: the same for every attempt, so that a receiver can tell a repetition. */
	id: string;
	event: DeliveryRecord['event'];
	/** Its addresses lead to this server from outside. */
	alert: AlertRecord;
	/** The page that shows the alert. */
	url: string;
	/** W3C context of the attempt, for receivers that trace too; absent where nothing is traced. */
	traceparent?: string | null;
}

export interface Sender {
	/** Resolves once the other side has taken it, with what it said. Throws DeliveryError. */
	send(message: Message, signal: AbortSignal): Promise<{ answer: string }>;
}

/** `message` says what happened, where, and what to do. */
export class DeliveryError extends Error {
	readonly kind: DeliveryFailure;
	/** How long the other side asked to wait; null when it did not. */
	readonly retryAfterS: number | null;

	constructor(
		kind: DeliveryFailure,
		message: string,
		options: { retryAfterS?: number | null; cause?: unknown } = {}
	) {
		super(message, { cause: options.cause });
		this.name = 'DeliveryError';
		this.kind = kind;
		this.retryAfterS = options.retryAfterS ?? null;
	}
}

/** The message as one JSON object, for receivers that see no headers: the alert, and what it is about it. */
export function documentOf({ id, event, alert, url }: Message): Record<string, unknown> {
	return { ...alert, event, delivery_id: id, url };
}
