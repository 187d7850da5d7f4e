// Base64 JPEG to ImageBitmap away from the drawing path. One decode at a time a stream; a late picture is overtaken.
import type { LiveFrame } from '#lib/contracts/live.ts';
import type { LivePicture } from './draw.ts';

/** Decodes base64 to bytes; the browser's own decoder where it has one. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
	const native = (Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }).fromBase64;
	if (native) return native.call(Uint8Array, base64);
	const text = atob(base64);
	const bytes = new Uint8Array(text.length);
	for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
	return bytes;
}

async function decode(frame: LiveFrame, receivedAt: number): Promise<LivePicture> {
	const { jpeg, ...rest } = frame;
	const bitmap = await createImageBitmap(new Blob([bytesOf(jpeg)], { type: 'image/jpeg' }));
	return { frame: rest, bitmap, receivedAt };
}

/** Decodes one stream's frames in order; while one is being decoded only the newest of the others waits. */
export class LatestDecoder {
	#busy = false;
	#waiting: { frame: LiveFrame; receivedAt: number } | null = null;
	#closed = false;
	/** Frames overtaken before they were decoded, and frames that were no picture. */
	overtaken = 0;
	broken = 0;
	readonly #deliver: (picture: LivePicture) => void;

	constructor(deliver: (picture: LivePicture) => void) {
		this.#deliver = deliver;
	}

	push(frame: LiveFrame, receivedAt: number): void {
		if (this.#waiting) this.overtaken++;
		this.#waiting = { frame, receivedAt };
		if (!this.#busy) void this.#run();
	}

	close(): void {
		this.#closed = true;
		this.#waiting = null;
	}

	async #run(): Promise<void> {
		this.#busy = true;
		while (this.#waiting && !this.#closed) {
			const next = this.#waiting;
			this.#waiting = null;
			try {
				const picture = await decode(next.frame, next.receivedAt);
				if (this.#closed) picture.bitmap.close();
				else this.#deliver(picture);
			} catch {
				this.broken++;
			}
		}
		this.#busy = false;
	}
}
