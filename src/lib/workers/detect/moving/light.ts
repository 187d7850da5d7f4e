// Changes of light, told from motion by what they leave as it was: the whole picture's, and a lamp's on a part of it.
import { LEVEL, type Raster } from './raster.ts';

/** The whole light changes when the median change of a frame exceeds this, or so many cells change by so much (levels). */
const SWITCH_MEDIAN = 4 * LEVEL;
const SWITCH_CELLS = { share: 0.6, by: 7 * LEVEL };
/** One cell in so many is looked at. */
const SAMPLE = 13;

/** Whether the light of the whole picture changes between two frames. */
export function isSwitch(picture: Int16Array, previous: Int16Array, scratch: Int16Array): boolean {
	let count = 0;
	let large = 0;
	for (let k = 0; k < picture.length; k += SAMPLE) {
		const change = (picture[k] as number) - (previous[k] as number);
		scratch[count++] = change;
		if (Math.abs(change) > SWITCH_CELLS.by) large++;
	}
	if (large > SWITCH_CELLS.share * count) return true;
	if (large < 0.3 * count) return false;
	return Math.abs(median(scratch.subarray(0, count))) > SWITCH_MEDIAN;
}

function median(values: Int16Array): number {
	return values.sort()[values.length >> 1] ?? 0;
}

/** Side of the blocks that a lamp's light is measured in, cells. */
const BLOCK = 16;
/** Cells looked at per side of a block. */
const ACROSS = 6;
/** A step of less than this share is none. */
const LEAST_STEP = 0.025;
/** Cells that agree with their block's step: within this many levels, or this share of the change. */
const AGREE_LEVELS = 2.5 * LEVEL;
const AGREE_SHARE = 0.3;
/** So many of a block's cells must agree, and so many blocks must step in the same frame. */
const AGREEING = 0.7;
const LEAST_BLOCKS = 0.02;
/** After a step, so long nothing new is seen there, s. */
const UNSTEADY_S = 1;

/**
 * Steps of a lamp's light. A lamp multiplies what it shines on; what was under it stays, textures and things alike, so
 * nearly all cells of a block change by one factor. A thing that enters a block changes only its own part of it.
 */
export class LightSteps {
	private readonly raster: Raster;
	private readonly acrossBlocks: number;
	private readonly downBlocks: number;
	/** Of each block; 1 where the light stays. */
	private readonly gains: Float32Array;
	/** When each block's light last changed, ms. */
	private readonly steppedAt: Float64Array;
	private readonly ratios = new Float32Array(ACROSS * ACROSS);

	constructor(raster: Raster) {
		this.raster = raster;
		this.acrossBlocks = Math.max(1, Math.round(raster.columns / BLOCK));
		this.downBlocks = Math.max(1, Math.round(raster.rows / BLOCK));
		this.gains = new Float32Array(this.acrossBlocks * this.downBlocks);
		this.steppedAt = new Float64Array(this.gains.length).fill(-Infinity);
	}

	/** Measures the step between two frames, the later at `at` ms; returns the blocks whose light changed, 0 where too few did. */
	measure(picture: Int16Array, previous: Int16Array, at: number): number {
		const { acrossBlocks, downBlocks, gains } = this;
		let stepped = 0;
		for (let y = 0; y < downBlocks; y++) {
			for (let x = 0; x < acrossBlocks; x++) {
				const gain = this.blockGain(x, y, picture, previous);
				gains[y * acrossBlocks + x] = gain;
				if (gain !== 1) stepped++;
			}
		}
		if (stepped < Math.max(2, LEAST_BLOCKS * gains.length)) return 0;
		gains.forEach((gain, block) => {
			if (gain !== 1) this.steppedAt[block] = at;
		});
		return stepped;
	}

	/** Whether the light changed lately at a cell: then the flow there tells nothing. */
	isUnsteady(column: number, row: number, at: number): boolean {
		const { raster, acrossBlocks, downBlocks } = this;
		const x = Math.min(acrossBlocks - 1, Math.floor((column * acrossBlocks) / raster.columns));
		const y = Math.min(downBlocks - 1, Math.floor((row * downBlocks) / raster.rows));
		return at - (this.steppedAt[y * acrossBlocks + x] as number) < UNSTEADY_S * 1000;
	}

	/** Applies the step last measured to a picture of the place, such as its background; blends from block to block. */
	apply(mean: Float32Array): void {
		const { raster, acrossBlocks, downBlocks, gains } = this;
		const { columns, rows } = raster;
		for (let row = 0; row < rows; row++) {
			const y = clamp(((row + 0.5) * downBlocks) / rows - 0.5, downBlocks - 1);
			const top = Math.min(Math.floor(y), Math.max(0, downBlocks - 2));
			const below = Math.min(top + 1, downBlocks - 1);
			const v = y - top;
			for (let column = 0; column < columns; column++) {
				const x = clamp(((column + 0.5) * acrossBlocks) / columns - 0.5, acrossBlocks - 1);
				const left = Math.min(Math.floor(x), Math.max(0, acrossBlocks - 2));
				const right = Math.min(left + 1, acrossBlocks - 1);
				const u = x - left;
				const upper = gains[top * acrossBlocks + left]! * (1 - u) + gains[top * acrossBlocks + right]! * u;
				const lower =
					gains[below * acrossBlocks + left]! * (1 - u) + gains[below * acrossBlocks + right]! * u;
				mean[row * columns + column]! *= upper * (1 - v) + lower * v;
			}
		}
	}

	/** The factor by which a block's light changed: the median of its cells' ratios, where they agree on it. */
	private blockGain(blockX: number, blockY: number, picture: Int16Array, previous: Int16Array): number {
		const { ratios } = this;
		const { columns, rows } = this.raster;
		const [width, height] = [columns / this.acrossBlocks, rows / this.downBlocks];
		let sum = 0;
		let weight = 0;
		for (let y = 0, k = 0; y < ACROSS; y++) {
			const row = Math.floor((blockY + (y + 0.5) / ACROSS) * height);
			for (let x = 0; x < ACROSS; x++, k++) {
				const cell = row * columns + Math.floor((blockX + (x + 0.5) / ACROSS) * width);
				const before = (previous[cell] as number) + LEVEL;
				ratios[k] = ((picture[cell] as number) + LEVEL) / before;
				sum += ratios[k] as number;
				weight++;
			}
		}
		if (Math.abs(sum / weight - 1) < LEAST_STEP / 2) return 1;
		const gain = ratios.slice().sort()[ratios.length >> 1] as number;
		if (Math.abs(gain - 1) < LEAST_STEP) return 1;
		let agreeing = 0;
		for (let y = 0; y < ACROSS; y++) {
			const row = Math.floor((blockY + (y + 0.5) / ACROSS) * height);
			for (let x = 0; x < ACROSS; x++) {
				const cell = row * columns + Math.floor((blockX + (x + 0.5) / ACROSS) * width);
				const before = previous[cell] as number;
				const change = Math.abs(before * (gain - 1));
				const error = Math.abs((picture[cell] as number) - before * gain);
				if (error <= Math.max(Math.min(AGREE_LEVELS, 0.6 * change), AGREE_SHARE * change)) agreeing++;
			}
		}
		return agreeing >= AGREEING * ratios.length ? gain : 1;
	}
}

function clamp(value: number, most: number): number {
	return Math.max(0, Math.min(most, value));
}
