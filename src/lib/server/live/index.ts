// The live room: hands pictures and statuses from the bus to everybody who watches, each at the pace they can take.
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { AppError } from '../base/errors.ts';
import { skewOf, subjects, type Bus, type Origin } from '../bus/index.ts';
import { createClient, type Client } from './client.ts';
import { shareFrame, type SharedFrame } from './frame.ts';
import { createMjpegReader, type MjpegReader } from './mjpeg.ts';
import type { Display } from './overlay.ts';
import { createStills, type Still } from './still.ts';
import { createFanOutRate } from './rate.ts';
import { createWatching } from './watching.ts';

export type { Display, Evidence } from './overlay.ts';
export { renderEvidence } from './overlay.ts';
export type { ZoneOutline } from './marks.ts';
export type { Still } from './still.ts';
export { MJPEG_BOUNDARY } from './mjpeg.ts';

export interface LiveDeps {
	bus: Bus;
	/** How streams are doing, wherever they run. */
	fleet: {
		statuses(): StreamStatus[];
		status(streamId: string): StreamStatus;
		onStatus(handler: (status: StreamStatus) => void): () => void;
		isRemote(streamId: string): boolean;
	};
	/** Pictures a second a stream. */
	fps: number;
}

export interface Snapshot {
	jpeg: Uint8Array;
	capturedAt: Date;
	/** No newer picture came although one should have, or the stream is not connected. Motion is not drawn on it. */
	stale: boolean;
}

export interface EventsOptions {
	/** Whose statuses come; those of the streams whose pictures come unless told. */
	statuses?: readonly string[] | 'all' | undefined;
	/** Whose stored detections come; those of the streams whose pictures come unless told. */
	detections?: 'all' | undefined;
}

export interface Live {
	/**
	 * Server-sent events of these streams until the signal aborts: pictures, statuses, heartbeats. Statuses and the
	 * newest pictures come at once. Throws `unavailable` when too many clients watch already.
	 */
	events(
		streamIds: readonly string[] | 'all',
		signal: AbortSignal,
		options?: EventsOptions
	): ReadableStream<Uint8Array>;
	/** Endless JPEGs; with `display` motion is drawn on them, and asked for again when the stream's record changes. */
	mjpeg(
		streamId: string,
		display: (() => Promise<Display>) | null,
		signal: AbortSignal
	): ReadableStream<Uint8Array>;
	/** The newest picture, waited for briefly where the stream runs on another instance; null before the first. */
	snapshot(streamId: string, display: Display | null): Promise<Snapshot | null>;
	/** The same, as it came. */
	newest(streamId: string): Promise<SharedFrame | null>;
	/**
	 * A picture of a stream that runs here, captured at `notBefore` (ms since the epoch) or just after it, waited for at most `waitMs`; failing that the
	 * newest there is, unless it is stale; null without any.
	 */
	still(streamId: string, notBefore: number, waitMs: number): Promise<Still | null>;
	/** Pictures a second a stream, from now on. */
	setFps(fps: number): void;
	/** Clients of the event stream. */
	clients(): number;
	/** Ends every stream at once, so that a shutdown waits for nobody. */
	close(): void;
}

const HEARTBEAT_MS = 10_000;
const MAX_CLIENTS = 256;
const MAX_MJPEG_READERS = 32;
/** A client is sent away after this long, so that it signs in anew: a session that ended must not go on watching. */
const MAX_AGE_MS = 60 * 60_000;
/** A picture older than this is stale even where analysis goes on. */
const STALE_AFTER_MS = 10_000;
/** How long the first picture from another instance is waited for, and for how long the newest one will do, ms. */
const FIRST_WITHIN_MS = 3000;
const NEW_ENOUGH_MS = 2000;

