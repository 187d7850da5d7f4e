// Whether JetStream can be used now: asked at every connection, and again every few seconds until it can.
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { AppError, causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { JournalState } from '../journal.ts';
import type { Link } from './connection.ts';
import { ensureStreams, journalStreams, type JournalStream } from './streams.ts';
import type { WireSubjects } from './wire.ts';

const NOT_ASKED = 'JetStream has yet to answer';
const ASK_AGAIN_MS = 2_000;
/** A NATS cluster of so many servers keeps so many copies of each message. */
const REPLICAS = 3;

export interface JetStreamAccess {
	client: JetStreamClient;
	manager: JetStreamManager;
	/** Copies a cluster keeps of everything; 1 on a single server. */
	replicas: number;
}

export interface JetStream {
	/** Throws `unavailable`, saying why. */
	use(): JetStreamAccess;
	streams: JournalStream[];
	state(): JournalState;
	/** Something that was there is gone: looks, and makes it, now. True when all is there. */
	mend(): Promise<boolean>;
	/** Calls the handler each time everything is there; the returned function ends that. */
	onAvailable(handler: () => void): () => void;
	close(): void;
}

export interface JetStreamParts {
	link: Link;
	prefix: string;
	wire: WireSubjects;
	log: Logger;
}

export function createJetStream({ link, prefix, wire, log }: JetStreamParts): JetStream {
	const streams = journalStreams(prefix, wire);
	const handlers = new Set<() => void>();
	let access: JetStreamAccess | null = null;
	let reason = NOT_ASKED;
	let mending: Promise<boolean> | null = null;
	let timer: NodeJS.Timeout | null = null;
	let closed = false;

	async function look(): Promise<boolean> {
		const connection = link.connection();
		if (connection === null || closed) return false;
		try {
			const manager = await jetstreamManager(connection);
			const replicas = replicasOf(connection);
			await ensureStreams(manager, streams, replicas);
			access = { client: jetstream(connection), manager, replicas };
			if (reason !== '') log.info('the journal is there: JetStream keeps messages');
			reason = '';
		} catch (error) {
			missing(wordsOf(error));
			return false;
		}
		for (const handler of handlers) handler();
		return true;
	}

	function missing(words: string): void {
		access = null;
		if (words !== reason) log.warn({ reason: words }, 'the journal is away');
		reason = words;
		if (timer) clearTimeout(timer);
		timer = setTimeout(() => void mend(), ASK_AGAIN_MS);
		timer.unref();
	}

	function mend(): Promise<boolean> {
		mending ??= look().finally(() => (mending = null));
		return mending;
	}

	const stopFollowing = link.onConnect(() => {
		access = null;
		reason = NOT_ASKED;
		void mend();
	});

	function state(): JournalState {
		const { connected, reason: away } = link.state();
		if (!connected) return { available: false, reason: away };
		return access === null ? { available: false, reason } : { available: true, reason: null };
	}

	return {
		streams,
		use() {
			if (access !== null && state().available) return access;
			throw new AppError('unavailable', `The journal is away: ${state().reason}.`, { retryAfterS: 5 });
		},
		state,
		mend,
		onAvailable(handler) {
			handlers.add(handler);
			if (access !== null) handler();
			return () => void handlers.delete(handler);
		},
		close() {
			closed = true;
			stopFollowing();
			handlers.clear();
			if (timer) clearTimeout(timer);
		}
	};
}

function wordsOf(error: unknown): string {
	if (error instanceof Error && error.name === 'JetStreamNotEnabled') {
		return 'NATS has no JetStream: start nats-server with -js';
	}
	return `JetStream: ${causeChain(error)}`;
}

function replicasOf({ info }: NatsConnection): number {
	return (info?.connect_urls?.length ?? 1) >= REPLICAS ? REPLICAS : 1;
}
