// The journal on JetStream: messages kept under their id, and consumers that share them until each has had its effect.
import {
	AckPolicy,
	DeliverPolicy,
	type ConsumerMessages,
	type JetStreamClient,
	type JsMsg
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../base/backoff.ts';
import { AppError, causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Journal, JournalMessage, Outcome } from '../journal.ts';
import type { JetStream } from './jetstream.ts';
import type { JournalPart } from './streams.ts';
import { createTally } from './tally.ts';
import type { WireSubjects } from './wire.ts';

const APPEND_TIMEOUT_MS = 4_000;
/** A message whose handler says nothing for so long comes again, to anybody. */
const ACK_WAIT_MS = 30_000;
/** Out with all instances together; those that wait for their next attempt count too. */
const MAX_ACK_PENDING = 512;
/** At once on one instance, of one stream. */
const AT_ONCE = 8;
/** Short heartbeats, so that a consumer which is gone is missed within seconds. */
const PULL = { expires: 10_000, idle_heartbeat: 1_500 };
/** A message whose handler failed comes again after up to so long, ms. */
const AGAIN = { baseMs: 1_000, capMs: 30_000 };
const RETRY_MS = 1_000;

export interface NatsJournalParts {
	jetStream: JetStream;
	wire: WireSubjects;
	log: Logger;
}

type Handler = (message: JournalMessage) => Promise<Outcome>;

interface Running {
	stop(): Promise<void>;
}

export function createNatsJournal({ jetStream, wire, log }: NatsJournalParts): Journal {
	async function publish(id: string, subject: string, data: string): Promise<void> {
		const { client } = jetStream.use();
		await client.publish(wire.journal('events', subject), data, { msgID: id, timeout: APPEND_TIMEOUT_MS });
	}
	return {
		async append({ id, subject, payload }) {
			const data = JSON.stringify(payload);
			try {
				await publish(id, subject, data).catch(async (error: unknown) => {
					// Nobody took it: the stream may have been deleted. Told twice under its id it is one.
					if (!isUntaken(error) || !(await jetStream.mend())) throw error;
					await publish(id, subject, data);
				});
			} catch (error) {
				throw notKept(error);
			}
		},
		consume(part, name, handler, about) {
			const stopping = new AbortController();
			const parts = { jetStream, log, wire, part, name, handler, signal: stopping.signal };
			const running = jetStream.streams
				.filter(
					({ part: of, config }) =>
						of === part && (about === undefined || config.subjects.includes(wire.journal(part, about)))
				)
				.map(({ config }) => consumeStream({ ...parts, stream: config.name }));
			return {
				async stop() {
					stopping.abort();
					await Promise.all(running.map((one) => one.stop()));
				}
			};
		},
		state: jetStream.state
	};
}

/** The client says so of a subject that no stream takes. */
const isUntaken = (error: unknown) =>
	error instanceof Error && /jetstream is not enabled|no responders/.test(causeChain(error));

function notKept(error: unknown): AppError {
	if (error instanceof AppError) return error;
	const why = `The journal did not keep the message: ${causeChain(error)}.`;
	return new AppError('unavailable', why, { cause: error, retryAfterS: 5 });
}

interface ConsumeParts extends NatsJournalParts {
	part: JournalPart;
	name: string;
	handler: Handler;
	stream: string;
	signal: AbortSignal;
}

/** One stream's consumer: made, read until it breaks, and made again, until stopped. */
function consumeStream(parts: ConsumeParts): Running {
	const { jetStream, stream, signal, log } = parts;
	const underWay = new Set<Promise<void>>();
	const broken = createTally(log, 'reading the journal broke off, and begins anew');
	let messages: ConsumerMessages | null = null;
	const end = () => void messages?.close();
	signal.addEventListener('abort', end, { once: true });

	async function readUntilBroken(): Promise<void> {
		messages = await openConsumer(parts);
		// Not awaited: what is closed ends when it is read.
		if (signal.aborted) end();
		for await (const message of messages) {
			const handling = handle(parts, message).finally(() => underWay.delete(handling));
			underWay.add(handling);
			if (underWay.size >= AT_ONCE) await Promise.race(underWay);
			if (signal.aborted) break;
		}
	}

	async function run(): Promise<void> {
		while (!signal.aborted) {
			try {
				await availability(jetStream, signal);
				await readUntilBroken();
			} catch (error) {
				if (signal.aborted) return;
				broken.add({ stream, reason: causeChain(error) });
			}
			if (!signal.aborted) {
				await sleep(backoffMs(1, { baseMs: RETRY_MS }), null, { signal }).catch(() => {});
				await jetStream.mend();
			}
		}
	}
	const running = run();
	return {
		async stop() {
			await running;
			await Promise.all(underWay);
		}
	};
}

/** Resolves once JetStream is there; rejects when the signal says to stop. */
function availability(jetStream: JetStream, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (jetStream.state().available) return resolve();
		const stopWaiting = jetStream.onAvailable(() => settle(resolve));
		const giveUp = () => settle(() => reject(new Error('stopped')));
		function settle(outcome: () => void): void {
			signal.removeEventListener('abort', giveUp);
			// Also where it was called while being registered.
			queueMicrotask(() => stopWaiting());
			outcome();
		}
		signal.addEventListener('abort', giveUp, { once: true });
	});
}

async function openConsumer({ jetStream, stream, name }: ConsumeParts): Promise<ConsumerMessages> {
	const { client, manager } = jetStream.use();
	// One that is there stays as it is: an operator may have changed it.
	const isThere = await manager.consumers.info(stream, name).then(
		() => true,
		() => false
	);
	if (isThere) return read(client, stream, name);
	await manager.consumers.add(stream, {
		durable_name: name,
		ack_policy: AckPolicy.Explicit,
		deliver_policy: DeliverPolicy.All,
		ack_wait: nanos(ACK_WAIT_MS),
		max_ack_pending: MAX_ACK_PENDING
	});
	return read(client, stream, name);
}

async function read(client: JetStreamClient, stream: string, name: string): Promise<ConsumerMessages> {
	const consumer = await client.consumers.get(stream, name);
	return consumer.consume({ ...PULL, max_messages: AT_ONCE, abort_on_missing_resource: true });
}

async function handle({ handler, wire, part, log, name }: ConsumeParts, message: JsMsg): Promise<void> {
	const attempts = message.info.deliveryCount;
	try {
		const outcome = await handler({
			id: message.headers?.get('Nats-Msg-Id') || null,
			subject: message.subject.slice(wire.journal(part, '').length),
			data: message.data,
			attempts
		});
		settle(message, outcome);
	} catch (error) {
		log.warn({ err: error, consumer: name, subject: message.subject, attempts }, 'a message failed');
		settle(message, { againInMs: 100 + backoffMs(attempts, AGAIN) });
	}
}

/** What NATS does not hear it asks again: the message comes once more. */
function settle(message: JsMsg, outcome: Outcome): void {
	try {
		if (outcome === 'done') message.ack();
		else message.nak(Math.max(0, outcome.againInMs));
	} catch {
		// The connection is closed.
	}
}
