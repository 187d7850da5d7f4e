// The page's live feed: statuses of every stream, pictures of those on screen, the state of the link. What changes is reactive.
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { LiveEventName, LiveEvents, LiveHeartbeat } from '#lib/contracts/live.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { seconds } from '../ui/now.svelte.ts';
import type { LivePicture } from './draw.ts';
import { LiveLink, type Connection } from './link.ts';
import { Pictures, type PictureListener } from './pictures.ts';
import { readPast } from './past.ts';
import { appendSample, withPast, type TailSample } from './tail.ts';

export interface LiveFeedOptions {
	/** Address of the event stream; `streams` is added to it. */
	url?: string;
	/** Called when the server no longer knows who we are. */
	onSignedOut?: () => void;
	/** Called when a stream on the page is no longer in the registry: the list must be read again. */
	onUnknownStream?: () => void;
}

/** Events that the feed passes on without keeping them. */
type HeardEvent = 'alert' | 'detection';

/** Wanted streams change in bursts (a grid is mounted tile by tile): one reopening serves them all. */
const SETTLE_MS = 120;
/** A hidden tab keeps its link this long, so that a glance at another tab costs nothing. */
const HIDDEN_GRACE_MS = 10_000;
/** Clocks closer than this are taken as equal: what is left is the network's own delay. */
const CLOCK_TOLERANCE_MS = 1500;

/** One a page: the layout makes it (`provideLiveFeed`), starts it in an effect, and everybody below uses it. */
export class LiveFeed {
	/** The link's state, for the bar. */
	connection = $state<Connection>('connecting');
	/** When the next attempt is due, ms since the epoch; null unless the link is lost. */
	retryAt = $state<number | null>(null);
	/** Seconds between capture and arrival of the newest picture, once a second; null before the first. */
	behindS = $state<number | null>(null);
	/** Grows when something may not have been heard, as the link opens or was too slow: who lists what the feed tells reads it again. */
	opens = $state(0);
	/** Frames the server dropped for this page since the link opened, as its heartbeats tell. */
	dropped = $state(0);
	/** Status by stream id. */
	readonly statuses = new SvelteMap<string, StreamStatus>();
	/** Watched streams that have a picture. */
	readonly seen = new SvelteSet<string>();
	/** The last five minutes by stream id, oldest first, one sample a second: a new array each second. */
	readonly #tails = new SvelteMap<string, TailSample[]>();

	/** Streams whose past was asked for; those that wait for it, newest wish last. */
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
	readonly #recalled = new Set<string>();
	readonly #toRecall: string[] = [];
	#recalling = false;

