// One event stream from the server, kept open: reopened when the wanted streams change, retried with backoff when it breaks.
import type { LiveEventName, LiveEvents } from '#lib/contracts/live.ts';
import { reconnectDelayMs } from './backoff.ts';

export type Connection = 'connecting' | 'open' | 'lost' | 'paused';

export interface LinkHandlers {
	event: <K extends LiveEventName>(name: K, data: LiveEvents[K]) => void;
	/** `retryAt`: when the next attempt is due, ms since the epoch; null unless the link is lost. */
	connection: (state: Connection, retryAt: number | null) => void;
	signedOut: () => void;
	/** A wanted stream is no longer in the registry: take it out, the link waits for that. */
	unknownStream: () => void;
}

/** Heartbeats come every 10 s; two missed ones mean the link is dead although the socket is open. */
const SILENCE_MS = 25_000;
const EVENT_NAMES: readonly LiveEventName[] = ['frame', 'status', 'heartbeat', 'detection', 'alert'];

/**
 * One EventSource at a time, because a browser allows six connections to an origin and an event stream holds one for
 * good. Only while it is replaced are there two: the old one closes when the new one has opened, so no picture is lost.
 */
export class LiveLink {
	readonly #url: string;
	readonly #handlers: LinkHandlers;
	#source: EventSource | null = null;
	#wanted = queryOf([], false);
	#opened: string | null = null;
	#attempt = 0;
	#heardAt = 0;
	#state: Connection = 'connecting';
	#retry: ReturnType<typeof setTimeout> | undefined;

	constructor(url: string, handlers: LinkHandlers) {
		this.#url = url;
		this.#handlers = handlers;
	}

	/**
	 * Opens the link for these streams' pictures, and for every stream's detections if told, unless it is open for them
	 * already. While paused or waiting it is only noted.
	 */
	want(streamIds: readonly string[], everyDetection: boolean): void {
		this.#wanted = queryOf(streamIds, everyDetection);
		if (this.#state === 'paused' || this.#state === 'lost' || this.#opened === this.#wanted) return;
		this.#open();
	}

	/** Tries at once: after a pause, or because the reader does not want to wait. */
	reconnect(): void {
		this.#attempt = 0;
		this.#tell('connecting');
		this.#open();
	}

	pause(): void {
		this.#drop();
		this.#tell('paused');
	}

	close(): void {
		this.#drop();
	}

	/** Call now and then: a socket that has gone silent is given up and opened again. */
	checkSilence(now: number): void {
		if (this.#state === 'open' && now - this.#heardAt > SILENCE_MS) this.#lose();
	}

	#open(): void {
		clearTimeout(this.#retry);
		const previous = this.#source;
		const source = new EventSource(`${this.#url}?${this.#wanted}`);
		this.#source = source;
		this.#opened = this.#wanted;
		source.onopen = () => {
			previous?.close();
			if (source === this.#source) this.#onOpen();
		};
		source.onerror = () => {
			previous?.close();
			if (source === this.#source) this.#lose();
		};
		for (const name of EVENT_NAMES) this.#hear(source, name);
	}

	#hear<K extends LiveEventName>(source: EventSource, name: K): void {
		source.addEventListener(name, (event: MessageEvent<string>) => {
			this.#heardAt = Date.now();
			this.#handlers.event(name, JSON.parse(event.data) as LiveEvents[K]);
		});
	}

	#onOpen(): void {
		this.#attempt = 0;
		this.#heardAt = Date.now();
		this.#tell('open');
	}

	/** The browser's own retry has neither backoff nor jitter: the source is closed and opened again by hand. */
	#lose(): void {
		this.#drop();
		const delay = reconnectDelayMs(this.#attempt++);
		this.#tell('lost', Date.now() + delay);
		this.#retry = setTimeout(() => this.#open(), delay);
		void this.#askWhy();
	}

	/** EventSource hides the HTTP status, so one plain request asks why: the session has ended, or a stream is gone. */
	async #askWhy(): Promise<void> {
		const stop = new AbortController();
		try {
			const answer = await fetch(`${this.#url}?${this.#wanted}`, { signal: stop.signal });
			if (answer.status === 401) this.#handlers.signedOut();
			if (answer.status === 404) this.#handlers.unknownStream();
		} catch {
			// The server is not there: the retry already scheduled will find out when it is.
		} finally {
			stop.abort();
		}
	}

	#drop(): void {
		clearTimeout(this.#retry);
		this.#source?.close();
		this.#source = null;
		this.#opened = null;
	}

	#tell(state: Connection, retryAt: number | null = null): void {
		this.#state = state;
		this.#handlers.connection(state, retryAt);
	}
}

/** Pictures of these streams alone, statuses of all. */
function queryOf(streamIds: readonly string[], everyDetection: boolean): string {
	const query = `statuses=all&streams=${encodeURIComponent(streamIds.join(','))}`;
	return everyDetection ? `${query}&detections=all` : query;
}
