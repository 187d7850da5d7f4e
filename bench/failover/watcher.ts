// A viewer of the web instance: reads its server-sent events as a browser does and knows whose frames they are.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../tests/support/server.ts';

/** What was last seen of a stream. */
interface Seen {
	/** By its newest status. */
	instance: string | null;
	/** When a frame last came, `performance.now()` ms. */
	frameAt: number;
}

interface Frame {
	streamId: string;
	/** ms since the epoch, by the sender's estimate. */
	capturedAt: number;
	instance: string | null;
	/** `performance.now()` ms. */
	at: number;
}

export interface Watcher {
	/** ms since the stream's newest frame; Infinity before the first. */
	ageOf(streamId: string): number;
	/** The first frame captured after this moment (ms since the epoch) that another instance than this one sends; null: none in time. */
	frameFromAnother(streamId: string, than: string, after: number, withinMs: number): Promise<Frame | null>;
	stop(): void;
}

const FRAME = /^\{"streamId":"([^"]+)","seq":\d+,"capturedAt":"([^"]+)"/;

export function startWatcher(viewer: Client): Watcher {
	const seen = new Map<string, Seen>();
	const listeners = new Set<(frame: Frame) => void>();
	const stopping = new AbortController();
	const of = (streamId: string): Seen => {
		const known = seen.get(streamId) ?? { instance: null, frameAt: -Infinity };
		seen.set(streamId, known);
		return known;
	};

	function hear(event: string): void {
		const data = event.slice(event.indexOf('\ndata: ') + 7);
		if (event.startsWith('event: status')) {
			const status = JSON.parse(data) as { streamId: string; instance: string };
			of(status.streamId).instance = status.instance;
		}
		const frame = event.startsWith('event: frame') ? FRAME.exec(data) : null;
		if (!frame) return;
		const [, streamId = '', capturedAt = ''] = frame;
		const known = of(streamId);
		known.frameAt = performance.now();
		const told = {
			streamId,
			capturedAt: Date.parse(capturedAt),
			instance: known.instance,
			at: known.frameAt
		};
		for (const listener of listeners) listener(told);
	}

	/** Connects again whenever the server ends it, as a browser does. */
	async function read(): Promise<void> {
		while (!stopping.signal.aborted) {
			try {
				const response = await viewer.fetch('/api/v1/live', { signal: stopping.signal });
				let waiting = '';
				for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
					const events = (waiting + chunk).split('\n\n');
					waiting = events.pop() ?? '';
					events.forEach(hear);
				}
			} catch {
				await sleep(200);
			}
		}
	}
	void read();

	return {
		ageOf: (streamId) => performance.now() - of(streamId).frameAt,
		frameFromAnother(streamId, than, after, withinMs) {
			const { promise, resolve } = Promise.withResolvers<Frame | null>();
			const late = setTimeout(() => resolve(null), withinMs);
			const listen = (frame: Frame) => {
				const another = frame.instance !== null && frame.instance !== than;
				if (frame.streamId === streamId && frame.capturedAt > after && another) resolve(frame);
			};
			listeners.add(listen);
			return promise.finally(() => {
				clearTimeout(late);
				listeners.delete(listen);
			});
		},
		stop: () => stopping.abort()
	};
}
