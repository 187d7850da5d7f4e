// Decides which frames a model looks at: those on which something moves that is not followed already. Pure.
//
//   unexplained motion in two of three frames ─▶ every frame due until a second after it, at first
//   more of that, or something is followed    ─▶ twice a second
//   neither                                   ─▶ a heartbeat

export interface GateOptions {
	/** Looks a second at most. */
	fps: number;
	/** False looks at every frame that is due. */
	gated: boolean;
}

export interface GateInput {
	/** ms since the epoch. */
	at: number;
	/** Whether the flow shows motion outside the boxes of what is followed. */
	moves: boolean;
	/** Whether anything is followed now. */
	follows: boolean;
}

/** `early`: the last look is too near for another; `pass`: it was due, and nothing called for it. */
export type GateDecision = 'look' | 'pass' | 'early';

const HOLD_MS = 1000;
/** Motion that lasts longer is nothing the model knows, or has been told: a shadow, water, a waving arm. */
const BURST_MS = 500;
const FOLLOW_MS = 500;
const HEARTBEAT_MS = 5000;
/** Frames remembered, and how many of them must show motion: a single one is noise. */
const MEMORY = 3;
const ENOUGH = 2;
/** A frame this much early is on time: frames come unevenly. Share of the interval. */
const TOLERANCE = 0.25;

export class Gate {
	private readonly options: GateOptions;
	private moved: boolean[] = [];
	/** When the last motion was seen, and when the one that it belongs to began. */
	private movedAt = -Infinity;
	private beganAt = -Infinity;
	private lookedAt = -Infinity;

	constructor(options: GateOptions) {
		this.options = options;
	}

	/** For every analysed frame, in order. */
	decide({ at, moves, follows }: GateInput): GateDecision {
		const { fps, gated } = this.options;
		// A clock that was set back must not close the gate.
		if (at < this.lookedAt) this.lookedAt = this.movedAt = -Infinity;
		this.moved = [...this.moved, moves].slice(-MEMORY);
		if (this.moved.filter(Boolean).length >= ENOUGH) {
			if (at - this.movedAt > HOLD_MS) this.beganAt = at;
			this.movedAt = at;
		}
		const sinceMs = at - this.lookedAt;
		const early = (TOLERANCE * 1000) / fps;
		if (sinceMs < 1000 / fps - early) return 'early';
		const waitMs = this.waitMs(at, follows);
		if (gated && sinceMs < waitMs - Math.min(early, TOLERANCE * FOLLOW_MS)) return 'pass';
		this.lookedAt = at;
		return 'look';
	}

	/** Least time between two looks. */
	private waitMs(at: number, follows: boolean): number {
		const moves = at - this.movedAt <= HOLD_MS;
		if (moves && at - this.beganAt <= BURST_MS) return 0;
		return moves || follows ? FOLLOW_MS : HEARTBEAT_MS;
	}
}

const POINTS = { seeds: 4, gridSize: 16, width: 640, most: 16 };

/** Seeds that make a motion: as many as cover a person's size of the picture, whatever grid and frame. */
export function enoughSeeds(gridSize: number, width: number): number {
	const scale = ((POINTS.gridSize / gridSize) * (width / POINTS.width)) ** 2;
	return Math.max(1, Math.min(POINTS.most, Math.round(POINTS.seeds * scale)));
}
