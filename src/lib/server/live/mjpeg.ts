// A stream as endless JPEGs in one response: the newest picture whenever the reader is ready for one.
import type { SharedFrame } from './frame.ts';

/** Stands between two pictures; browsers want it in the content type too. */
export const MJPEG_BOUNDARY = 'frame';

export interface MjpegReader {
	readonly stream: ReadableStream<Uint8Array>;
	/** Offers a picture: one that still waits gives way to it. */
	offer(frame: SharedFrame): void;
	close(): void;
}

/** `render` gives the JPEG of a picture; `onEnd` is called once, whoever ended it. */
export function createMjpegReader(
	render: (frame: SharedFrame) => Promise<Uint8Array>,
	onEnd: () => void
): MjpegReader {
	let waiting: SharedFrame | null = null;
	let wake = () => {};
	let closed = false;
	let controller: ReadableStreamDefaultController<Uint8Array>;

	async function pull(): Promise<void> {
		while (!closed) {
			const frame = waiting;
			waiting = null;
			if (!frame) {
				await new Promise<void>((resolve) => (wake = resolve));
				continue;
			}
			const part = partOf(await render(frame), frame.frame.capturedAt);
			if (!closed) return controller.enqueue(part);
		}
	}

	function end(): boolean {
		if (closed) return false;
		closed = true;
		waiting = null;
		wake();
		onEnd();
		return true;
	}

	const stream = new ReadableStream<Uint8Array>(
		{ start: (given) => void (controller = given), pull, cancel: () => void end() },
		{ highWaterMark: 0 }
	);

	return {
		stream,
		offer(frame) {
			waiting = frame;
			wake();
		},
		close() {
			if (end()) controller.close();
		}
	};
}

function partOf(jpeg: Uint8Array, capturedAt: number): Uint8Array {
	const head =
		`--${MJPEG_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.byteLength}\r\n` +
		`X-Captured-At: ${new Date(capturedAt).toISOString()}\r\n\r\n`;
	return Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]);
}
