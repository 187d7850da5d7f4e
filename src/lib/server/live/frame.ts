// A picture on its way to clients: encoded once, when somebody first needs it, and shared by all.
import type { LiveEventName, LiveEvents, LiveFrame } from '#lib/contracts/live.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { overlayKey, renderOverlay, type Display } from './overlay.ts';

export interface SharedFrame {
	readonly frame: PreviewFrame;
	/** When it reached this server, `performance.now()` ms. */
	readonly arrivedAt: number;
	/** Whether it was made on this very instance. */
	readonly here: boolean;
	/** The SSE event, bytes. */
	event(): Uint8Array;
	/** The JPEG with its motion drawn on it; drawn once for each way of drawing. */
	drawn(display: Display): Promise<Uint8Array>;
}

/** Ways of drawing kept a frame: one, and a second while somebody changes a slider. */
const MAX_DRAWN = 2;

export function shareFrame(frame: PreviewFrame, here = true): SharedFrame {
	let event: Uint8Array | null = null;
	const drawings = new Map<string, Promise<Uint8Array>>();
	return {
		frame,
		arrivedAt: performance.now(),
		here,
		event: () => (event ??= encodeEvent('frame', toLiveFrame(frame))),
		drawn(display) {
			const key = overlayKey(display);
			const found = drawings.get(key);
			if (found) return found;
			if (drawings.size >= MAX_DRAWN) drawings.clear();
			const drawing = renderOverlay(frame, display);
			drawings.set(key, drawing);
			return drawing;
		}
	};
}

export function encodeEvent<K extends LiveEventName>(name: K, data: LiveEvents[K]): Uint8Array {
	return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function toLiveFrame(frame: PreviewFrame): LiveFrame {
	const { streamId, seq, width, height, gridSize, flow, jpeg, vectors, objects } = frame;
	return {
		streamId,
		seq,
		capturedAt: new Date(frame.capturedAt).toISOString(),
		width,
		height,
		jpeg: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength).toString('base64'),
		flow: { gridSize, ...flow, vectors: Array.from(vectors, (value) => Math.round(value * 100) / 100) },
		detections: objects.map(({ trackId, label, confidence, box, seen }) => ({
			trackId,
			label,
			confidence: Math.round(confidence * 1000) / 1000,
			boundingBox: box,
			seen
		}))
	};
}
