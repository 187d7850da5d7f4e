// Smooth walking and driving lines over the ground, addressed by distance travelled.

const SPACING_M = 0.5;
const SMOOTHING_PASSES = 6;

/**
 * Turns waypoints into a dense line with rounded corners.
 * @param {number[][]} waypoints [x, z] in metres
 * @returns {number[][]} [x, z, distance from the start in metres]
 */
export function pathThrough(waypoints) {
	const line = subdivide(waypoints);
	for (let pass = 0; pass < SMOOTHING_PASSES; pass++) roundCorners(line);
	let distance = 0;
	return line.map(([x, z], i) => {
		if (i > 0) distance += Math.hypot(x - line[i - 1][0], z - line[i - 1][1]);
		return [x, z, distance];
	});
}

function subdivide(waypoints) {
	const out = [waypoints[0]];
	for (let i = 1; i < waypoints.length; i++) {
		const [a, b] = [waypoints[i - 1], waypoints[i]];
		const steps = Math.max(1, Math.round(Math.hypot(b[0] - a[0], b[1] - a[1]) / SPACING_M));
		for (let j = 1; j <= steps; j++)
			out.push([a[0] + ((b[0] - a[0]) * j) / steps, a[1] + ((b[1] - a[1]) * j) / steps]);
	}
	return out;
}

function roundCorners(line) {
	for (let i = 1; i < line.length - 1; i++)
		line[i] = [0, 1].map((k) => (line[i - 1][k] + 2 * line[i][k] + line[i + 1][k]) / 4);
}

/** Length of a path in metres. */
export const lengthOf = (path) => path[path.length - 1][2];

/** The point [x, z] at a distance along the path; the end segments are extended beyond the ends. */
export function pointAt(path, distance) {
	let lo = 0;
	let hi = path.length - 1;
	while (hi - lo > 1) {
		const middle = (lo + hi) >> 1;
		if (path[middle][2] <= distance) lo = middle;
		else hi = middle;
	}
	const [a, b] = [path[lo], path[hi]];
	const t = (distance - a[2]) / (b[2] - a[2] || 1);
	return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** Distance along the path of its point nearest to [x, z]. */
export function distanceNear(path, [x, z]) {
	let best = path[0];
	for (const p of path) if (Math.hypot(p[0] - x, p[1] - z) < Math.hypot(best[0] - x, best[1] - z)) best = p;
	return best[2];
}

/** Moves every point `metres` to the right of the direction of travel (x east, z south). */
export function keepRight(path, metres) {
	return path.map(([x, z, s], i) => {
		const a = path[Math.max(0, i - 1)];
		const b = path[Math.min(path.length - 1, i + 1)];
		const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
		return [x - ((b[1] - a[1]) / length) * metres, z + ((b[0] - a[0]) / length) * metres, s];
	});
}

/** Yaw (radians, anticlockwise from east seen from above) of the step from point a to point b. */
export const yawOf = (a, b) => Math.atan2(-(b[1] - a[1]), b[0] - a[0]);
