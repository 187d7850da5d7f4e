// Geometry: one growing triangle list with position, normal, colour, material, bone.
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
export function rng(seed) {
	let a = seed >>> 0;
	return () => {
		a = (a + 0x6d2b79f5) | 0;
		let t = Math.imul(a ^ (a >>> 15), 1 | a);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}
export const hex = (h) => [(h >> 16) & 255, (h >> 8) & 255, h & 255].map((v) => Math.pow(v / 255, 2.2));
const sub = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]],
	cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
export const norm = (a) => {
	const l = Math.hypot(...a) || 1;
	return [a[0] / l, a[1] / l, a[2] / l];
};
export class Mesh {
	constructor() {
		this.p = [];
		this.n = [];
		this.c = [];
		this.b = [];
		this.bone = 0;
		this.xf = null;
	}
	at(x, y, z, yaw = 0, fn) {
		const o = this.xf;
		const c = Math.cos(yaw),
			s = Math.sin(yaw);
		const f = ([a, b, d]) => [x + c * a + s * d, y + b, z - s * a + c * d],
			g = ([a, b, d]) => [c * a + s * d, b, -s * a + c * d];
		this.xf = o ? { p: (v) => o.p(f(v)), n: (v) => o.n(g(v)) } : { p: f, n: g };
		fn(this);
		this.xf = o;
		return this;
	}
	v(p, n, col, mat) {
		if (this.xf) {
			p = this.xf.p(p);
			n = this.xf.n(n);
		}
		this.p.push(...p);
		this.n.push(...n);
		this.c.push(col[0], col[1], col[2], mat);
		this.b.push(this.bone);
	}
	tri(a, b, c, col, mat, na, nb, nc) {
		const f = na ? null : norm(cross(sub(b, a), sub(c, a)));
		this.v(a, na || f, col, mat);
		this.v(b, nb || f, col, mat);
		this.v(c, nc || f, col, mat);
	}
	quad(a, b, c, d, col, mat) {
		this.tri(a, b, c, col, mat);
		this.tri(a, c, d, col, mat);
	}
	// axis-aligned box; x0..x1 etc.
	box(x0, y0, z0, x1, y1, z1, col, mat, skip = '') {
		const q = (s, ...r) => {
			if (!skip.includes(s)) this.quad(...r, col, mat);
		};
		q('t', [x0, y1, z1], [x1, y1, z1], [x1, y1, z0], [x0, y1, z0]);
		q('b', [x0, y0, z0], [x1, y0, z0], [x1, y0, z1], [x0, y0, z1]);
		q('s', [x0, y0, z1], [x1, y0, z1], [x1, y1, z1], [x0, y1, z1]);
		q('n', [x1, y0, z0], [x0, y0, z0], [x0, y1, z0], [x1, y1, z0]);
		q('e', [x1, y0, z1], [x1, y0, z0], [x1, y1, z0], [x1, y1, z1]);
		q('w', [x0, y0, z0], [x0, y0, z1], [x0, y1, z1], [x0, y1, z0]);
		return this;
	}
	// ground rectangle split in cells (keeps vertex interpolation well behaved)
	flat(x0, z0, x1, z1, y, col, mat) {
		this.quad([x0, y, z1], [x1, y, z1], [x1, y, z0], [x0, y, z0], col, mat);
		return this;
	}
	// loft through rings of points (each ring the same length, closed); smooth normals; pick(i,j,mid)->[col,mat]
	loft(rings, pick, caps = true, closed = true) {
		const R = rings.length,
			S = rings[0].length,
			N = [];
		const at = (i, j) =>
			rings[Math.max(0, Math.min(R - 1, i))][closed ? ((j % S) + S) % S : Math.max(0, Math.min(S - 1, j))];
		for (let i = 0; i < R; i++) {
			N.push([]);
			for (let j = 0; j < S; j++)
				N[i].push(norm(cross(sub(at(i + 1, j), at(i - 1, j)), sub(at(i, j + 1), at(i, j - 1)))));
		}
		// orientation check against the first ring's centre line
		let acc = 0;
		for (let i = 0; i < R; i++) {
			const c = [0, 1, 2].map((k) => rings[i].reduce((s, p) => s + p[k], 0) / S);
			for (let j = 0; j < S; j++) {
				const d = sub(rings[i][j], c);
				acc += d[0] * N[i][j][0] + d[1] * N[i][j][1] + d[2] * N[i][j][2];
			}
		}
		const fl = acc < 0 ? -1 : 1;
		if (fl < 0)
			for (const r of N)
				for (const n of r) {
					n[0] *= -1;
					n[1] *= -1;
					n[2] *= -1;
				}
		for (let i = 0; i < R - 1; i++)
			for (let j = 0; j < (closed ? S : S - 1); j++) {
				const k = (j + 1) % S,
					a = rings[i][j],
					b = rings[i + 1][j],
					c = rings[i + 1][k],
					d = rings[i][k];
				const [col, mat] = pick(i, j, [
					(a[0] + b[0] + c[0] + d[0]) / 4,
					(a[1] + b[1] + c[1] + d[1]) / 4,
					(a[2] + b[2] + c[2] + d[2]) / 4
				]);
				if (fl > 0) {
					this.tri(a, b, c, col, mat, N[i][j], N[i + 1][j], N[i + 1][k]);
					this.tri(a, c, d, col, mat, N[i][j], N[i + 1][k], N[i][k]);
				} else {
					this.tri(a, c, b, col, mat, N[i][j], N[i + 1][k], N[i + 1][j]);
					this.tri(a, d, c, col, mat, N[i][j], N[i][k], N[i + 1][k]);
				}
			}
		if (caps)
			for (const i of [0, R - 1]) {
				const c = [0, 1, 2].map((k) => rings[i].reduce((s, p) => s + p[k], 0) / S),
					o = rings[i === 0 ? 1 : R - 2],
					oc = [0, 1, 2].map((k) => o.reduce((s, p) => s + p[k], 0) / S),
					n = norm(sub(c, oc));
				const [col, mat] = pick(Math.min(i, R - 2), 0, c);
				for (let j = 0; j < S; j++) this.tri(c, rings[i][j], rings[i][(j + 1) % S], col, mat, n, n, n);
			}
		return this;
	}
	// tube of elliptical rings; ring=[x,y,z,rx,rz] ; axis 'y' (rings in xz) or 'x' (rings in yz; rx->y radius)
	tube(rs, seg, col, mat, axis = 'y') {
		seg = Math.max(5, Math.round(seg * 0.72));
		const rings = rs.map((r) =>
			Array.from({ length: seg }, (_, j) => {
				const a = (j / seg) * Math.PI * 2,
					c = Math.cos(a),
					s = Math.sin(a);
				return axis === 'y'
					? [r[0] + c * r[3], r[1], r[2] + s * r[4]]
					: [r[0], r[1] + c * r[3], r[2] + s * r[4]];
			})
		);
		return this.loft(rings, () => [col, mat]);
	}
	// straight round bar between two points
	bar(a, b, r, col, mat, seg = 8, r2 = r) {
		const d = norm(sub(b, a)),
			u = norm(Math.abs(d[1]) > 0.9 ? cross(d, [1, 0, 0]) : cross(d, [0, 1, 0])),
			w = cross(d, u);
		const ring = (c, q) =>
			Array.from({ length: seg }, (_, j) => {
				const t = (j / seg) * Math.PI * 2;
				return [0, 1, 2].map((k) => c[k] + q * (u[k] * Math.cos(t) + w[k] * Math.sin(t)));
			});
		return this.loft([ring(a, r), ring(b, r2)], () => [col, mat]);
	}
	ball(c, r, col, mat, seg = 10, sy = 1) {
		const rings = [];
		for (let i = 0; i <= seg; i++) {
			const t = Math.PI * (i / seg),
				y = -Math.cos(t),
				q = Math.max(1e-3, Math.sin(t));
			rings.push(
				Array.from({ length: seg + 4 }, (_, j) => {
					const a = (j / (seg + 4)) * Math.PI * 2;
					return [c[0] + r * q * Math.cos(a), c[1] + r * sy * y, c[2] + r * q * Math.sin(a)];
				})
			);
		}
		return this.loft(rings, () => [col, mat], false);
	}
	// wheel/disc about the z axis
	disc(c, r, w, col, mat, rim, rimR) {
		const S = 20,
			ring = (z, q) =>
				Array.from({ length: S }, (_, j) => {
					const t = (j / S) * Math.PI * 2;
					return [c[0] + q * Math.cos(t), c[1] + q * Math.sin(t), c[2] + z];
				});
		const prof = [
			[-w, 0.02],
			[-w, rimR],
			[-w, rimR],
			[-w * 1.05, r * 0.86],
			[-w * 0.8, r],
			[w * 0.8, r],
			[w * 1.05, r * 0.86],
			[w, rimR],
			[w, rimR],
			[w, 0.02]
		];
		return this.loft(
			prof.map(([z, q]) => ring(z, q)),
			(i, j) =>
				i <= 1 || i >= 7 ? [j % 4 < 2 && rimR > 0.1 ? rim : rim.map((v) => v * 0.35), 17] : [col, mat],
			true
		);
	}
}