	readonly #pictures = new Pictures((streamId) => this.seen.add(streamId));
	readonly #link: LiveLink;
	/* eslint-disable svelte/prefer-svelte-reactivity -- nothing shows who listens */
	readonly #hearers: { [K in HeardEvent]: Set<(event: LiveEvents[K]) => void> } = {
		alert: new Set(),
		detection: new Set()
	};
	/* eslint-enable svelte/prefer-svelte-reactivity */
	#clockOffsetMs = 0;
	#missed = 0;
	#settle: ReturnType<typeof setTimeout> | undefined;
	#hide: ReturnType<typeof setTimeout> | undefined;
	#tick: ReturnType<typeof setInterval> | undefined;

	constructor(options: LiveFeedOptions = {}) {
		this.#link = new LiveLink(options.url ?? '/api/v1/live', {
			event: (name, data) => this.#onEvent(name, data),
			connection: (state, retryAt) => this.#onConnection(state, retryAt),
			signedOut: options.onSignedOut ?? (() => location.assign('/login')),
			unknownStream: options.onUnknownStream ?? (() => undefined)
		});
	}

	/** Opens the link. Returns the function that ends it; meant for `$effect(() => feed.start())` in the layout. */
	start(): () => void {
		this.#tick = setInterval(() => this.#everySecond(), 1000);
		document.addEventListener('visibilitychange', this.#onVisibility);
		this.#settleWanted();
		return () => this.close();
	}

	/** Asks for a stream's pictures while it is on screen. Returns the function that stops asking. */
	watch(streamId: string, listener: PictureListener): () => void {
		this.#pictures.add(streamId, listener);
		this.#settleWanted();
		return () => {
			this.#pictures.remove(streamId, listener);
			this.#settleWanted();
		};
	}

	/** Hears every alert, or stored detection, of every stream as it comes. Returns the function that stops. */
	on<K extends HeardEvent>(name: K, hear: (event: LiveEvents[K]) => void): () => void {
		this.#hearers[name].add(hear);
		// Detections of streams without a picture here are sent only while somebody hears them.
		if (name === 'detection') this.#settleWanted();
		return () => {
			this.#hearers[name].delete(hear);
			if (name === 'detection') this.#settleWanted();
		};
	}

	/** ms since the epoch, once a second: for ages and countdowns. Reactive. */
	get now(): number {
		return seconds.now;
	}

	/** ms since the epoch by the server's clock, once a second: what it stores is dated so. Reactive. */
	get serverNow(): number {
		return seconds.now - this.#clockOffsetMs;
	}

	/** The newest decoded picture; its bitmap is closed when the next one arrives, so draw it at once. */
	picture(streamId: string): LivePicture | null {
		return this.#pictures.get(streamId);
	}

	/** The stream's last five minutes, oldest first. Reactive. */
	tail(streamId: string): readonly TailSample[] {
		return this.#tails.get(streamId) ?? [];
	}

	/** ms from capture until `at`, corrected for a server clock that differs from this one. */
	ageMs(capturedAt: string, at = Date.now()): number {
		return Math.max(0, at - this.#clockOffsetMs - Date.parse(capturedAt));
	}

	/** Puts the stored past in front of the stream's tail, once a page: for whoever draws it. */
	recall(streamId: string): void {
		if (this.#recalled.has(streamId)) return;
		this.#recalled.add(streamId);
		this.#toRecall.push(streamId);
		if (!this.#recalling) void this.#recallOneByOne();
	}

	/** Tries again at once instead of waiting for the next attempt. */
	reconnect(): void {
		this.#link.reconnect();
	}

	close(): void {
		clearInterval(this.#tick);
		clearTimeout(this.#settle);
		clearTimeout(this.#hide);
		document.removeEventListener('visibilitychange', this.#onVisibility);
		this.#link.close();
		this.#pictures.close();
	}

	#settleWanted(): void {
		clearTimeout(this.#settle);
		this.#settle = setTimeout(() => {
			this.#link.want(this.#pictures.wanted, this.#hearers.detection.size > 0);
			for (const id of this.#pictures.forgetUnwatched(Date.now())) this.seen.delete(id);
		}, SETTLE_MS);
	}

	/** What was wished last comes first: it is what somebody looks at now. */
	async #recallOneByOne(): Promise<void> {
		this.#recalling = true;
		for (let id = this.#toRecall.pop(); id !== undefined; id = this.#toRecall.pop()) {
			try {
				const past = await readPast(id);
				this.#tails.set(id, withPast(past, this.#tails.get(id) ?? []));
			} catch {
				// A chart that begins empty is no fault to tell of; the next page asks again.
			}
		}
		this.#recalling = false;
	}

	#onEvent<K extends LiveEventName>(name: K, data: LiveEvents[K]): void {
		const event = { name, data } as { [N in LiveEventName]: { name: N; data: LiveEvents[N] } }[LiveEventName];
		switch (event.name) {
			case 'frame':
				return this.#pictures.take(event.data, Date.now());
			case 'status':
				return this.#onStatus(event.data);
			case 'heartbeat':
				return this.#onHeartbeat(event.data);
			case 'alert':
				return this.#hearers.alert.forEach((hear) => hear(event.data));
			case 'detection':
				return this.#hearers.detection.forEach((hear) => hear(event.data));
		}
	}

	#onConnection(state: Connection, retryAt: number | null): void {
		if (state === 'open' && this.connection !== 'open') this.opens++;
		this.connection = state;
		this.retryAt = retryAt;
	}

	#onStatus(status: StreamStatus): void {
		this.statuses.set(status.streamId, status);
		const at = Math.floor((Date.now() - this.#clockOffsetMs) / 1000);
		const flow = status.status === 'connected' ? status.flow : null;
		this.#tails.set(status.streamId, appendSample(this.#tails.get(status.streamId) ?? [], { at, flow }));
	}

	#onHeartbeat(beat: LiveHeartbeat): void {
		this.dropped = beat.dropped;
		if (beat.missed > this.#missed) this.opens++;
		this.#missed = beat.missed;
		const offset = Date.now() - Date.parse(beat.at);
		this.#clockOffsetMs = Math.abs(offset) < CLOCK_TOLERANCE_MS ? 0 : offset;
	}

	#everySecond(): void {
		const newest = this.#pictures.latest();
		this.behindS = newest ? this.ageMs(newest.frame.capturedAt, newest.receivedAt) / 1000 : null;
		this.#link.checkSilence(Date.now());
	}

	#onVisibility = (): void => {
		clearTimeout(this.#hide);
		if (document.visibilityState === 'hidden') {
			this.#hide = setTimeout(() => this.#link.pause(), HIDDEN_GRACE_MS);
		} else if (this.connection === 'paused') {
			this.#link.reconnect();
		}
	};
}
