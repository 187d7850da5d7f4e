// Where things keep appearing that get nowhere: trees, their shadows, flags, water. What begins there must travel farther.
import type { Rect } from './rect.ts';

/** Side of a block, cells. */
const BLOCK = 8;
/** What is noted fades away in this long, s. */
const MEMORY_S = 60;
/** Noted more often than this counts no more. */
const MOST = 10;

export class Restlessness {
	private readonly across: number;
	private readonly down: number;
	private readonly levels: Float32Array;

	constructor(columns: number, rows: number) {
		this.across = Math.ceil(columns / BLOCK);
		this.down = Math.ceil(rows / BLOCK);
		this.levels = new Float32Array(this.across * this.down);
	}

	/** Something appeared here, and went without having gone anywhere. */
	note(rect: Rect): void {
		this.visit(rect, (block) => (this.levels[block] = Math.min(MOST, this.levels[block]! + 1)));
	}

	/** How often that happened of late where a thing began. */
	at(rect: Rect): number {
		let most = 0;
		this.visit(rect, (block) => (most = Math.max(most, this.levels[block]!)));
		return most;
	}

	/** `dt` seconds later. */
	fade(dt: number): void {
		const kept = Math.exp(-dt / MEMORY_S);
		for (let block = 0; block < this.levels.length; block++) this.levels[block]! *= kept;
	}

	private visit({ left, top, right, bottom }: Rect, what: (block: number) => void): void {
		const lastX = Math.min(this.across - 1, Math.floor((right + BLOCK / 2) / BLOCK));
		const lastY = Math.min(this.down - 1, Math.floor((bottom + BLOCK / 2) / BLOCK));
		for (let y = Math.max(0, Math.floor((top - BLOCK / 2) / BLOCK)); y <= lastY; y++) {
			for (let x = Math.max(0, Math.floor((left - BLOCK / 2) / BLOCK)); x <= lastX; x++)
				what(y * this.across + x);
		}
	}
}
