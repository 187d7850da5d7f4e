// What each cell of the raster usually shows, how much that wavers, and what differs from it now.
import type { Place } from './beginning.ts';
import { LEVEL } from './raster.ts';

/** Least difference that counts, grey levels. */
const FLOOR = 4.5 * LEVEL;
/** So many times its usual wavering a cell must differ. */
const FACTOR = 4;
/** Twice the threshold is a strong difference. */
const STRONG = 2;
const DEVIATION_START = 1 * LEVEL;
/** A difference beyond this is no wavering, levels. */
const DEVIATION_MOST = 30 * LEVEL;
/** Seconds in which the picture without objects is learnt, and its wavering. */
const LEARN_S = 3;
const DEVIATION_S = 4;

/** A change that is none, quarter levels, beside the cell's wavering. */
const STILL = 2 * LEVEL;
/** Under a moving thing a cell is still for so long only where the thing is not, s. */
const UNCOVERED_S = 2.5;

/** Each picture is learnt by one cell in so many, by turns. */
const SHARES = 1;

/** What lies over a cell: nothing, a thing that moves, a thing that stands. */
export const FREE = 0;
export const PASSED = 1;
export const COVERED = 2;

export class Background {
	readonly mean: Float32Array;
	readonly deviation: Float32Array;
	/** 0 as usual, 1 different, 2 strongly so. */
	readonly mask: Uint8Array;
	private readonly different: Int32Array;
	/** How long each cell under a thing has not changed, s. */
	private readonly stillS: Float32Array;
	private turn = 0;
	private empty = true;

	constructor(cells: number) {
		this.mean = new Float32Array(cells);
		this.deviation = new Float32Array(cells).fill(DEVIATION_START);
		this.mask = new Uint8Array(cells);
		this.different = new Int32Array(cells);
		this.stillS = new Float32Array(cells);
	}

	/** Begins with a place. */
	adopt({ mean, deviation }: Place): void {
		this.mean.set(mean);
		for (let k = 0; k < deviation.length; k++) {
			this.deviation[k] = Math.max(DEVIATION_START, Math.min(DEVIATION_MOST, deviation[k] as number));
		}
		this.empty = false;
	}

	get isEmpty(): boolean {
		return this.empty;
	}

	/** Marks what differs; returns those cells, row by row, good until the next call. */
	compare(picture: Int16Array): Int32Array {
		const { mean, deviation, mask, different } = this;
		let count = 0;
		for (let k = 0; k < mask.length; k++) {
			const difference = Math.abs((picture[k] as number) - (mean[k] as number));
			const threshold = FLOOR + FACTOR * (deviation[k] as number);
			if (difference <= threshold) mask[k] = 0;
			else {
				mask[k] = difference > STRONG * threshold ? 2 : 1;
				different[count++] = k;
			}
		}
		return different.subarray(0, count);
	}

	/**
	 * Learns from the picture, `dt` seconds after the last one, where `frozen` is FREE; `speed` > 1 learns faster. Where it is
	 * PASSED, by a thing that moves, a cell that nevertheless stays as it is shows the place: it is learnt after a while.
	 */
	learn(picture: Int16Array, previous: Int16Array, frozen: Uint8Array, dt: number, speed = 1): void {
		const { mean, deviation, stillS } = this;
		const rate = 1 - Math.exp((-SHARES * dt * speed) / LEARN_S);
		const deviationRate = 1 - Math.exp((-SHARES * dt * speed) / DEVIATION_S);
		const stillFor = SHARES * dt;
		this.turn = (this.turn + 1) % SHARES;
		for (let k = this.turn; k < mean.length; k += SHARES) {
			if (frozen[k] !== FREE) {
				const still =
					Math.abs((picture[k] as number) - (previous[k] as number)) <= STILL + 2 * (deviation[k] as number);
				stillS[k] = still ? (stillS[k] as number) + stillFor : 0;
				if (frozen[k] === PASSED && (stillS[k] as number) > UNCOVERED_S) mean[k] = picture[k] as number;
				continue;
			}
			stillS[k] = 0;
			const difference = (picture[k] as number) - (mean[k] as number);
			const size = Math.min(Math.abs(difference), DEVIATION_MOST);
			mean[k] = (mean[k] as number) + rate * difference;
			deviation[k] = (deviation[k] as number) + deviationRate * (size - (deviation[k] as number));
		}
	}

	/** Takes the cells of a box for background as they are now. */
	absorb(
		picture: Int16Array,
		columns: number,
		left: number,
		top: number,
		right: number,
		bottom: number
	): void {
		for (let row = top; row <= bottom; row++) {
			for (let k = row * columns + left; k <= row * columns + right; k++) this.mean[k] = picture[k] as number;
		}
	}
}