export function createLive({ bus, fleet, fps }: LiveDeps): Live {
	const clients = new Set<Client>();
	const readers = new Map<MjpegReader, string>();
	const latest = new Map<string, SharedFrame>();
	const stills = createStills();
	const awaited = new Map<string, Set<(shared: SharedFrame) => void>>();
	const rate = createFanOutRate(fps);
	const watching = createWatching({
		watch: (key) => bus.watch(subjects.frame, key),
		onIdle: forgetUnwatched
	});
	let closed = false;

	const unsubscribe = [
		bus.subscribe(subjects.frame, show),
		bus.subscribe(subjects.alert, (alert) => {
			for (const client of clients) client.alert(alert);
		}),
		bus.subscribe(subjects.detection, (detection) => {
			for (const client of clients)
				if (client.wantsDetections(detection.stream_id)) client.detection(detection);
		}),
		fleet.onStatus((status) => {
			for (const client of clients) if (client.wantsStatus(status.streamId)) client.status(status);
		}),
		bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
			if (change === 'deleted') forget(streamId);
		})
	];
	const beating = setInterval(() => {
		for (const client of clients) client.heartbeat(new Date());
	}, HEARTBEAT_MS);

	function show(said: PreviewFrame, origin: Origin): void {
		if (origin.here) stills.offer(said);
		// One that was still under way when the last watcher left.
		else if (!watching.wanted(said.streamId)) return;
		if (!rate.admits(said.streamId, performance.now())) return;
		const skew = skewOf(origin);
		const frame = skew === 0 ? said : { ...said, capturedAt: said.capturedAt + skew };
		const { streamId } = frame;
		const shared = shareFrame(frame, origin.here);
		latest.set(streamId, shared);
		for (const client of clients) if (client.wantsFrames(streamId)) client.frame(streamId, shared.event);
		for (const [reader, id] of readers) if (id === streamId) reader.offer(shared);
		for (const take of awaited.get(streamId) ?? []) take(shared);
	}

	/** What nobody asks other instances for any more grows old here. */
	function forgetUnwatched(): void {
		for (const [id, { here }] of latest) if (!here && !watching.wanted(id)) latest.delete(id);
	}

	async function newest(streamId: string): Promise<SharedFrame | null> {
		const known = latest.get(streamId) ?? null;
		if (!fleet.isRemote(streamId)) return known;
		const leave = watching.want([streamId]);
		try {
			if (known && performance.now() - known.arrivedAt < NEW_ENOUGH_MS) return known;
			const { status } = fleet.status(streamId);
			const comes = status === 'connected' || status === 'starting';
			return (comes ? await next(streamId) : null) ?? known;
		} finally {
			leave();
		}
	}

	/** The next picture of a stream; null when none comes in time. */
	function next(streamId: string): Promise<SharedFrame | null> {
		const { promise, resolve } = Promise.withResolvers<SharedFrame | null>();
		const waiting = awaited.get(streamId) ?? new Set();
		awaited.set(streamId, waiting.add(resolve));
		const late = setTimeout(() => resolve(null), FIRST_WITHIN_MS);
		return promise.finally(() => {
			clearTimeout(late);
			waiting.delete(resolve);
			if (waiting.size === 0) awaited.delete(streamId);
		});
	}

	function forget(streamId: string): void {
		latest.delete(streamId);
		rate.forget(streamId);
		for (const [reader, id] of readers) if (id === streamId) reader.close();
	}

	function greet(client: Client): void {
		client.heartbeat(new Date());
		for (const status of fleet.statuses()) if (client.wantsStatus(status.streamId)) client.status(status);
		for (const [id, shared] of latest) {
			const shown = client.wantsFrames(id) && fleet.status(id).status !== 'deactivated';
			if (shown) client.frame(id, shared.event);
		}
	}

	function isStale(shared: SharedFrame): boolean {
		if (performance.now() - shared.arrivedAt > STALE_AFTER_MS) return true;
		return fleet.status(shared.frame.streamId).status !== 'connected';
	}

	function events(
		streamIds: readonly string[] | 'all',
		signal: AbortSignal,
		{ statuses = streamIds, detections }: EventsOptions = {}
	): ReadableStream<Uint8Array> {
		refuseBeyond(clients.size, MAX_CLIENTS);
		const client = createClient({
			frames: asSet(streamIds),
			statuses: asSet(statuses),
			detections: asSet(detections ?? streamIds),
			onEnd: () => {
				clearTimeout(old);
				clients.delete(client);
				leave();
			}
		});
		const leave = watching.want(streamIds);
		const old = setTimeout(client.close, MAX_AGE_MS);
		clients.add(client);
		greet(client);
		// A stream that does not run has no status of its own, and who asks for it by name is told so.
		if (statuses !== 'all') for (const id of statuses) client.status(fleet.status(id));
		endWith(signal, client);
		return client.stream;
	}

	function mjpeg(
		streamId: string,
		display: (() => Promise<Display>) | null,
		signal: AbortSignal
	): ReadableStream<Uint8Array> {
		refuseBeyond(readers.size, MAX_MJPEG_READERS);
		let shown: Display | null = null;
		const look = async () => {
			// Should the record not be readable now, it is drawn as it was.
			if (display) shown = await display().catch(() => shown);
		};
		let looked = look();
		const changed = bus.subscribe(subjects.streamChange, (change) => {
			if (change.streamId === streamId && change.change !== 'deleted') looked = look();
		});
		const render = async (shared: SharedFrame) => {
			await looked;
			return shown && !isStale(shared) ? shared.drawn(shown) : shared.frame.jpeg;
		};
		const reader = createMjpegReader(render, () => {
			changed();
			clearTimeout(old);
			readers.delete(reader);
			leave();
		});
		const leave = watching.want([streamId]);
		const old = setTimeout(reader.close, MAX_AGE_MS);
		readers.set(reader, streamId);
		const known = latest.get(streamId);
		if (known) reader.offer(known);
		endWith(signal, reader);
		return reader.stream;
	}

	function refuseBeyond(count: number, limit: number): void {
		if (closed) throw new AppError('unavailable', 'The server is shutting down. Try again in a moment.');
		if (count < limit) return;
		throw new AppError(
			'unavailable',
			`${limit} clients watch already, the most this server serves. Try again later.`
		);
	}

	return {
		events,
		mjpeg,
		async snapshot(streamId, display) {
			const shared = await newest(streamId);
			if (!shared) return null;
			const stale = isStale(shared);
			const jpeg = display && !stale ? await shared.drawn(display) : shared.frame.jpeg;
			return { jpeg, capturedAt: new Date(shared.frame.capturedAt), stale };
		},
		newest,
		still(streamId, notBefore, waitMs) {
			const known = latest.get(streamId);
			const fallback = known?.here && !isStale(known) ? known.frame : null;
			return stills.next(streamId, notBefore, waitMs, fallback);
		},
		setFps: (next) => rate.set(next),
		clients: () => clients.size,
		close() {
			closed = true;
			clearInterval(beating);
			for (const end of unsubscribe) end();
			for (const client of [...clients]) client.close();
			for (const reader of [...readers.keys()]) reader.close();
			stills.close();
			watching.close();
			latest.clear();
		}
	};
}

function asSet(ids: readonly string[] | 'all'): ReadonlySet<string> | 'all' {
	return ids === 'all' ? 'all' : new Set(ids);
}

function endWith(signal: AbortSignal, client: { close(): void }): void {
	if (signal.aborted) return client.close();
	signal.addEventListener('abort', () => client.close(), { once: true });
}
