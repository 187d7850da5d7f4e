// Grid points whose motion is real: longer than their own noise, shared by neighbours, and explaining how the picture changed.
import type { FlowField } from '../../flow/kernel.ts';

/** Least length of a seed, px a frame; what is shorter drowns in the noise of the measurement. */
const LEAST = 0.6;
/** A neighbour agrees from this share of `LEAST` up, when it points the same way. */
const WEAK = 0.4;
/** A seed is this many times as long as what the point usually shows while nothing moves there. */
const NOISE_FACTOR = 4;
const NOISE_START = 0.05;
/** Seconds in which a point's noise is learnt. */
const NOISE_S = 5;
/** Noise beyond this is a moving thing, px a frame. */
const NOISE_MOST = 2;
/** The cosine from which neighbours point the same way. */
const SAME_WAY = 0.7;
/** The moved patch differs by less than this share of what the unmoved one does. A light that changes moves nothing. */
const EXPLAINED = 0.7;
/** Half the side of a patch compared, px, and the step in it. */
const PATCH = 8;
const STEP = 2;

export class SeedFinder {
	private noise = new Float32Array(0);
	private seeds = new Int32Array(0);

	/**
	 * Indices of the seeds among the field's points. `previous` is the frame before `luma`, both width * height bytes; `dt` the
	 * seconds between them. The result is good until the next call.
	 */
	find(
		field: FlowField,
		luma: Uint8Array,
		previous: Uint8Array,
		width: number,
		height: number,
		dt: number
	): Int32Array {
		const { flow, status } = field;
		if (this.noise.length !== status.length) {
			this.noise = new Float32Array(status.length).fill(NOISE_START);
			this.seeds = new Int32Array(status.length);
		}
		const { noise, seeds } = this;
		const learning = Math.min(1, dt / NOISE_S);
		let count = 0;
		for (let point = 0; point < status.length; point++) {
			const [dx, dy] = [flow[2 * point] as number, flow[2 * point + 1] as number];
			const length = status[point] === 0 ? 0 : Math.sqrt(dx * dx + dy * dy);
			const usual = noise[point] as number;
			const isSeed =
				length > Math.max(LEAST, NOISE_FACTOR * usual) &&
				hasCompany(field, point) &&
				explains(field, point, luma, previous, width, height);
			if (isSeed) seeds[count++] = point;
			// What moves for long in one place becomes that place's noise, but ten times as slowly.
			else
				noise[point] =
					usual + (Math.min(length, NOISE_MOST) - usual) * (length > LEAST ? learning / 10 : learning);
		}
		return seeds.subarray(0, count);
	}
}

/** Whether one of the eight neighbours moves the same way; two of them where the grid is fine. */
function hasCompany({ columns, rows, flow, status, gridSize }: FlowField, point: number): boolean {
	const [dx, dy] = [flow[2 * point] as number, flow[2 * point + 1] as number];
	const length = Math.sqrt(dx * dx + dy * dy);
	const column = point % columns;
	const row = (point - column) / columns;
	let company = gridSize > 2 * PATCH ? 1 : 0;
	for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y++) {
		for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x++) {
			const other = y * columns + x;
			if (other === point || status[other] === 0) continue;
			const [u, v] = [flow[2 * other] as number, flow[2 * other + 1] as number];
			const magnitude = Math.sqrt(u * u + v * v);
			if (magnitude > WEAK * LEAST && u * dx + v * dy > SAME_WAY * magnitude * length) company++;
		}
	}
	return company >= 1;
}

/**
 * Whether moving the patch explains its change: Σ|P(x) − C(x+d)| < 0.7 Σ|P(x) − C(x)|, P the frame before, C this one,
 * bilinear between pixels. Patches that leave the picture are believed.
 */
function explains(
	{ columns, flow, gridSize, originX, originY }: FlowField,
	point: number,
	luma: Uint8Array,
	previous: Uint8Array,
	width: number,
	height: number
): boolean {
	const [dx, dy] = [flow[2 * point] as number, flow[2 * point + 1] as number];
	const [stepX, stepY] = [Math.floor(dx), Math.floor(dy)];
	const [u, v] = [dx - stepX, dy - stepY];
	const column = point % columns;
	const x0 = originX + column * gridSize - PATCH;
	const y0 = originY + ((point - column) / columns) * gridSize - PATCH;
	const side = 2 * PATCH;
	if (x0 < 0 || y0 < 0 || x0 + side >= width || y0 + side >= height) return true;
	if (x0 + stepX < 0 || y0 + stepY < 0 || x0 + stepX + side + 1 >= width || y0 + stepY + side + 1 >= height)
		return true;
	let [still, moved] = [0, 0];
	for (let y = 0; y < side; y += STEP) {
		let from = (y0 + y) * width + x0;
		let to = from + stepY * width + stepX;
		for (let x = 0; x < side; x += STEP, from += STEP, to += STEP) {
			const before = previous[from] as number;
			const top = (luma[to] as number) * (1 - u) + (luma[to + 1] as number) * u;
			const bottom = (luma[to + width] as number) * (1 - u) + (luma[to + width + 1] as number) * u;
			still += Math.abs(before - (luma[from] as number));
			moved += Math.abs(before - (top * (1 - v) + bottom * v));
		}
	}
	return moved < EXPLAINED * still;
}
