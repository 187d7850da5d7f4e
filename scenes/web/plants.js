// Trees and hedges: a trunk with branches, and leaves as small quads scattered through clumps.
import { MAT, hex } from './geom.js';
import { randomFrom } from './random.js';

/**
 * A tree at (x, z). `boneOf(clump)` gives the bone of each clump of leaves, for trees that sway.
 * Sizes in metres: h height, r radius of the crown; `leafSize` scales the leaves.
 */
export function tree(m, x, z, seed, { h = 7, r = 2.4, leaves = 5200, color, boneOf = null, leafSize = 1 }) {
	const random = randomFrom(seed);
	m.at(x, 0, z, 0, (m) => {
		trunk(m, h);
		const clumps = Array.from({ length: 26 }, () => clump(random, h, r));
		for (const { centre } of clumps.slice(0, 9)) branch(m, random, h, centre);
		for (let i = 0; i < leaves; i++) {
			if (boneOf) m.bone = boneOf(i % clumps.length);
			crownLeaf(m, random, clumps[i % clumps.length], hex(color), leafSize);
		}
	});
}

const BARK = hex(0x4a3a2a);

function trunk(m, h) {
	const rings = [
		[0, 0, 0, 0.2, 0.2],
		[0, 0.3, 0, 0.15, 0.15],
		[0.04, h * 0.252, 0.03, 0.12, 0.12],
		[0, h * 0.42, 0, 0.1, 0.1],
		[0.05, h * 0.75, 0.02, 0.04, 0.04]
	];
	m.tube(rings, 9, BARK, MAT.wood);
}

function clump(random, h, r) {
	const angle = random() * 2 * Math.PI;
	const level = random();
	const out = r * (0.25 + 0.75 * Math.sqrt(random())) * Math.sin(0.5 + level * 2.2);
	const low = h * 0.357;
	const y = low + level * (h - low) * 0.92;
	return {
		centre: [out * Math.cos(angle), y, out * Math.sin(angle)],
		radius: r * (0.3 + 0.22 * random()),
		shade: 0.75 + 0.5 * random()
	};
}

function branch(m, random, h, [x, y, z]) {
	const root = [0, h * 0.294 + random() * h * 0.168, 0];
	m.bar(root, [x * 0.8, y, z * 0.8], 0.045, BARK, MAT.wood, 5, 0.015);
}

function crownLeaf(m, random, { centre, radius, shade }, color, leafSize) {
	const angle = random() * 2 * Math.PI;
	const up = random() * 2 - 1;
	const out = radius * Math.pow(random(), 0.4);
	const across = Math.sqrt(1 - up * up);
	const p = [
		centre[0] + out * across * Math.cos(angle),
		centre[1] + out * up * 0.8,
		centre[2] + out * across * Math.sin(angle)
	];
	const size = (0.1 + 0.1 * random()) * leafSize;
	const tone = shade * (0.7 + 0.6 * random());
	const tint = [color[0] * tone * (0.85 + 0.5 * random()), color[1] * tone, color[2] * tone * 0.8];
	leaf(m, random, p, size, 1.4, tint);
}

function leaf(m, random, p, size, lean, tint) {
	const half = () => [
		(random() - 0.5) * 2 * size,
		(random() - 0.5) * lean * size,
		(random() - 0.5) * 2 * size
	];
	const [a, b] = [half(), half()];
	const corner = (d, sign) => [p[0] + sign * d[0], p[1] + sign * d[1], p[2] + sign * d[2]];
	m.quad(corner(a, -1), corner(b, 1), corner(a, 1), corner(b, -1), tint, MAT.leaf);
}

/** A hedge of n leaves that fills the ground rectangle (x0, z0) to (x1, z1) up to height h. */
export function bush(m, x0, z0, x1, z1, h, seed, n = 1500, color = 0x44602f) {
	const random = randomFrom(seed);
	for (let i = 0; i < n; i++) {
		const p = [x0 + (x1 - x0) * random(), h * (0.15 + 0.85 * Math.sqrt(random())), z0 + (z1 - z0) * random()];
		const size = 0.07 + 0.08 * random();
		const tone = 0.6 + 0.7 * random();
		const tint = hex(color).map((c) => c * tone);
		leaf(m, random, p, size, 1.6, tint);
	}
}
