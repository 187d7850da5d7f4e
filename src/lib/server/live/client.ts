// One client of the event stream: what waits for it, bounded by the number of streams, and how it reads that.
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { encodeEvent } from './frame.ts';

export interface Client {
	readonly stream: ReadableStream<Uint8Array>;
	wantsFrames(streamId: string): boolean;
	wantsStatus(streamId: string): boolean;
	wantsDetections(streamId: string): boolean;
	/** Queues a picture; one of the same stream that still waits gives way to it and counts as dropped. */
	frame(streamId: string, encode: () => Uint8Array): void;
	/** Queues a status; the newest of a stream stands for all that still wait. */
	status(status: StreamStatus): void;
	/** Queues an alert; the newest of an alert stands for all that still wait. */
	alert(alert: AlertRecord): void;
	/** Queues a stored detection. */
	detection(detection: DetectionRecord): void;
	heartbeat(at: Date): void;
	close(): void;
}

export interface ClientOptions {
	frames: ReadonlySet<string> | 'all';
	statuses: ReadonlySet<string> | 'all';
	detections: ReadonlySet<string> | 'all';
	/** Called once when it is over, whoever ended it. */
	onEnd(): void;
}

/** How long a browser waits before it connects again, ms. */
const RETRY_HINT_MS = 2000;

/** News that may wait for a slow reader; beyond it the oldest give way and count as missed. */
const MAX_ALERTS = 200;
const MAX_DETECTIONS = 100;

/**
 * Nothing is pushed: a chunk leaves the queue only when the connection asks for one, so what a slow reader has not
 * taken waits here, where newer pictures replace it, and not in a buffer that grows.
 */
export function createClient(options: ClientOptions): Client {
	const statuses = new Map<string, StreamStatus>();
	/** In the order the streams have waited: a replaced picture keeps its stream's place. */
	const frames = new Map<string, () => Uint8Array>();
	const alerts = new Map<string, AlertRecord>();
	const detections: DetectionRecord[] = [];
	let greeting: Uint8Array | null = Buffer.from(`retry: ${RETRY_HINT_MS}\n\n`);
	let heartbeatAt: Date | null = null;
	let dropped = 0;
	let missed = 0;
	let wake = () => {};
	let closed = false;
	let controller: ReadableStreamDefaultController<Uint8Array>;

	/** Small news first: a status must not wait behind pictures. */
	function take(): Uint8Array | null {
		const greet = greeting;
		greeting = null;
		if (greet) return greet;
		const [status] = statuses;
		if (status) {
			statuses.delete(status[0]);
			return encodeEvent('status', status[1]);
		}
		const [alert] = alerts;
		if (alert) {
			alerts.delete(alert[0]);
			return encodeEvent('alert', alert[1]);
		}
		if (heartbeatAt) {
			const at = heartbeatAt.toISOString();
			heartbeatAt = null;
			return encodeEvent('heartbeat', { at, dropped, missed });
		}
		const detection = detections.shift();
		if (detection) return encodeEvent('detection', detection);
		const [frame] = frames;
		if (!frame) return null;
		frames.delete(frame[0]);
		return frame[1]();
	}

	async function pull(): Promise<void> {
		for (;;) {
			if (closed) return;
			const chunk = take();
			if (chunk) return controller.enqueue(chunk);
			await new Promise<void>((resolve) => (wake = resolve));
		}
	}

	function end(): boolean {
		if (closed) return false;
		closed = true;
		statuses.clear();
		alerts.clear();
		detections.length = 0;
		frames.clear();
		wake();
		options.onEnd();
		return true;
	}

	const stream = new ReadableStream<Uint8Array>(
		{
			start: (given) => void (controller = given),
			pull,
			cancel: () => void end()
		},
		{ highWaterMark: 0 }
	);

	return {
		stream,
		wantsFrames: (id) => options.frames === 'all' || options.frames.has(id),
		wantsStatus: (id) => options.statuses === 'all' || options.statuses.has(id),
		wantsDetections: (id) => options.detections === 'all' || options.detections.has(id),
		frame(streamId, encode) {
			if (frames.has(streamId)) dropped++;
			frames.set(streamId, encode);
			wake();
		},
		status(status) {
			statuses.set(status.streamId, status);
			wake();
		},
		alert(alert) {
			// Told anew it goes to the end: what waits is in the order of what happened last.
			alerts.delete(alert.id);
			alerts.set(alert.id, alert);
			const [oldest] = alerts.keys();
			if (alerts.size > MAX_ALERTS && oldest !== undefined) {
				alerts.delete(oldest);
				missed++;
			}
			wake();
		},
		detection(detection) {
			detections.push(detection);
			if (detections.length > MAX_DETECTIONS) {
				detections.shift();
				missed++;
			}
			wake();
		},
		heartbeat(at) {
			heartbeatAt = at;
			wake();
		},
		close() {
			if (end()) controller.close();
		}
	};
}
