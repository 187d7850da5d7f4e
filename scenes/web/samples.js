// Points spread evenly over a model's surface, to measure how much of it can be seen.
import { randomFrom } from './random.js';

const COUNT = 260;

/** Samples {point, normal, bone} in the model's frame, drawn by area from a seed. */
export function surfaceSamples(mesh, seed) {
	const random = randomFrom(seed);
	const areas = cumulativeAreas(mesh.p);
	const total = areas[areas.length - 1];
	return Array.from({ length: COUNT }, (_, k) => {
		const face = firstAtLeast(areas, ((k + random()) / COUNT) * total);
		let [u, v] = [random(), random()];
		if (u + v > 1) [u, v] = [1 - u, 1 - v];
		const blend = (values, d) =>
			values[face * 9 + d] * (1 - u - v) + values[face * 9 + 3 + d] * u + values[face * 9 + 6 + d] * v;
		const point = [0, 1, 2].map((d) => blend(mesh.p, d));
		const normal = [0, 1, 2].map((d) => blend(mesh.n, d));
		return { point, normal, bone: mesh.b[face * 3] };
	});
}

function cumulativeAreas(p) {
	const out = [];
	let sum = 0;
	for (let o = 0; o < p.length; o += 9) {
		const u = [p[o + 3] - p[o], p[o + 4] - p[o + 1], p[o + 5] - p[o + 2]];
		const v = [p[o + 6] - p[o], p[o + 7] - p[o + 1], p[o + 8] - p[o + 2]];
		sum += Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
		out.push(sum);
	}
	return out;
}

function firstAtLeast(sorted, value) {
	let lo = 0;
	let hi = sorted.length - 1;
	while (lo < hi) {
		const middle = (lo + hi) >> 1;
		if (sorted[middle] < value) lo = middle + 1;
		else hi = middle;
	}
	return lo;
}
