// The connection to NATS: made in the background where NATS is away, made again for ever, and never fed faster than it swallows.
import { connect, type Msg, type NatsConnection, type Status } from '@nats-io/transport-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../base/backoff.ts';
import type { Logger } from '../../base/log.ts';
import { hopeless, reasonOf } from './failure.ts';
import { connectionOptions, hostOf, type NatsConfig } from './options.ts';
import { createTally } from './tally.ts';

const RETRY = { baseMs: 500, capMs: 2_000 };
/** What NATS takes unless it says otherwise, bytes. */
const DEFAULT_MAX_PAYLOAD = 1_048_576;
/** What is said at close waits so long at most, ms. */
const LAST_WORDS_MS = 1_000;

export interface Link {
	/** Handed over at once, or not at all: false while NATS is away or does not keep up. */
	publish(subject: string, data: Uint8Array | string): boolean;
	/** Goes on through outages, until the returned function is called. */
	subscribe(subject: string, handler: (message: Msg) => void): () => void;
	/** Null while NATS is away. */
	connection(): NatsConnection | null;
	/** Calls it now where connected, and after each connection from now on; the returned function ends that. */
	onConnect(handler: () => void): () => void;
	/** Bytes of one message. */
	maxPayload(): number;
	state(): { connected: boolean; lostAt: Date | null; reason: string | null };
	sent(): { messages: number; bytes: number };
	/** Sends what waits, for at most a second. */
	close(): Promise<void>;
}

interface Subscribed {
	subject: string;
	handler: (message: Msg) => void;
	end: (() => void) | null;
}

/** Resolves when connected, or when NATS turned out to be away; throws StartupError where it cannot be used at all. */
export async function openLink(config: NatsConfig, log: Logger): Promise<Link> {
	const options = connectionOptions(config);
	const host = hostOf(config);
	const subscriptions = new Set<Subscribed>();
	const connectHandlers = new Set<() => void>();
	const refused = createTally(log, 'NATS refused something');
	const window = createWindow();
	const counted = { messages: 0, bytes: 0 };
	const ending = new AbortController();
	let live: NatsConnection | null = null;
	let latest: NatsConnection | null = null;
	let lost: { at: Date; reason: string } | null = { at: new Date(), reason: 'not connected yet' };

	const first = await connect(options).catch(async (error: unknown) => {
		const stop = await hopeless(error, config);
		if (stop) throw stop;
		away(reasonOf(error, config));
		return null;
	});
	run(first).catch((error: unknown) => {
		if (!ending.signal.aborted) log.error({ err: error }, 'the connection to NATS is given up');
	});

	async function run(given: NatsConnection | null): Promise<void> {
		let next = given;
		for (let attempt = 1; !ending.signal.aborted; attempt++) {
			if (next === null) await sleep(100 + backoffMs(attempt, RETRY), null, { signal: ending.signal });
			next ??= await connect(options).catch((error: unknown) => {
				away(reasonOf(error, config));
				return null;
			});
			if (next === null) continue;
			attempt = 0;
			await attend(next);
			next = null;
		}
	}

	/** Until the connection is closed for good: the client itself mends one that breaks. */
	async function attend(connection: NatsConnection): Promise<void> {
		latest = connection;
		if (ending.signal.aborted) return connection.close();
		for (const entry of subscriptions) subscribeOn(connection, entry);
		present(connection);
		for await (const status of connection.status()) follow(connection, status);
		if (!ending.signal.aborted) away('the connection was closed');
	}

	function follow(connection: NatsConnection, status: Status): void {
		if (status.type === 'disconnect') away('the connection broke');
		else if (status.type === 'reconnect') present(connection);
		else if (status.type === 'error') refused.add({ reason: reasonOf(status.error, config) });
	}

	function present(connection: NatsConnection): void {
		live = connection;
		window.open(connection);
		if (lost !== null) log.info({ nats: host }, 'connected to NATS');
		lost = null;
		for (const handler of connectHandlers) handler();
	}

	function away(reason: string): void {
		live = null;
		window.shut();
		const words = `NATS at ${host} is away: ${reason}`;
		if (lost === null || lost.reason === 'not connected yet') {
			log.warn({ nats: host, reason }, 'NATS is away; this instance works on, alone, until it is back');
		}
		lost = { at: lost?.at ?? new Date(), reason: words };
	}

	function subscribeOn(connection: NatsConnection, entry: Subscribed): void {
		const subscription = connection.subscribe(entry.subject, {
			callback: (error, message) => {
				if (error) refused.add({ reason: reasonOf(error, config), subject: entry.subject });
				else entry.handler(message);
			}
		});
		entry.end = () => {
			if (!connection.isClosed()) subscription.unsubscribe();
		};
	}

	return {
		publish(subject, data) {
			if (live === null || live.isClosed() || window.full()) return false;
			try {
				live.publish(subject, data);
			} catch {
				return false; // Closed this very moment.
			}
			counted.messages += 1;
			counted.bytes += data.length;
			window.sent(data.length);
			return true;
		},
		subscribe(subject, handler) {
			const entry: Subscribed = { subject, handler, end: null };
			subscriptions.add(entry);
			if (latest !== null && !latest.isClosed()) subscribeOn(latest, entry);
			return () => {
				subscriptions.delete(entry);
				entry.end?.();
			};
		},
		connection: () => live,
		onConnect(handler) {
			connectHandlers.add(handler);
			if (live !== null) handler();
			return () => void connectHandlers.delete(handler);
		},
		maxPayload: () => live?.info?.max_payload ?? DEFAULT_MAX_PAYLOAD,
		state: () => ({ connected: lost === null, lostAt: lost?.at ?? null, reason: lost?.reason ?? null }),
		sent: () => ({ ...counted }),
		async close() {
			ending.abort();
			if (live !== null) await Promise.race([live.flush().catch(() => {}), sleep(LAST_WORDS_MS)]);
			live = null;
			// An attempt under way ends by its own timeout; nobody waits for it.
			await latest?.close();
		}
	};
}

/** Unconfirmed bytes beyond which nothing more is handed over: a NATS that hangs must not fill our memory. */
const WINDOW_BYTES = 16 * 1_048_576;
const CONFIRM_EVERY_BYTES = 262_144;

interface Window {
	open(connection: NatsConnection): void;
	shut(): void;
	sent(bytes: number): void;
	full(): boolean;
}

/** Counts what NATS has not confirmed with a pong yet. */
function createWindow(): Window {
	let connection: NatsConnection | null = null;
	let unconfirmed = 0;
	let asking = false;

	async function confirm(of: NatsConnection): Promise<void> {
		asking = true;
		const asked = unconfirmed;
		try {
			await of.flush();
			if (connection === of) unconfirmed = Math.max(0, unconfirmed - asked);
		} catch {
			// Broken meanwhile: `open` begins anew.
		} finally {
			asking = false;
		}
	}
	return {
		open(next) {
			connection = next;
			unconfirmed = 0;
		},
		shut: () => void (connection = null),
		sent(bytes) {
			unconfirmed += bytes;
			if (!asking && unconfirmed >= CONFIRM_EVERY_BYTES && connection) void confirm(connection);
		},
		full: () => unconfirmed > WINDOW_BYTES
	};
}
