// The bus as rooms see it: publish, subscribe, watch and ask, whatever carries the messages.
import type { Question, Subject } from './subjects.ts';

/** Where a message comes from. */
export interface Origin {
	instance: string;
	/** Whether this very instance said it. */
	here: boolean;
	/** When it was said, ms since the epoch by the sender's clock. */
	at: number;
}

export interface SubscribeOptions {
	/** `here`: only what this instance says. `anywhere` unless given. */
	from?: 'here' | 'anywhere';
}

/** How the bus does. */
export interface BusState {
	kind: 'memory' | 'nats';
	connected: boolean;
	/** When it was lost; null while connected. */
	lostAt: Date | null;
	/** Why, in words, without a credential; null while connected. */
	reason: string | null;
	/** Messages that could not be carried to the others, since the start: the bus was away, or they were too large. */
	dropped: number;
	/** Messages and bytes carried to the others, since the start. */
	sent: { messages: number; bytes: number };
}

export interface Bus {
	/**
	 * Hands the payload to every subscriber here at once and, as the subject's reach says, carries it to the other instances.
	 * Never throws and never waits: a failing subscriber is the log's business, and what cannot be carried is counted.
	 */
	publish<T>(subject: Subject<T>, payload: T): void;
	/** Calls the handler for each payload from now on; the returned function ends that. */
	subscribe<T>(
		subject: Subject<T>,
		handler: (payload: T, origin: Origin) => void,
		options?: SubscribeOptions
	): () => void;
	/**
	 * Lets other instances' messages of a `watched` subject about this key (`*`: any) come here, until the returned function
	 * is called. Nothing of it crosses the bus while nobody watches.
	 */
	watch<T>(subject: Subject<T>, key: string): () => void;
	/** Whether another instance watches that now. */
	watchedElsewhere<T>(subject: Subject<T>, key: string): boolean;
	/**
	 * Asks one instance, or (`any`) whoever answers first. Throws what the answerer threw as the AppError it was,
	 * `unavailable` when nobody answers in time. An instance that asks itself is answered without the bus.
	 */
	ask<Q, A>(question: Question<Q, A>, instance: string, payload: Q, timeoutMs: number): Promise<A>;
	/** Answers from now on; `undefined` is silence, for questions to anybody. The returned function ends it. */
	answer<Q, A>(question: Question<Q, A>, answerer: (payload: Q) => Promise<A | undefined>): () => void;
	state(): BusState;
	/** Ends every subscription; later publications reach nobody. Sends what waits, for at most a second. */
	close(): Promise<void>;
}
