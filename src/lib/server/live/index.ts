// The live room: hands pictures and statuses from the bus to everybody who watches, each at the pace they can take.
import type { StreamStatus } from '#lib/contracts/status.ts';
import { AppError } from '../base/errors.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { createClient, type Client } from './client.ts';
import { shareFrame, type SharedFrame } from './frame.ts';
import { createMjpegReader, type MjpegReader } from './mjpeg.ts';
import type { Display } from './overlay.ts';
import { createStills, type Still } from './still.ts';
import { createFanOutRate } from './rate.ts';

export type { Display, Evidence } from './overlay.ts';
export { renderEvidence } from './overlay.ts';
export type { ZoneOutline } from './marks.ts';
export type { Still } from './still.ts';
export { MJPEG_BOUNDARY } from './mjpeg.ts';

export interface LiveDeps {
	bus: Bus;
	/** How streams are doing: the engine's own words. */
	engine: { statuses(): StreamStatus[]; status(streamId: string): StreamStatus };
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
	/** The newest picture; null before the first. */
	snapshot(streamId: string, display: Display | null): Promise<Snapshot | null>;
	latest(streamId: string): SharedFrame | null;
	/**
	 * A picture captured at `notBefore` (ms since the epoch) or just after it, waited for at most `waitMs`; failing that the
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

export function createLive({ bus, engine, fps }: LiveDeps): Live {
	const clients = new Set<Client>();
	const readers = new Map<MjpegReader, string>();
	const latest = new Map<string, SharedFrame>();
	const stills = createStills();
	const rate = createFanOutRate(fps);
	let closed = false;

	const unsubscribe = [
		bus.subscribe(subjects.frame, (frame) => {
			stills.offer(frame);
			if (!rate.admits(frame.streamId, performance.now())) return;
			const shared = shareFrame(frame);
			latest.set(frame.streamId, shared);
			for (const client of clients) {
				if (client.wantsFrames(frame.streamId)) client.frame(frame.streamId, shared.event);
			}
			for (const [reader, id] of readers) if (id === frame.streamId) reader.offer(shared);
		}),
		bus.subscribe(subjects.alert, (alert) => {
			for (const client of clients) client.alert(alert);
		}),
		bus.subscribe(subjects.detection, (detection) => {
			for (const client of clients)
				if (client.wantsDetections(detection.stream_id)) client.detection(detection);
		}),
		bus.subscribe(subjects.status, (status) => {
			for (const client of clients) if (client.wantsStatus(status.streamId)) client.status(status);
		}),
		bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
			if (change === 'deleted') forget(streamId);
		})
	];
	const beating = setInterval(() => {
		for (const client of clients) client.heartbeat(new Date());
	}, HEARTBEAT_MS);

	function forget(streamId: string): void {
		latest.delete(streamId);
		rate.forget(streamId);
		for (const [reader, id] of readers) if (id === streamId) reader.close();
	}

	function greet(client: Client): void {
		client.heartbeat(new Date());
		for (const status of engine.statuses()) if (client.wantsStatus(status.streamId)) client.status(status);
		for (const [id, shared] of latest) {
			const shown = client.wantsFrames(id) && engine.status(id).status !== 'deactivated';
			if (shown) client.frame(id, shared.event);
		}
	}

	function isStale(shared: SharedFrame): boolean {
		if (performance.now() - shared.arrivedAt > STALE_AFTER_MS) return true;
		return engine.status(shared.frame.streamId).status !== 'connected';
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
			}
		});
		const old = setTimeout(client.close, MAX_AGE_MS);
		clients.add(client);
		greet(client);
		// A stream that does not run has no status of its own, and who asks for it by name is told so.
		if (statuses !== 'all') for (const id of statuses) client.status(engine.status(id));
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
		});
		const old = setTimeout(reader.close, MAX_AGE_MS);
		readers.set(reader, streamId);
		const newest = latest.get(streamId);
		if (newest) reader.offer(newest);
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
			const shared = latest.get(streamId);
			if (!shared) return null;
			const stale = isStale(shared);
			const jpeg = display && !stale ? await shared.drawn(display) : shared.frame.jpeg;
			return { jpeg, capturedAt: new Date(shared.frame.capturedAt), stale };
		},
		latest: (streamId) => latest.get(streamId) ?? null,
		still(streamId, notBefore, waitMs) {
			const newest = latest.get(streamId);
			const fallback = newest && !isStale(newest) ? newest.frame : null;
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
