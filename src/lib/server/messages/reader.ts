// Reading one message of the journal: understood, let take effect, and set aside where nobody can do anything with it.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isDatabaseInTrouble } from '../base/outage.ts';
import type { JournalMessage, Outcome } from '../bus/index.ts';
import { fateOf, isRefusal, read, shown, type FailureKind, type Waits } from './rules.ts';
import { park, type MessagesDatabase } from './store.ts';

/** Messages whose failures are remembered here. */
const MAX_REMEMBERED = 1000;
/** What a person tries again waits for nothing any more. */
const LAST_ATTEMPT = 1000;

export interface Consumer<S extends z.ZodType = z.ZodType> {
	name: string;
	schema: S;
	/** False for what nothing here waits for. */
	wants: (subject: string) => boolean;
	/** Has to bear the same message twice. */
	effect: (message: z.infer<S>, attempts: number) => Promise<Outcome>;
}

export interface Reader {
	/** What becomes of a message that the journal brings. Never throws. */
	handle(message: JournalMessage): Promise<Outcome>;
	/** Lets a message that was set aside take effect. Throws AppError where it still cannot. */
	attempt(payload: string): Promise<void>;
}

export interface ReaderDeps {
	db: MessagesDatabase;
	log: Pick<Logger, 'warn' | 'debug'>;
	onParked: (consumer: string) => void;
	waits: Waits;
}

export function createReader<S extends z.ZodType>(consumer: Consumer<S>, deps: ReaderDeps): Reader {
	const { db, log, onParked, waits } = deps;
	/** How often each failed for another reason than an outage, by its key. */
	const failures = new Map<string, number>();

	async function handle(message: JournalMessage): Promise<Outcome> {
		if (!consumer.wants(message.subject)) return 'done';
		const reading = read(message.data, consumer.schema);
		if (!reading.ok) return setAside(message, reading.reason);
		try {
			const outcome = await consumer.effect(reading.message, message.attempts);
			failures.delete(keyOf(message));
			return outcome;
		} catch (error) {
			return failed(message, error);
		}
	}

	async function failed(message: JournalMessage, error: unknown): Promise<Outcome> {
		const kind = kindOf(error);
		const times = kind === 'failed' ? remember(keyOf(message)) : 0;
		const fate = fateOf(kind, times, waits);
		if (fate === 'park') return setAside(message, wordsOf(error));
		log.debug({ err: error, consumer: consumer.name, subject: message.subject }, 'a message is tried again');
		return fate;
	}

	function remember(key: string): number {
		const times = (failures.get(key) ?? 0) + 1;
		failures.delete(key);
		failures.set(key, times);
		if (failures.size > MAX_REMEMBERED) failures.delete(failures.keys().next().value!);
		return times;
	}

	/** While the database is away, nothing is set aside: it comes again. */
	async function setAside(message: JournalMessage, reason: string): Promise<Outcome> {
		const { subject, attempts } = message;
		const key = keyOf(message);
		const parking = { consumer: consumer.name, subject, key, payload: shown(message.data), reason, attempts };
		try {
			if (await park(db, parking)) onParked(consumer.name);
		} catch (error) {
			log.debug({ err: error, subject }, 'a message cannot be set aside yet');
			return { againInMs: waits.outageMs };
		}
		failures.delete(key);
		log.warn({ consumer: consumer.name, subject, reason }, 'a message was set aside');
		return 'done';
	}

	async function attempt(payload: string): Promise<void> {
		const reading = read(new TextEncoder().encode(payload), consumer.schema);
		if (!reading.ok) throw new AppError('conflict', `It cannot take effect. ${reading.reason}`);
		const outcome = await consumer.effect(reading.message, LAST_ATTEMPT);
		if (outcome !== 'done')
			throw new AppError('conflict', 'What has to happen before it did not happen yet. Try again later.');
	}

	return { handle, attempt };
}

/** The same for the same message, whoever it comes to. */
function keyOf({ id, subject, data }: JournalMessage): string {
	return createHash('sha256')
		.update(`${id ?? ''} ${subject} `)
		.update(data)
		.digest('hex');
}

function kindOf(error: unknown): FailureKind {
	if (isDatabaseInTrouble(error)) return 'outage';
	return error instanceof AppError && isRefusal(error.code) ? 'refused' : 'failed';
}

const wordsOf = (error: unknown): string => (error instanceof AppError ? error.message : causeChain(error));
