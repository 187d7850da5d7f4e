// Static scenery builders.
import { MAT, hex, rng } from './geom.js';
export function tree(
	m,
	x,
	z,
	seed,
	{ h = 7, r = 2.4, leaves = 5200, color = 0x52703a, trunk = 0x4a3a2a, bone = null, ls = 1 } = {}
) {
	const q = rng(seed),
		C = hex(color),
		tk = hex(trunk);
	const th = h * 0.42;
	m.at(x, 0, z, 0, (m) => {
		m.tube(
			[
				[0, 0, 0, 0.2, 0.2],
				[0, 0.3, 0, 0.15, 0.15],
				[0.04, th * 0.6, 0.03, 0.12, 0.12],
				[0.0, th, 0, 0.1, 0.1],
				[0.05, h * 0.75, 0.02, 0.04, 0.04]
			],
			9,
			tk,
			MAT.wood
		);
		const cl = [];
		for (let i = 0; i < 26; i++) {
			const a = q() * 6.283,
				e = q(),
				rr = r * (0.25 + 0.75 * Math.sqrt(q())) * Math.sin(0.5 + e * 2.2);
			cl.push([
				rr * Math.cos(a),
				th * 0.85 + e * (h - th * 0.85) * 0.92,
				rr * Math.sin(a),
				r * (0.3 + 0.22 * q()),
				0.75 + 0.5 * q()
			]);
		}
		for (const c of cl.slice(0, 9))
			m.bar([0, th * 0.7 + q() * th * 0.4, 0], [c[0] * 0.8, c[1], c[2] * 0.8], 0.045, tk, MAT.wood, 5, 0.015);
		for (let i = 0; i < leaves; i++) {
			const c = cl[i % cl.length];
			if (bone) m.bone = bone(i % cl.length);
			const a = q() * 6.283,
				u = q() * 2 - 1,
				k = c[3] * Math.pow(q(), 0.4),
				s = Math.sqrt(1 - u * u),
				p = [c[0] + k * s * Math.cos(a), c[1] + k * u * 0.8, c[2] + k * s * Math.sin(a)];
			const L = (0.1 + 0.1 * q()) * ls,
				d = () => [(q() - 0.5) * 2 * L, (q() - 0.5) * 1.4 * L, (q() - 0.5) * 2 * L],
				A = d(),
				B = d(),
				t = c[4] * (0.7 + 0.6 * q()),
				col = [C[0] * t * (0.85 + 0.5 * q()), C[1] * t, C[2] * t * 0.8];
			m.quad(
				[p[0] - A[0], p[1] - A[1], p[2] - A[2]],
				[p[0] + B[0], p[1] + B[1], p[2] + B[2]],
				[p[0] + A[0], p[1] + A[1], p[2] + A[2]],
				[p[0] - B[0], p[1] - B[1], p[2] - B[2]],
				col,
				MAT.leaf
			);
		}
	});
}
export function bush(m, x0, z0, x1, z1, h, seed, n = 1500, color = 0x44602f) {
	const q = rng(seed),
		C = hex(color);
	for (let i = 0; i < n; i++) {
		const p = [x0 + (x1 - x0) * q(), h * (0.15 + 0.85 * Math.sqrt(q())), z0 + (z1 - z0) * q()],
			L = 0.07 + 0.08 * q(),
			d = () => [(q() - 0.5) * 2 * L, (q() - 0.5) * 1.6 * L, (q() - 0.5) * 2 * L],
			A = d(),
			B = d(),
			t = 0.6 + 0.7 * q();
		m.quad(
			[p[0] - A[0], p[1] - A[1], p[2] - A[2]],
			[p[0] + B[0], p[1] + B[1], p[2] + B[2]],
			[p[0] + A[0], p[1] + A[1], p[2] + A[2]],
			[p[0] - B[0], p[1] - B[1], p[2] - B[2]],
			[C[0] * t, C[1] * t, C[2] * t],
			MAT.leaf
		);
	}
}
// wall with recessed windows along +x from (0,0,0), facing +z; built in local frame
export function facade(
	m,
	len,
	floors,
	{
		bay = 3.2,
		fh = 3.3,
		gh = 4,
		wall = MAT.brick,
		color = 0x8a4b38,
		trim = 0xcfc8ba,
		shop = 0,
		seed = 1,
		win = [1.35, 1.75],
		top = 0.9
	} = {}
) {
	const q = rng(seed),
		c = hex(color),
		t = hex(trim),
		n = Math.max(1, Math.round(len / bay)),
		bw = len / n,
		dp = 0.22,
		H = gh + floors * fh + top;
	const W = (x0, y0, x1, y1, col = c, mat = wall, z = 0) =>
		m.quad([x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z], col, mat);
	const hole = (x0, y0, x1, y1, gcol, mull) => {
		m.quad([x0, y0, -dp], [x1, y0, -dp], [x1, y1, -dp], [x0, y1, -dp], gcol, MAT.glass);
		m.quad([x0, y0, 0], [x1, y0, 0], [x1, y0, -dp], [x0, y0, -dp], t, MAT.plaster);
		m.quad([x0, y1, -dp], [x1, y1, -dp], [x1, y1, 0], [x0, y1, 0], t, MAT.plaster);
		m.quad([x0, y0, -dp], [x0, y1, -dp], [x0, y1, 0], [x0, y0, 0], t, MAT.plaster);
		m.quad([x1, y0, 0], [x1, y1, 0], [x1, y1, -dp], [x1, y0, -dp], t, MAT.plaster);
		const f = 0.05,
			z = -dp + 0.03;
		for (const [a, b, d, e] of [
			[x0, y0, x0 + f, y1],
			[x1 - f, y0, x1, y1],
			[x0, y0, x1, y0 + f],
			[x0, y1 - f, x1, y1],
			...(mull
				? [
						[(x0 + x1) / 2 - f / 2, y0, (x0 + x1) / 2 + f / 2, y1],
						[x0, y0 + (y1 - y0) * 0.6, x1, y0 + (y1 - y0) * 0.6 + f]
					]
				: [])
		])
			W(a, b, d, e, mull ? t : hex(0x2b2c2e), MAT.plain, z);
	};
	for (let i = 0; i < n; i++) {
		const a = i * bw,
			b = a + bw; // ground floor
		if (shop > 0) {
			const mx = 0.25,
				y0 = 0.45,
				y1 = gh - 1.0;
			W(a, 0, b, y0, hex(0x3a3a3c), MAT.plaster);
			W(a, y1, b, gh);
			W(a, y0, a + mx, y1, t, MAT.plaster);
			W(b - mx, y0, b, y1, t, MAT.plaster);
			hole(a + mx, y0, b - mx, y1, [1, 1, 1], false);
			const sc = hex([0x27485c, 0x5e2a2a, 0x2f4a35, 0xb08a3a, 0x33333a, 0x7d3f5a][Math.floor(q() * 6)]);
			m.box(a + 0.15, y1 + 0.05, 0, b - 0.15, gh - 0.25, 0.12, sc, MAT.plain);
			for (let k = 0; k < 5 + q() * 4; k++) {
				const sx = a + 0.5 + k * 0.24;
				if (sx < b - 0.6)
					m.box(
						sx,
						y1 + 0.25,
						0.12,
						sx + 0.08 + 0.1 * q(),
						y1 + 0.48 + 0.06 * q(),
						0.135,
						hex(0xe8e2d2),
						MAT.plain
					);
			}
			if (q() < shop * 0.5) {
				const aw = hex([0x8f2f2a, 0x2d5a4a, 0xc9b27a, 0x35506e][Math.floor(q() * 4)]);
				m.quad(
					[a + 0.2, gh - 1.35, 1.3],
					[b - 0.2, gh - 1.35, 1.3],
					[b - 0.2, gh - 0.7, 0.1],
					[a + 0.2, gh - 0.7, 0.1],
					aw,
					MAT.cloth
				);
				m.quad(
					[a + 0.2, gh - 1.55, 1.3],
					[b - 0.2, gh - 1.55, 1.3],
					[b - 0.2, gh - 1.35, 1.3],
					[a + 0.2, gh - 1.35, 1.3],
					aw.map((v) => v * 0.8),
					MAT.cloth
				);
			}
		} else {
			const x0 = a + (bw - win[0]) / 2,
				x1 = x0 + win[0];
			W(a, 0, b, 1);
			W(a, 1, x0, 1 + win[1]);
			W(x1, 1, b, 1 + win[1]);
			W(a, 1 + win[1], b, gh);
			hole(x0, 1, x1, 1 + win[1], [1, 1, 1], true);
		}
		for (let f = 0; f < floors; f++) {
			const y = gh + f * fh,
				x0 = a + (bw - win[0]) / 2,
				x1 = x0 + win[0],
				y0 = y + 0.8,
				y1 = y0 + win[1];
			W(a, y, b, y0);
			W(a, y0, x0, y1);
			W(x1, y0, b, y1);
			W(a, y1, b, y + fh);
			hole(x0, y0, x1, y1, [1, 1, 1], true);
			m.box(x0 - 0.1, y0 - 0.1, 0, x1 + 0.1, y0, 0.12, t, MAT.plaster, 'n');
			m.box(x0 - 0.08, y1, 0, x1 + 0.08, y1 + 0.16, 0.04, t, MAT.plaster, 'n');
		}
	}
	W(0, H - top, len, H);
	m.box(-0.05, gh - 0.12, 0, len + 0.05, gh + 0.08, 0.14, t, MAT.plaster, 'n');
	m.box(-0.1, H - 0.25, -0.3, len + 0.1, H, 0.3, t, MAT.plaster);
	return H;
}
export function building(m, x0, z0, x1, z1, floors, o = {}) {
	// four facades
	let H = 0;
	m.at(x0, 0, z1, 0, (m) => {
		H = facade(m, x1 - x0, floors, { ...o, seed: o.seed || 1 });
	});
	m.at(x1, 0, z1, Math.PI / 2, (m) => facade(m, z1 - z0, floors, { ...o, seed: (o.seed || 1) + 1 }));
	m.at(x1, 0, z0, Math.PI, (m) => facade(m, x1 - x0, floors, { ...o, seed: (o.seed || 1) + 2 }));
	m.at(x0, 0, z0, -Math.PI / 2, (m) => facade(m, z1 - z0, floors, { ...o, seed: (o.seed || 1) + 3 }));
	m.flat(x0, z0, x1, z1, H - 0.3, hex(0x55524e), MAT.gravel);
}
export function lamp(m, x, z, { h = 6.2, arm = 1.6, yaw = 0, color = 0x3b4044, glow = null } = {}) {
	const c = hex(color);
	m.at(x, 0, z, yaw, (m) => {
		m.tube(
			[
				[0, 0, 0, 0.11, 0.11],
				[0, 0.9, 0, 0.1, 0.1],
				[0, 1.0, 0, 0.065, 0.065],
				[0, h, 0, 0.045, 0.045]
			],
			10,
			c,
			MAT.metal
		);
		m.bar([0, h - 0.05, 0], [arm, h + 0.12, 0], 0.035, c, MAT.metal, 7);
		m.box(arm - 0.25, h + 0.06, -0.12, arm + 0.35, h + 0.17, 0.12, c, MAT.metal);
		m.box(
			arm - 0.2,
			h + 0.03,
			-0.09,
			arm + 0.3,
			h + 0.06,
			0.09,
			glow || [0.6, 0.6, 0.55],
			glow ? MAT.glow : MAT.plain
		);
	});
}
export function bollard(m, x, z, c = 0x2a2d30) {
	m.tube(
		[
			[x, 0, z, 0.075, 0.075],
			[x, 0.82, z, 0.07, 0.07],
			[x, 0.85, z, 0.085, 0.085],
			[x, 0.95, z, 0.08, 0.08],
			[x, 1, z, 0.03, 0.03]
		],
		10,
		hex(c),
		MAT.metal
	);
	m.tube(
		[
			[x, 0.68, z, 0.078, 0.078],
			[x, 0.76, z, 0.078, 0.078]
		],
		10,
		hex(0xd8d6cc),
		MAT.plain
	);
}
export function bench(m, x, z, yaw = 0, wood = 0x8a6238) {
	const c = hex(wood),
		d = hex(0x2c2e30);
	m.at(x, 0, z, yaw, (m) => {
		for (let i = 0; i < 4; i++)
			m.box(-0.9, 0.43, -0.22 + i * 0.115, 0.9, 0.465, -0.13 + i * 0.115, c, MAT.wood);
		for (let i = 0; i < 3; i++) m.box(-0.9, 0.58 + i * 0.11, -0.27, 0.9, 0.66 + i * 0.11, -0.24, c, MAT.wood);
		for (const s of [-0.75, 0.75]) {
			m.box(s - 0.03, 0, -0.24, s + 0.03, 0.43, -0.18, d, MAT.metal);
			m.box(s - 0.03, 0, 0.16, s + 0.03, 0.43, 0.22, d, MAT.metal);
			m.box(s - 0.03, 0.43, -0.28, s + 0.03, 0.9, -0.25, d, MAT.metal);
		}
	});
}
export function bin(m, x, z, c = 0x2f3a34) {
	m.tube(
		[
			[x, 0, z, 0.24, 0.24],
			[x, 0.05, z, 0.27, 0.27],
			[x, 0.85, z, 0.28, 0.28],
			[x, 0.88, z, 0.3, 0.3],
			[x, 1.0, z, 0.27, 0.27],
			[x, 1.06, z, 0.12, 0.12]
		],
		14,
		hex(c),
		MAT.metal
	);
}
export function signalPole(m, x, z, yaw, { arm = 0 } = {}) {
	const c = hex(0x24282a);
	m.at(x, 0, z, yaw, (m) => {
		m.tube(
			[
				[0, 0, 0, 0.09, 0.09],
				[0, 3.6, 0, 0.07, 0.07]
			],
			10,
			c,
			MAT.metal
		);
		if (arm) {
			m.bar([0, 5.2, 0], [arm, 5.4, 0], 0.06, c, MAT.metal, 8);
			m.tube(
				[
					[0, 3.6, 0, 0.07, 0.07],
					[0, 5.25, 0, 0.06, 0.06]
				],
				10,
				c,
				MAT.metal
			);
		}
		m.box(-0.16, 2.45, 0.05, 0.16, 3.5, 0.32, hex(0x121415), MAT.plain);
	});
}
export function hatchCover(m, x, z, r = 0.33) {
	const S = 20,
		c = hex(0x3a3836);
	for (let i = 0; i < S; i++) {
		const a = (i / S) * 6.2832,
			b = ((i + 1) / S) * 6.2832;
		m.tri(
			[x, 0.006, z],
			[x + r * Math.cos(b), 0.006, z + r * Math.sin(b)],
			[x + r * Math.cos(a), 0.006, z + r * Math.sin(a)],
			c,
			MAT.metal
		);
	}
}
