// The messages room's door: what the journal brings is read and takes effect; what nobody can do anything with is set aside, shown and tried again.
import { setTimeout as sleep } from 'node:timers/promises';
import { journalCommand, journalEvent, type JournalEvent, type ParkedMessage } from '#lib/contracts/event.ts';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Journal, Outcome } from '../bus/index.ts';
import { COMMANDS, createCommands, type CommandPorts } from './commands.ts';
import { createReader, type Reader } from './reader.ts';
import { shown, WAITS, type Waits } from './rules.ts';
import * as store from './store.ts';

export type { CommandPorts } from './commands.ts';

const STOP_WITHIN_MS = 1500;

/** Under which name events are consumed, for all relays together. */
export const DELIVERIES = 'deliveries';

export interface MessagesDeps {
	db: store.MessagesDatabase;
	/** Null: nothing is consumed. */
	journal: Journal | null;
	log: Logger;
	/** Lets an alert's event take effect, once however often it comes. */
	deliver: (event: JournalEvent, attempts: number) => Promise<Outcome>;
	commands: CommandPorts;
	/** Tests only. */
	waits?: Partial<Waits>;
}

export interface Messages {
	/** Newest first. */
	parked(limit: number): Promise<ParkedMessage[]>;
	/** Lets it take effect now, and forgets it. Throws `not_found`, and `conflict` where it still cannot, saying why. */
	retry(id: string): Promise<void>;
	/** Throws `not_found`. */
	remove(id: string): Promise<void>;
	/** For health and metrics: messages set aside that nobody has looked after. */
	parkedCount(): Promise<number>;
	/** Set aside by this instance since it started, by consumer. */
	parkedHere(): { consumer: string; count: number }[];
	/** Sets an event aside that waited in the outbox and cannot be planned. */
	parkEvent(told: JournalEvent, error: unknown, attempts: number): Promise<void>;
	/** Begins to consume; everything else works without it. */
	start(): void;
	stop(): Promise<void>;
}

export function createMessages({ db, journal, log, deliver, commands, ...rest }: MessagesDeps): Messages {
	const here = new Map<string, number>();
	const onParked = (consumer: string) => void here.set(consumer, (here.get(consumer) ?? 0) + 1);
	const command = createCommands(db, commands, log);
	const deps = { db, log, onParked, waits: { ...WAITS, ...rest.waits } };
	const readers: Record<string, Reader> = {
		[DELIVERIES]: createReader(
			{
				name: DELIVERIES,
				schema: journalEvent,
				// Results and runs are for other programs.
				wants: (subject) => !/^(result|run)\./.test(subject),
				effect: deliver
			},
			deps
		),
		[COMMANDS]: createReader(
			{
				name: COMMANDS,
				schema: journalCommand,
				wants: () => true,
				effect: (given) => command(given).then(() => 'done')
			},
			deps
		)
	};
	const running: { stop(): Promise<void> }[] = [];

	async function requireParked(id: string): Promise<ParkedMessage> {
		const found = isUuid(id) ? await store.findParked(db, id) : null;
		if (!found) throw new AppError('not_found', `There is no parked message ${id.slice(0, 64)}.`);
		return found;
	}

	return {
		parked: (limit) => store.listParked(db, limit),
		async retry(id) {
			const { consumer, payload } = await requireParked(id);
			const reader = readers[consumer];
			if (!reader) throw new AppError('conflict', `Nothing here reads messages for ${consumer} any more.`);
			await reader.attempt(payload);
			await store.removeParked(db, id);
		},
		async remove(id) {
			await store.removeParked(db, (await requireParked(id)).id);
		},
		parkedCount: () => store.countParked(db),
		parkedHere: () => [...here].map(([consumer, count]) => ({ consumer, count })),
		async parkEvent(told, error, attempts) {
			const subject = `${told.topic}.${told.subject_id}`;
			const payload = shown(new TextEncoder().encode(JSON.stringify(told)));
			const reason = causeChain(error);
			const parking = { consumer: DELIVERIES, subject, key: told.id, payload, reason, attempts };
			if (await store.park(db, parking)) onParked(DELIVERIES);
		},
		start() {
			if (!journal || running.length > 0) return;
			running.push(journal.consume('events', DELIVERIES, readers[DELIVERIES]!.handle, 'alert.>'));
			running.push(journal.consume('commands', COMMANDS, readers[COMMANDS]!.handle));
		},
		async stop() {
			const stopping = running.splice(0).map((consumer) => consumer.stop());
			// A journal that is away may be waited for longer; what is not acknowledged comes again.
			await Promise.race([Promise.all(stopping), sleep(STOP_WITHIN_MS, null, { ref: false })]);
		}
	};
}

function isUuid(id: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}
