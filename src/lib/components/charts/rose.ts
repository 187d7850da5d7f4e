// What 36 bins of direction say together: petals, the main ways, how much of it agrees. Pure.
//
//        bin 0 is centred on up, bins go clockwise, ten degrees each:
//              0
//          35     1
//        27         9
//             18
import { DIRECTION_BINS } from '#lib/contracts/facts.ts';

const BIN_DEG = 360 / DIRECTION_BINS;
/** Bins either side that belong to a way: it is 50 degrees wide. */
const HALF_WAY = 2;
/** A second way is this many bins from the first at least, and has this share at least. */
const APART = 5;
const LEAST_SHARE = 0.08;

/** A way that much of the motion takes: its middle, degrees clockwise from up, and its share, 0..1. */
export interface Way {
	degrees: number;
	share: number;
}

export function sumBins(all: readonly (readonly number[])[]): number[] {
	const sums = new Array<number>(DIRECTION_BINS).fill(0);
	for (const bins of all) bins.forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
	return sums;
}

export const totalOf = (bins: readonly number[]): number => bins.reduce((sum, value) => sum + value, 0);

/** The mean direction of the bins and the length of their mean unit vector, 0..1; null where nothing moved. */
export function resultant(bins: readonly number[]): { direction: number; coherence: number } | null {
	const total = totalOf(bins);
	if (total === 0) return null;
	let [x, y] = [0, 0];
	bins.forEach((value, i) => {
		const radians = (i * BIN_DEG * Math.PI) / 180;
		x += value * Math.sin(radians);
		y += value * Math.cos(radians);
	});
	const degrees = (Math.atan2(x, y) * 180) / Math.PI;
	return { direction: (degrees + 360) % 360, coherence: Math.hypot(x, y) / total };
}

/** The one or two ways that most of it takes, the greater first; none where nothing moved. */
export function mainWays(bins: readonly number[]): Way[] {
	const total = totalOf(bins);
	if (total === 0) return [];
	const share = (middle: number) => {
		let sum = 0;
		for (let off = -HALF_WAY; off <= HALF_WAY; off++) sum += bins[turn(middle + off)] ?? 0;
		return sum / total;
	};
	const ways = bins.map((_, bin) => ({ bin, share: share(bin) })).sort((a, b) => b.share - a.share);
	const first = ways[0];
	const second = ways.find((way) => first && apart(way.bin, first.bin) >= APART && way.share >= LEAST_SHARE);
	return [first, second].flatMap((way) => (way ? [{ degrees: way.bin * BIN_DEG, share: way.share }] : []));
}

const turn = (bin: number) => (bin + DIRECTION_BINS) % DIRECTION_BINS;
const apart = (a: number, b: number) => Math.min(turn(a - b), turn(b - a));

/** Petals of a rose about 0,0 whose greatest reaches `radius`: areas tell the shares, so lengths go by the root. */
export function petals(bins: readonly number[], radius: number): { degrees: number; path: string }[] {
	const most = Math.max(...bins);
	if (most <= 0) return [];
	return bins.flatMap((value, i) => {
		if (value <= 0) return [];
		return [{ degrees: i * BIN_DEG, path: petal(i * BIN_DEG, radius * Math.sqrt(value / most)) }];
	});
}

function petal(degrees: number, radius: number): string {
	const point = (angle: number) => {
		const radians = (angle * Math.PI) / 180;
		return `${(Math.sin(radians) * radius).toFixed(2)} ${(-Math.cos(radians) * radius).toFixed(2)}`;
	};
	const half = BIN_DEG / 2 - 0.5;
	const r = radius.toFixed(2);
	return `M0 0L${point(degrees - half)}A${r} ${r} 0 0 1 ${point(degrees + half)}z`;
}
