// 4x4 matrices as 16 numbers, column after column.

export const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

const ROTATION = {
	x: (c, s) => [1, 0, 0, 0, c, s, 0, -s, c],
	y: (c, s) => [c, 0, -s, 0, 1, 0, s, 0, c],
	z: (c, s) => [c, s, 0, -s, c, 0, 0, 0, 1]
};

/** Turns by an angle (radians) about an axis through `pivot`, then moves the pivot to `target`. */
export function turn(angle, pivot, axis = 'z', target = pivot) {
	const r = ROTATION[axis](Math.cos(angle), Math.sin(angle));
	const [x, y, z] = [0, 1, 2].map(
		(k) => target[k] - (r[k] * pivot[0] + r[3 + k] * pivot[1] + r[6 + k] * pivot[2])
	);
	return [r[0], r[1], r[2], 0, r[3], r[4], r[5], 0, r[6], r[7], r[8], 0, x, y, z, 1];
}

export const shift = (x, y, z) => [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, x, y, z, 1];

export function multiply(a, b) {
	const out = new Array(16);
	for (let c = 0; c < 4; c++)
		for (let r = 0; r < 4; r++)
			out[c * 4 + r] =
				a[r] * b[c * 4] + a[4 + r] * b[c * 4 + 1] + a[8 + r] * b[c * 4 + 2] + a[12 + r] * b[c * 4 + 3];
	return out;
}

/** The point (x, y, z) carried by the matrix. */
export const carry = (m, x, y, z) => [
	m[0] * x + m[4] * y + m[8] * z + m[12],
	m[1] * x + m[5] * y + m[9] * z + m[13],
	m[2] * x + m[6] * y + m[10] * z + m[14]
];

/** The direction (x, y, z) carried by the matrix. */
export const carryDirection = (m, x, y, z) => [
	m[0] * x + m[4] * y + m[8] * z,
	m[1] * x + m[5] * y + m[9] * z,
	m[2] * x + m[6] * y + m[10] * z
];
