// The newest whole frame for a consumer that may be late: older ones give way and are counted.
// Frames arrive in the event loop's reading phase and are handed over after it, so that whatever has piled up
// while the consumer was busy is read first and only the last of it analysed.

export interface RawFrame {
	/** Ticks of the source's time base. */
	pts: number;
	/** ms since the epoch. */
	arrivedAt: number;
	data: Uint8Array;
}

export class LatestFrame {
	private readonly deliver: (frame: RawFrame) => void;
	private readonly onDropped: (count: number) => void;
	private pending: RawFrame | null = null;
	/** Memory to fill next. One frame is being filled and one is pending at most, so two buffers circulate. */
	private readonly spare: Uint8Array[] = [];

	/** `deliver` must be done with the frame's data when it returns: the memory is filled again. */
	constructor(deliver: (frame: RawFrame) => void, onDropped: (count: number) => void) {
		this.deliver = deliver;
		this.onDropped = onDropped;
	}

	buffer(size: number): Uint8Array {
		const memory = this.spare.pop();
		return memory?.length === size ? memory : Buffer.allocUnsafeSlow(size);
	}

	offer(frame: RawFrame): void {
		if (this.pending === null) setImmediate(() => this.handOver());
		else {
			this.spare.push(this.pending.data);
			this.onDropped(1);
		}
		this.pending = frame;
	}

	/** Forgets what has not been handed over. */
	clear(): void {
		this.pending = null;
	}

	private handOver(): void {
		const frame = this.pending;
		if (frame === null) return;
		this.pending = null;
		this.deliver(frame);
		this.spare.push(frame.data);
	}
}
