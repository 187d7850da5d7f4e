// Memory for pictures under way to the model: a few shared buffers, each taken from asking until the answer.
import type { SharedPicture } from '#lib/contracts/messages.ts';

/** Pictures under way at once. */
const SLOTS = 3;
/** An answer this late never comes; the memory is left to whoever holds it. */
const LOST_MS = 30_000;

interface Slot {
	buffer: SharedArrayBuffer;
	requestId: number | null;
	takenAt: number;
}

export class PictureSlots {
	private slots: Slot[] = [];

	/** Copies a yuv420p frame to a free slot; null where none is free or the frame is not whole. */
	fill(requestId: number, data: Uint8Array, width: number, height: number): SharedPicture | null {
		const bytes = (width * height * 3) / 2;
		if (data.length < bytes) return null;
		const slot = this.slotOf(bytes);
		if (slot === null) return null;
		new Uint8Array(slot.buffer).set(data.subarray(0, bytes));
		slot.requestId = requestId;
		slot.takenAt = performance.now();
		return { layout: 'yuv420p', width, height, buffer: slot.buffer };
	}

	/** Whether a request's picture is still waited for. */
	holds(requestId: number): boolean {
		return this.slots.some((slot) => slot.requestId === requestId);
	}

	free(requestId: number): void {
		for (const slot of this.slots) if (slot.requestId === requestId) slot.requestId = null;
	}

	/** A slot of that size. Those of another size and those never answered give way. */
	private slotOf(bytes: number): Slot | null {
		const now = performance.now();
		this.slots = this.slots.filter(
			({ buffer, requestId, takenAt }) =>
				(requestId !== null || buffer.byteLength === bytes) && (requestId === null || now - takenAt < LOST_MS)
		);
		const free = this.slots.find(({ requestId }) => requestId === null);
		if (free) return free;
		if (this.slots.length >= SLOTS) return null;
		const slot = { buffer: new SharedArrayBuffer(bytes), requestId: null, takenAt: 0 };
		this.slots.push(slot);
		return slot;
	}
}
