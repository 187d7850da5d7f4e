// The first moments of a camera: what most of a handful of frames show is taken for the place, what moves through it is not.

/** Frames looked at, evenly spread over this long, s. */
const SAMPLES = 9;
const LASTS_S = 2;
/** Where frames are rare, so many are waited for at least. */
const LEAST = 5;

export interface Place {
	/** Median of each cell, and mean absolute difference from it. */
	mean: Float32Array;
	deviation: Float32Array;
}

export class Beginning {
	private readonly samples: Int16Array[] = [];
	private startedAt: number | null = null;
	private dueAt = 0;

	/** Takes a picture at a time in ms; the place once it is known, which ends the beginning. */
	take(picture: Int16Array, at: number): Place | null {
		this.startedAt ??= at;
		const over = at - this.startedAt >= LASTS_S * 1000;
		if (at >= this.dueAt) {
			this.samples.push(Int16Array.from(picture));
			this.dueAt = at + (LASTS_S * 1000) / SAMPLES - 1;
		}
		return over && this.samples.length >= LEAST ? placeOf(this.samples.slice(0, SAMPLES)) : null;
	}
}

function placeOf(samples: Int16Array[]): Place {
	const cells = samples[0]?.length ?? 0;
	const [mean, deviation] = [new Float32Array(cells), new Float32Array(cells)];
	const values = new Int16Array(samples.length);
	const middle = samples.length >> 1;
	for (let k = 0; k < cells; k++) {
		for (let i = 0; i < samples.length; i++) insert(values, i, samples[i]![k] as number);
		const median = values[middle] as number;
		let sum = 0;
		// The outer ones may show what passed.
		for (let i = 1; i < samples.length - 1; i++) sum += Math.abs((values[i] as number) - median);
		mean[k] = median;
		deviation[k] = sum / (samples.length - 2);
	}
	return { mean, deviation };
}

/** Puts a value in its place among the `count` sorted ones before it. */
function insert(values: Int16Array, count: number, value: number): void {
	let i = count;
	for (; i > 0 && (values[i - 1] as number) > value; i--) values[i] = values[i - 1] as number;
	values[i] = value;
}
