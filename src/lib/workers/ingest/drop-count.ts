// Counts the frames that ffmpeg dropped because we read too late: those it made, less those that arrived.

/** Reports on which a lack must show before it counts: frames between ffmpeg and us are late, not lost. */
const CONFIRMATIONS = 3;

export class DropCount {
	private readonly onDropped: (count: number) => void;
	private arrived = 0;
	private counted = 0;
	private lacks: number[] = [];
	private rest = '';

	constructor(onDropped: (count: number) => void) {
		this.onDropped = onDropped;
	}

	received(): void {
		this.arrived++;
	}

	/** Takes what ffmpeg writes under `-progress`: lines of key=value, among them `frame=N`, every second. */
	progress(chunk: Buffer): void {
		const lines = (this.rest + chunk.toString('latin1')).slice(-4_096).split('\n');
		this.rest = lines.pop() ?? '';
		for (const line of lines) if (line.startsWith('frame=')) this.made(Number(line.slice(6)));
	}

	private made(frames: number): void {
		this.lacks.push(Math.max(0, frames - this.arrived));
		if (this.lacks.length < CONFIRMATIONS) return;
		const lost = Math.min(...this.lacks);
		this.lacks.shift();
		if (lost > this.counted) {
			this.onDropped(lost - this.counted);
			this.counted = lost;
		}
	}
}
