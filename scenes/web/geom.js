// Geometry: one growing list of triangles with position, normal, colour, material and bone, and the shapes that fill it.

/** Material numbers; surfaces.glsl.js says what each looks like. */
export const MAT = {
	plain: 0,
	asphalt: 1,
	paving: 2,
	brick: 3,
	plaster: 4,
	glass: 5,
	leaf: 6,
	paint: 7,
	carglass: 8,
	cloth: 9,
	skin: 10,
	rubber: 11,
	floor: 12,
	glow: 13,
	grass: 14,
	marking: 15,
	wood: 16,
	metal: 17,
	gravel: 18,
	corrug: 19
};

/** Linear-light colour of an sRGB hexadecimal number. */
export const hex = (h) => [(h >> 16) & 255, (h >> 8) & 255, h & 255].map((v) => Math.pow(v / 255, 2.2));

const sub = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const norm = (a) => {
	const l = Math.hypot(...a) || 1;
	return [a[0] / l, a[1] / l, a[2] / l];
};
const mean = (points) => [0, 1, 2].map((k) => points.reduce((s, p) => s + p[k], 0) / points.length);
/** n points of a circle, each made from the cosine and sine of its angle. */
const around = (n, point) =>
	Array.from({ length: n }, (_, j) => {
		const a = (j / n) * Math.PI * 2;
		return point(Math.cos(a), Math.sin(a));
	});

export class Mesh {
	constructor() {
		this.p = [];
		this.n = [];
		this.c = [];
		this.b = [];
		/** Bone of the vertices to come. */
		this.bone = 0;
		this.frame = null;
	}

	get vertexCount() {
		return this.b.length;
	}

	/** Runs `draw` in a frame moved to (x, y, z) and turned by yaw about the upward axis; frames nest. */
	at(x, y, z, yaw = 0, draw) {
		const outer = this.frame;
		const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
		const point = ([a, b, d]) => [x + c * a + s * d, y + b, z - s * a + c * d];
		const normal = ([a, b, d]) => [c * a + s * d, b, -s * a + c * d];
		this.frame = outer
			? { point: (v) => outer.point(point(v)), normal: (v) => outer.normal(normal(v)) }
			: { point, normal };
		draw(this);
		this.frame = outer;
		return this;
	}

	vertex(p, n, col, mat) {
		if (this.frame) [p, n] = [this.frame.point(p), this.frame.normal(n)];
		this.p.push(...p);
		this.n.push(...n);
		this.c.push(col[0], col[1], col[2], mat);
		this.b.push(this.bone);
	}

	tri(a, b, c, col, mat, na, nb, nc) {
		const flat = na ?? norm(cross(sub(b, a), sub(c, a)));
		this.vertex(a, flat, col, mat);
		this.vertex(b, nb ?? flat, col, mat);
		this.vertex(c, nc ?? flat, col, mat);
	}

	quad(a, b, c, d, col, mat) {
		this.tri(a, b, c, col, mat);
		this.tri(a, c, d, col, mat);
	}

	/** Axis-aligned box; `skip` names sides left out: t(op) b(ottom) n(orth) s(outh) e(ast) w(est). */
	box(x0, y0, z0, x1, y1, z1, col, mat, skip = '') {
		const side = (name, ...corners) => {
			if (!skip.includes(name)) this.quad(...corners, col, mat);
		};
		side('t', [x0, y1, z1], [x1, y1, z1], [x1, y1, z0], [x0, y1, z0]);
		side('b', [x0, y0, z0], [x1, y0, z0], [x1, y0, z1], [x0, y0, z1]);
		side('s', [x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]);
		side('n', [x1, y0, z0], [x0, y0, z0], [x0, y1, z0], [x1, y1, z0]);
		side('e', [x1, y0, z1], [x1, y0, z0], [x1, y1, z0], [x1, y1, z1]);
		side('w', [x0, y0, z0], [x0, y0, z1], [x0, y1, z1], [x0, y1, z0]);
		return this;
	}

	/** Level rectangle at height y. */
	flat(x0, z0, x1, z1, y, col, mat) {
		this.quad([x0, y, z1], [x1, y, z1], [x1, y, z0], [x0, y, z0], col, mat);
		return this;
	}

	/** Skin through rings of points, each ring closed and equally long, with smooth normals.
	 *  `pick(ring, side, middle)` gives [colour, material] of a face; `boneOf(ring, point)` the bone of a vertex. */
	loft(rings, pick, { caps = true, boneOf = null } = {}) {
		const R = rings.length;
		const S = rings[0].length;
		const normals = ringNormals(rings);
		const outward = facesOutward(rings, normals);
		if (!outward) for (const ring of normals) for (const n of ring) for (let k = 0; k < 3; k++) n[k] *= -1;
		const put = (i, j, col, mat) => {
			if (boneOf) this.bone = boneOf(i, rings[i][j]);
			this.vertex(rings[i][j], normals[i][j], col, mat);
		};
		const own = this.bone;
		for (let i = 0; i < R - 1; i++)
			for (let j = 0; j < S; j++) {
				const k = (j + 1) % S;
				const corners = [rings[i][j], rings[i + 1][j], rings[i + 1][k], rings[i][k]];
				const middle = [0, 1, 2].map(
					(d) => (corners[0][d] + corners[1][d] + corners[2][d] + corners[3][d]) / 4
				);
				const [col, mat] = pick(i, j, middle);
				const [first, second] = [
					[
						[i, j],
						[i + 1, j],
						[i + 1, k]
					],
					[
						[i, j],
						[i + 1, k],
						[i, k]
					]
				];
				for (const [a, b, c] of [first, second])
					for (const [r, s] of outward ? [a, b, c] : [a, c, b]) put(r, s, col, mat);
			}
		this.bone = own;
		if (caps) for (const end of [0, R - 1]) this.cap(rings, end, pick, boneOf);
		this.bone = own;
		return this;
	}

