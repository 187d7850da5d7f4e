// What a stream's worker says to the engine: every message in one place, pictures bounded.
import type { MessagePort } from 'node:worker_threads';
import type { FromWorker, PreviewFrame, ToWorker } from '#lib/contracts/messages.ts';

/** Pictures under way to an engine that does not take them, before further ones are dropped. */
const MAX_UNDER_WAY = 4;

export interface Outbox {
	send(message: Exclude<FromWorker, { type: 'frame' }>): void;
	/** Numbers and sends a picture, giving its buffers away; false when too many are under way. */
	sendFrame(frame: Omit<PreviewFrame, 'seq'>): boolean;
	/** The engine has taken frames up to this one. */
	taken(seq: number): void;
}

export function createOutbox(port: MessagePort): Outbox {
	let sent = 0;
	let taken = 0;
	const post = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
	return {
		send: (message) => post(message),
		sendFrame(frame) {
			if (sent - taken >= MAX_UNDER_WAY) return false;
			sent++;
			const jpeg = ownBytes(frame.jpeg);
			const { vectors } = frame;
			post({ type: 'frame', frame: { ...frame, seq: sent, jpeg } }, [
				jpeg.buffer,
				vectors.buffer as ArrayBuffer
			]);
			return true;
		},
		taken: (seq) => void (taken = Math.max(taken, seq))
	};
}

/** The same bytes in a buffer of their own: a view of a shared one cannot be given away. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
	return whole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

/** Calls the matching handler for each message of the engine; a closed port reads as `stop`. */
export function listen(port: MessagePort, handle: (message: ToWorker) => void): void {
	port.on('message', handle);
	port.on('close', () => handle({ type: 'stop' }));
}