	cap(rings, end, pick, boneOf) {
		const ring = rings[end];
		const centre = mean(ring);
		const n = norm(sub(centre, mean(rings[end === 0 ? 1 : end - 1])));
		const [col, mat] = pick(Math.min(end, rings.length - 2), 0, centre);
		const put = (p) => {
			if (boneOf) this.bone = boneOf(end, p);
			this.vertex(p, n, col, mat);
		};
		for (let j = 0; j < ring.length; j++) [centre, ring[j], ring[(j + 1) % ring.length]].forEach(put);
	}

	/** Tube of elliptical rings [x, y, z, rx, rz] standing along y, or lying along x (then rx is the height). */
	tube(ellipses, sides, col, mat, axis = 'y', boneOf = null) {
		const n = Math.max(5, Math.round(sides * 0.72));
		const rings = ellipses.map(([x, y, z, rx, rz]) =>
			around(n, (c, s) => (axis === 'y' ? [x + c * rx, y, z + s * rz] : [x, y + c * rx, z + s * rz]))
		);
		return this.loft(rings, () => [col, mat], { boneOf });
	}

	/** Straight round bar from a to b, of radius r at a and r2 at b. */
	bar(a, b, r, col, mat, sides = 8, r2 = r) {
		const d = norm(sub(b, a));
		const u = norm(cross(d, Math.abs(d[1]) > 0.9 ? [1, 0, 0] : [0, 1, 0]));
		const w = cross(d, u);
		const ring = (centre, q) =>
			around(sides, (c, s) => [0, 1, 2].map((k) => centre[k] + q * (u[k] * c + w[k] * s)));
		return this.loft([ring(a, r), ring(b, r2)], () => [col, mat]);
	}

	/** Wheel about the z axis: centre, radius, half width, tyre colour and material, rim colour and radius. */
	disc(centre, r, w, col, mat, rim, rimRadius) {
		const profile = [
			[-w, 0.02],
			[-w, rimRadius],
			[-w, rimRadius],
			[-w * 1.05, r * 0.86],
			[-w * 0.8, r],
			[w * 0.8, r],
			[w * 1.05, r * 0.86],
			[w, rimRadius],
			[w, rimRadius],
			[w, 0.02]
		];
		const rings = profile.map(([z, q]) =>
			around(20, (c, s) => [centre[0] + q * c, centre[1] + q * s, centre[2] + z])
		);
		const gap = rim.map((v) => v * 0.35);
		return this.loft(rings, (i, j) =>
			i <= 1 || i >= 7 ? [j % 4 < 2 && rimRadius > 0.1 ? rim : gap, MAT.metal] : [col, mat]
		);
	}

	/** Torus in the xy plane: a tyre or a rim. */
	hoop(centre, radius, thickness, col, mat) {
		const turns = 28;
		const rings = Array.from({ length: turns + 1 }, (_, i) => {
			const a = (i / turns) * 2 * Math.PI;
			return around(6, (c, s) => {
				const q = radius + thickness * c;
				return [centre[0] + q * Math.cos(a), centre[1] + q * Math.sin(a), centre[2] + thickness * s];
			});
		});
		return this.loft(rings, () => [col, mat], { caps: false });
	}

	/** Adds a copy of another mesh in the present frame. */
	add(other) {
		for (let i = 0; i < other.vertexCount; i++)
			this.vertex(
				other.p.slice(i * 3, i * 3 + 3),
				other.n.slice(i * 3, i * 3 + 3),
				other.c.slice(i * 4, i * 4 + 3),
				other.c[i * 4 + 3]
			);
		return this;
	}

	/** Gives every vertex one colour and material. */
	paint(col, mat) {
		for (let i = 0; i < this.c.length; i += 4) this.c.splice(i, 4, ...col, mat);
		return this;
	}
}

function ringNormals(rings) {
	const [R, S] = [rings.length, rings[0].length];
	const at = (i, j) => rings[Math.max(0, Math.min(R - 1, i))][(j + S) % S];
	return rings.map((ring, i) =>
		ring.map((_, j) => norm(cross(sub(at(i + 1, j), at(i - 1, j)), sub(at(i, j + 1), at(i, j - 1)))))
	);
}

/** Whether the normals point away from the rings' centre line rather than towards it. */
function facesOutward(rings, normals) {
	let sum = 0;
	rings.forEach((ring, i) => {
		const centre = mean(ring);
		ring.forEach((p, j) => {
			const d = sub(p, centre);
			sum += d[0] * normals[i][j][0] + d[1] * normals[i][j][1] + d[2] * normals[i][j][2];
		});
	});
	return sum >= 0;
}
