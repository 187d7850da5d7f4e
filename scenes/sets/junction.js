// Scene 1: four-way junction with a pedestrian phase. World: x east, y up, z south; metres.
import { Mesh, MAT, hex, rng } from '../web/geom.js';
import * as P from '../web/props.js';
import { model } from '../web/actors.js';
export const fps = 25,
	frames = 650,
	T = frames / fps;
const RW = 5.2,
	LANE = 1.85,
	CYC = 4.35; // half road width, lane centre, cycle-lane centre
export const phase = (t) => {
	t = ((t % T) + T) % T;
	return {
		ns: t < 6.6 ? 'g' : t < 8.0 ? 'a' : 'r',
		ew: t >= 8.6 && t < 15.4 ? 'g' : t >= 15.4 && t < 16.6 ? 'a' : 'r',
		ped: t >= 17 && t < 20
	};
};
const scene = {
	name: 'junction',
	title: 'Junction',
	fps,
	frames,
	camera: { x: 15.2, height: 9.2, z: 16.2, headingDeg: 317, tiltDeg: 25, hfovDeg: 68 },
	light: {
		center: [0, 0, 0],
		radius: 46,
		ambient: [0.2, 0.205, 0.21],
		keys: [{ dir: [-0.6, 0.66, 0.42], color: [2.75, 2.5, 2.1], size: 0.018 }],
		sky: (x, y, z) => {
			const b = 0.8 + 0.35 * y;
			return [0.5 * b, 0.62 * b, 0.8 * b];
		},
		skyUp: [0.6, 0.7, 0.86],
		skyDn: [0.24, 0.22, 0.2],
		envUp: [0.42, 0.58, 0.85],
		envHor: [1.0, 1.02, 1.05],
		envLow: [0.16, 0.155, 0.15]
	},
	post: { expo: 0.76, noise: 0.026, sat: 0.92, vig: 0.42, tint: [1.01, 1, 0.985] }
};
scene.static = () => {
	const m = new Mesh(),
		A = hex(0x4a4a4b),
		PV = hex(0xa39c90),
		K = hex(0xb5b0a6),
		W = hex(0xdcdad2),
		Q = rng(7);
	m.flat(-60, -RW, 60, RW, 0, A, MAT.asphalt);
	m.flat(-RW, -60, RW, -RW, 0, A, MAT.asphalt);
	m.flat(-RW, RW, RW, 60, 0, A, MAT.asphalt);
	for (const a of [-1, 1])
		for (const b of [-1, 1])
			m.flat(
				Math.min(a * RW, a * (RW + 2.7)),
				Math.min(b * RW, b * (RW + 2.7)),
				Math.max(a * RW, a * (RW + 2.7)),
				Math.max(b * RW, b * (RW + 2.7)),
				0,
				A,
				MAT.asphalt
			);
	// patches of newer asphalt
	for (const [x, z, w, h] of [
		[-9, -3.9, 4.5, 1.4],
		[1.2, 7, 1.5, 5],
		[-22, 1, 7, 1.6],
		[-4, -17, 2, 6],
		[-3.3, 0.5, 2.6, 1.8]
	])
		m.flat(x, z, x + w, z + h, 0.003, hex(0x353536), MAT.asphalt);
	const R = 2.6; // corner radius, pavements
	for (const sx of [-1, 1])
		for (const sz of [-1, 1]) {
			const y = 0.13,
				X = (v) => sx * v,
				Z = (v) => sz * v;
			const pts = [[RW, 60]];
			for (let i = 0; i <= 10; i++) {
				const a = Math.PI + ((i / 10) * Math.PI) / 2;
				pts.push([RW + R + R * Math.cos(a), RW + R + R * Math.sin(a)]);
			}
			pts.push([60, RW]);
			const tri = (a, b, c) =>
				m.tri(
					[X(a[0]), y, Z(a[1])],
					[X(b[0]), y, Z(b[1])],
					[X(c[0]), y, Z(c[1])],
					PV,
					MAT.paving,
					[0, 1, 0],
					[0, 1, 0],
					[0, 1, 0]
				);
			for (let i = 0; i < pts.length - 1; i++) tri([60, 60], pts[i], pts[i + 1]);
			for (let i = 0; i < pts.length - 1; i++) {
				const a = pts[i],
					b = pts[i + 1],
					dx = b[0] - a[0],
					dz = b[1] - a[1],
					l = Math.hypot(dx, dz),
					nx = (-dz / l) * -0.18,
					nz = (dx / l) * -0.18;
				const o = (p) => {
					const d = Math.hypot(p[0] - 60, p[1] - 60);
					return [p[0] + ((60 - p[0]) / d) * 0.22, p[1] + ((60 - p[1]) / d) * 0.22];
				};
				const ia = i === 0 ? [a[0] + 0.18, a[1]] : o(a),
					ib = i === pts.length - 2 ? [b[0], b[1] + 0.18] : o(b);
				m.quad(
					[X(a[0]), 0, Z(a[1])],
					[X(b[0]), 0, Z(b[1])],
					[X(b[0]), y + 0.004, Z(b[1])],
					[X(a[0]), y + 0.004, Z(a[1])],
					K,
					MAT.plaster
				);
				m.quad(
					[X(a[0]), y + 0.004, Z(a[1])],
					[X(b[0]), y + 0.004, Z(b[1])],
					[X(ib[0]), y + 0.004, Z(ib[1])],
					[X(ia[0]), y + 0.004, Z(ia[1])],
					K,
					MAT.plaster
				);
			}
		}
	// markings: per arm in a rotated frame where the arm goes along +x
	for (let k = 0; k < 4; k++)
		m.at(0, 0, 0, (k * Math.PI) / 2, (m) => {
			const mk = (x0, z0, x1, z1, c = W) => m.flat(x0, z0, x1, z1, 0.008, c, MAT.marking);
			for (let i = 0; i < 8; i++) {
				const z = -RW + 0.35 + i * 1.31;
				mk(7.6, z, 10.4, z + 0.62);
			}
			mk(11.6, -RW + 0.1, 11.95, -0.15);
			for (let x = 12.6; x < 58; x += 4.5) mk(x, -0.06, x + 2.6, 0.06);
			mk(11.6, -0.07, 16, 0.07);
			m.flat(11.95, -RW + 0.02, 40, -RW + 1.55, 0.005, hex(0x7a3b30), MAT.marking);
			m.flat(11.95, RW - 1.55, 40, RW - 0.02, 0.005, hex(0x7a3b30), MAT.marking);
			mk(11.95, -RW + 1.55, 40, -RW + 1.68);
			mk(11.95, RW - 1.68, 40, RW - 1.55);
			for (const x of [17, 26]) {
				mk(x, -LANE - 0.09, x + 2.2, -LANE + 0.09);
				m.tri(
					[x - 0.9, 0.008, -LANE],
					[x + 0.1, 0.008, -LANE + 0.38],
					[x + 0.1, 0.008, -LANE - 0.38],
					W,
					MAT.marking
				);
			}
		});
	for (const [x, z] of [
		[-2.6, 3],
		[3.1, -8.5],
		[-14, -1.2],
		[1.4, 13],
		[-6.5, 2.6]
	])
		P.hatchCover(m, x, z);
	// buildings, trees, furniture
	P.building(m, -34, -32, -13.2, -12.6, 3, { color: 0x94523c, shop: 0.9, seed: 3 });
	P.building(m, -62, -30, -36, -12.2, 4, {
		color: 0xb7a88d,
		wall: MAT.plaster,
		shop: 0.5,
		seed: 9,
		trim: 0xe2ddd0
	});
	P.building(m, 12.5, -34, 32, -13.5, 4, {
		color: 0xc2b59b,
		wall: MAT.plaster,
		shop: 0.8,
		seed: 21,
		trim: 0xe8e3d6
	});
	P.building(m, -34, 14.5, -14.5, 34, 2, { color: 0x7b4534, shop: 0.6, seed: 33 });
	P.building(m, -60, 14, -37, 32, 3, { color: 0x9a9186, wall: MAT.plaster, seed: 41 });
	P.building(m, -31, -62, -12, -34, 4, { color: 0x83705f, seed: 51 });
	P.building(m, 12, -66, 34, -37, 3, { color: 0x8d4a3a, seed: 61 });
	P.building(m, -14, -92, 16, -72, 5, { color: 0xa79d8e, wall: MAT.plaster, seed: 71 });
	P.building(m, -92, -14, -76, 16, 4, { color: 0x8b5a45, seed: 81 });
	m.flat(-100, -100, 100, -60, -0.02, hex(0x5a5a58), MAT.asphalt);
	m.flat(-100, -60, -60, 60, -0.02, hex(0x5a5a58), MAT.asphalt);
	let s = 11;
	for (const [x, z, h] of [
		[-9, -20, 7.5],
		[-9.2, -29, 7],
		[-16.5, -8.3, 6.6],
		[-25.5, -8.4, 7.2],
		[-34, -8.4, 7],
		[9.2, -18, 7],
		[9.2, -28, 7.6],
		[-17, 8.9, 6.4],
		[-27, 8.9, 7],
		[-46, -8.5, 7]
	]) {
		P.tree(m, x, z, s++, {
			h,
			r: 2.2 + 0.3 * Q(),
			leaves: 5200,
			color: [0x5a7a3a, 0x4f6e38, 0x6a7f3d][s % 3]
		});
		m.box(x - 0.7, 0.13, z - 0.7, x + 0.7, 0.15, z + 0.7, hex(0x4b3d2c), MAT.gravel, 'b');
	}
	for (const [x, z, yaw] of [
		[-7.2, -11.5, 0.4],
		[7.3, -12.5, 2.7],
		[-12.5, 7.2, -1.4],
		[-30, -6.6, -1.57],
		[-6.9, -35, 0]
	])
		P.lamp(m, x, z, { yaw });
	for (let k = 0; k < 4; k++)
		m.at(0, 0, 0, (k * Math.PI) / 2, (m) => P.signalPole(m, 11.6, -RW - 0.7, Math.PI / 2));
	for (let i = 0; i < 6; i++) {
		P.bollard(m, -6.2 - i * 1.5, -6.05);
	}
	P.bench(m, -11.2, -11.6, 0);
	P.bin(m, -9.4, -11.8);
	P.bin(m, -6.8, 8.6);
	P.bench(m, 8.6, -14, -Math.PI / 2);
	m.box(-8.4, 0.13, -13.6, -6.9, 2.4, -12.9, hex(0x31464f), MAT.metal);
	m.box(-8.3, 0.6, -12.9, -7.0, 2.25, -12.86, hex(0xd9c28a), MAT.plain);
	for (const [k, c, x, z, yaw] of [
		['suv', 0x3f4a52, -41, -CYC - 0.1, 0],
		['hatch', 0xa8322a, -35, -CYC - 0.15, 0]
	]) {
		const a = model('car', 1, { kind: k, color: c }).mesh;
		m.at(x, 0, z, yaw, (m) => {
			for (let i = 0; i < a.p.length / 3; i++)
				m.v(
					[a.p[i * 3], a.p[i * 3 + 1], a.p[i * 3 + 2]],
					[a.n[i * 3], a.n[i * 3 + 1], a.n[i * 3 + 2]],
					[a.c[i * 4], a.c[i * 4 + 1], a.c[i * 4 + 2]],
					a.c[i * 4 + 3]
				);
		});
	}
	P.bush(m, 9.5, 8.2, 20, 9.4, 0.9, 5, 2600);
	m.box(9.4, 0.13, 8.1, 20.1, 0.42, 9.5, hex(0x8b8479), MAT.plaster);
	return m;
};
// ---- motion ----
const arc = (cx, cz, r, a0, a1, n = 10) =>
	Array.from({ length: n + 1 }, (_, i) => {
		const a = a0 + ((a1 - a0) * i) / n;
		return [cx + r * Math.cos(a), cz + r * Math.sin(a)];
	});
// paths written for the approach from the west (driving east on the south side), then rotated
const PATHS = {
	s: (l) => [
		[-52, l],
		[52, l]
	],
	r: (l) => [
		[-52, l],
		[-RW - 2.2, l],
		...arc(-RW - 2.2 + 0, l + (RW + 2.2 - l), RW + 2.2 - l, -Math.PI / 2, 0),
		[-l, 52]
	],
	l: (l) => [[-52, l], [-4.4, l], ...arc(-4.4, l - (4.4 + l), 4.4 + l, Math.PI / 2, 0), [l, -52]]
};
const rotp = (p, k) => {
	let [x, z] = p;
	for (let i = 0; i < k; i++) [x, z] = [-z, x];
	return [x, z];
};
function polyline(pts) {
	const out = [];
	let s = 0;
	out.push([...pts[0], 0]);
	for (let i = 1; i < pts.length; i++) {
		const [a, b] = [pts[i - 1], pts[i]],
			L = Math.hypot(b[0] - a[0], b[1] - a[1]);
		const n = Math.max(1, Math.round(L / 0.5));
		for (let j = 1; j <= n; j++) {
			s += L / n;
			out.push([a[0] + ((b[0] - a[0]) * j) / n, a[1] + ((b[1] - a[1]) * j) / n, s]);
		}
	}
	// soften corners
	for (let it = 0; it < 6; it++)
		for (let i = 1; i < out.length - 1; i++) {
			out[i] = [
				(out[i - 1][0] + 2 * out[i][0] + out[i + 1][0]) / 4,
				(out[i - 1][1] + 2 * out[i][1] + out[i + 1][1]) / 4,
				out[i][2]
			];
		}
	s = 0;
	for (let i = 1; i < out.length; i++) {
		s += Math.hypot(out[i][0] - out[i - 1][0], out[i][1] - out[i - 1][1]);
		out[i][2] = s;
	}
	return out;
}
const posAt = (pl, s) => {
	let lo = 0,
		hi = pl.length - 1;
	while (hi - lo > 1) {
		const k = (lo + hi) >> 1;
		if (pl[k][2] <= s) lo = k;
		else hi = k;
	}
	const a = pl[lo],
		b = pl[hi],
		t = (s - a[2]) / (b[2] - a[2] || 1);
	return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
};
// spawns: [time, approach k (0 from west,1 north,2 east,3 south), turn, type, look, speed]
const SP = [
	[1.0, 0, 's', 'car', { kind: 'hatch', color: 0xb9342b }],
	[7.8, 0, 's', 'van', { kind: 'van', color: 0xe6e4de }],
	[12.5, 0, 'r', 'car', { kind: 'suv', color: 0x5d6a73 }],
	[2.4, 2, 's', 'car', { kind: 'suv', color: 0xc9ccce }],
	[5.8, 2, 's', 'car', { kind: 'hatch', color: 0x2f6b5c }],
	[10.5, 2, 's', 'car', { kind: 'sedan', color: 0xd8c9a0, taxi: true }],
	[17.5, 1, 's', 'car', { kind: 'sedan', color: 0x1f3d6b }],
	[20.5, 1, 's', 'van', { kind: 'van', color: 0x2b4a66 }],
	[14.0, 1, 'r', 'car', { kind: 'hatch', color: 0x6d2430 }],
	[16.2, 3, 's', 'car', { kind: 'suv', color: 0x1c1f22 }],
	[19.6, 3, 's', 'car', { kind: 'hatch', color: 0xc87a2a }],
	[24.6, 3, 'r', 'car', { kind: 'sedan', color: 0x9fa6ab }],
	[3.4, 0, 's', 'cyclist', { bike: 0xb02a2a, top: 0xc9d13a }],
	[15.5, 1, 's', 'cyclist', { bike: 0x1f5fa8, top: 0x8f3b2e }],
	[6.5, 2, 's', 'cyclist', { bike: 0x222222, top: 0x3a6ea5, box: 0x2aa7a0 }],
	[19.0, 3, 's', 'cyclist', { bike: 0x2e7d52, top: 0xdedad0 }]
];
function simulate() {
	const dt = 1 / fps,
		loops = 8,
		veh = [],
		log = new Map();
	const lens = { car: 4.5, van: 5.3, cyclist: 1.8 };
	for (let f = 0; f < frames * loops + 2; f++) {
		const t = f * dt;
		SP.forEach((sp, i) => {
			if (f % frames === Math.round(sp[0] * fps)) {
				const [, k, turn, ty, look, sd] = sp,
					lane = ty === 'cyclist' ? CYC : LANE;
				veh.push({
					i,
					gen: Math.floor(f / frames),
					ty,
					k,
					turn,
					pl: polyline(PATHS[turn](lane).map((p) => rotp(p, k))),
					s: 0,
					v: ty === 'cyclist' ? 5.2 : 9.0,
					v0: ty === 'cyclist' ? 5.2 + 0.3 * (i % 3) : 9.2 + 0.5 * (i % 3),
					len: lens[ty]
				});
			}
		});
		for (const c of veh) c.p = posAt(c.pl, c.s);
		const ph = phase(t);
		for (const c of veh) {
			let v0 = c.v0;
			if (c.turn !== 's') {
				const d = 52 - 9 - c.s;
				if (d < 14 && c.s < 52 + 8) v0 = Math.min(v0, 5.0);
			}
			let gap = 1e9,
				dv = 0;
			const sig = c.k % 2 === 0 ? ph.ew : ph.ns,
				stop = 52 - 11.95 - c.len / 2;
			const ds = stop - c.s;
			if (sig !== 'g' && ds > -0.3) {
				const need = (c.v * c.v) / 2 / 3.2;
				if (sig === 'r' || need < ds) {
					gap = Math.max(0.01, ds);
					dv = c.v;
				}
			}
			for (const o of veh)
				if (
					o !== c &&
					(o.ty === 'cyclist') === (c.ty === 'cyclist') &&
					Math.hypot(o.p[0] - c.p[0], o.p[1] - c.p[1]) < 32
				) {
					for (let s = c.s + 1; s < c.s + 30; s += 1) {
						const q = posAt(c.pl, s);
						if (s > c.pl[c.pl.length - 1][2]) break;
						if (Math.hypot(q[0] - o.p[0], q[1] - o.p[1]) < 1.2) {
							if (o.s > c.s || o.k !== c.k) {
								const g = s - c.s - (o.len + c.len) / 2;
								if (g < gap) {
									gap = Math.max(0.1, g);
									dv = c.v - o.v;
								}
							}
							break;
						}
					}
				}
			const a = c.ty === 'cyclist' ? 1.1 : 2.4,
				b = 2.4,
				ss = 1.5 + c.v * 0.75 + (c.v * dv) / (2 * Math.sqrt(a * b));
			c.a = Math.max(
				-6,
				a * (1 - Math.pow(c.v / v0, 4) - (gap < 1e8 ? Math.pow(Math.max(0, ss) / gap, 2) : 0))
			);
		}
		const base = frames * (loops - 1);
		if (f >= base && f <= base + frames + 1) {
			for (const c of veh) {
				const id = c.i + '.' + (loops - 1 - c.gen);
				const p = posAt(c.pl, c.s),
					ax = c.ty === 'cyclist' ? 0.5 : 1.35,
					p0 = posAt(c.pl, c.s - ax),
					p1 = posAt(c.pl, c.s + ax),
					yaw = Math.atan2(-(p1[1] - p0[1]), p1[0] - p0[0]);
				if (!log.has(id)) log.set(id, { i: c.i, st: new Array(frames + 2).fill(null) });
				const pf = posAt(c.pl, c.s + 2.4),
					pb = posAt(c.pl, c.s + 1);
				let st = Math.atan2(-(pf[1] - pb[1]), pf[0] - pb[0]) - yaw;
				st = Math.atan2(Math.sin(st), Math.cos(st));
				log.get(id).st[f - base] = {
					x: (p0[0] + p1[0]) / 2,
					z: (p0[1] + p1[1]) / 2,
					yaw,
					dist: c.s,
					v: c.v,
					pitch: c.ty === 'cyclist' ? 0 : -0.006 * (c.a || 0),
					steer: Math.max(-0.5, Math.min(0.5, st * 1.2)),
					bank: 0
				};
			}
		}
		for (const c of veh) {
			const nv = Math.max(0, c.v + c.a * dt);
			c.s += ((c.v + nv) / 2) * dt;
			c.v = nv;
		}
		for (let j = veh.length - 1; j >= 0; j--)
			if (veh[j].s > veh[j].pl[veh[j].pl.length - 1][2] - 1) veh.splice(j, 1);
	}
	return log;
}
// pedestrians: waypoints [x,z] with optional wait for the walk signal ('w')
const PED = [
	[14.6, [[-13, 6.6], [-9.2, 6.9], 'w', [-8.9, -7.2], [-13, -10.5], [-26, -10.6]], 1.35],
	[13.2, [[-20, 6.9], [-9.6, 6.7], 'w', [-9.5, -6.8], [-7.4, -13], [-7.2, -34]], 1.45],
	[9.5, [[-7.0, -26], [-7.1, -9.4], 'w', [6.9, -8.7], [10.5, -9.5], [10.8, -34]], 1.42],
	[11.5, [[-7.4, -24], [-6.9, -8.6], 'w', [6.8, -9.4], [8, -11], [26, -8.4]], 1.3],
	[8.5, [[8.2, -28], [7.2, -9.2], 'w', [-6.9, -9.3], [-12, -9.8], [-30, -10.2]], 1.5],
	[12, [[24, -7.2], [9.0, -7.1], 'w', [9.2, 6.6], [8.3, 10.5], [8.5, 30]], 1.38],
	[15, [[19, 7.2], [9.6, 6.6], 'w', [9.5, -7], [12, -10], [30, -10.5]], 1.45],
	[14, [[7.4, 20], [6.9, 9.3], 'w', [-6.9, 9.1], [-10, 10], [-30, 11]], 1.5],
	[13.5, [[7.9, 22], [6.8, 8.6], 'w', [-7.0, 8.4], [-9, 12], [-9, 34]], 1.33],
	[16, [[-8, 22], [-7, 8.8], 'w', [6.9, 8.9], [8, 13], [8, 34]], 1.4],
	[
		2,
		[
			[-32, -10.2],
			[-12, -10.0],
			[-9, -14],
			[-8.6, -34]
		],
		1.4
	],
	[
		7,
		[
			[-10.5, -34],
			[-10.4, -14],
			[-14, -9.6],
			[-34, -9.5]
		],
		1.3
	],
	[
		0,
		[
			[-34, 7.0],
			[-14, 7.3],
			[-8.7, 11],
			[-8.6, 34]
		],
		1.45
	],
	[
		20,
		[
			[30, -9.8],
			[13, -9.4],
			[9.2, -13],
			[9, -36]
		],
		1.4
	],
	[10.0, [[-26, -9.7], [-9.0, -6.9], 'w', [-8.4, 6.8], [-8.8, 12], [-8.4, 32]], 1.4],
	[12.4, [[-24, -9.1], [-9.5, -6.8], 'w', [-9.3, 6.9], [-14, 9], [-30, 9.3]], 1.37]
];
const WALK0 = 17.2;
function pedTrack(spec, i) {
	const [t0, wp, v] = spec;
	const pts = wp.filter((w) => w !== 'w'),
		wi = wp.indexOf('w');
	const pl = polyline(pts);
	let sw = Infinity;
	if (wi > 0) {
		// path distance of the wait point
		let best = 1e9;
		const q = pts[wi - 1];
		for (const p of pl) {
			const d = Math.hypot(p[0] - q[0], p[1] - q[1]);
			if (d < best) {
				best = d;
				sw = p[2];
			}
		}
	}
	const L = pl[pl.length - 1][2];
	const list = [];
	let t = t0,
		s = 0,
		cv = v,
		dt = 1 / fps,
		go = wi < 0;
	const start = WALK0 + 0.15 * (i % 5) + Math.floor(i / 5) * 0.1;
	let goT = null;
	for (let f = Math.round(((t0 - (wi > 0 ? 2.6 : 0) + T) % T) * fps); ; f++) {
		t = f * dt;
		let target = v;
		if (!go) {
			const d = sw - s;
			if (d < 0.9) target = Math.max(0, (v * d) / 0.9);
			const tl = ((t % T) + T) % T;
			if (tl >= start && tl < start + 1.2 && d < 4) {
				go = true;
			}
		} else if (wi > 0 && s >= sw && s < sw + 14) target = v * 1.12;
		cv += Math.max(-2.5 * dt, Math.min(2.2 * dt, target - cv));
		if (!go && sw - s < 0.06) cv = 0;
		s += cv * dt;
		if (s >= L || f > (t0 + 2.2 * T) * fps) break;
		const p = posAt(pl, s),
			q = posAt(pl, Math.min(L, s + 0.35)),
			b = posAt(pl, Math.max(0, s - 0.35));
		list.push([
			f,
			{
				x: p[0],
				z: p[1],
				y: 0,
				yaw: Math.atan2(-(q[1] - b[1]), q[0] - b[0]),
				dist: s,
				v: cv,
				gait: Math.min(1, cv / 1.15)
			}
		]);
	}
	return list;
}
const roadY = (x, z) => {
	const ax = Math.abs(x),
		az = Math.abs(z);
	const e = (d) => Math.max(0, Math.min(1, (d + 0.02) / 0.12));
	if (ax < RW || az < RW) return 0;
	const R = 2.6;
	if (ax < RW + R && az < RW + R && Math.hypot(ax - RW - R, az - RW - R) > R) return 0;
	return 0.13 * e(Math.min(ax - RW, az - RW));
};
scene.actors = () => {
	const out = [];
	let n = 0;
	const log = simulate();
	for (const [id, { i, st }] of log) {
		const ty = SP[i][3];
		out.push({
			id: ++n,
			key: 'v' + id,
			cls: ty === 'cyclist' ? 'bicycle' : 'car',
			sub: ty,
			model: model(ty, i + 3, SP[i][4]),
			at: (f) => st[f] || null
		});
	}
	PED.forEach((p, i) => {
		const list = pedTrack(p, i),
			gens = new Map();
		for (const [f, s] of list) {
			for (let k = 0; k < 3; k++) {
				const g = f - k * frames;
				if (g >= 0 && g <= frames + 1) {
					if (!gens.has(k)) gens.set(k, []);
					gens.get(k)[g] = { ...s, y: roadY(s.x, s.z) };
				}
			}
		}
		for (const [k, st] of gens)
			out.push({
				id: ++n,
				key: `p${i}.${k}`,
				cls: 'person',
				sub: 'pedestrian',
				model: model('person', i + 2),
				at: (f) => (st[f] ? { ...st[f], t: (f + k * frames) / fps } : null)
			});
	});
	// signal heads: small glowing discs drawn as an actor without identity
	const mk = (col, pos, yaw) => {
		const m = new Mesh();
		m.at(pos[0], 0, pos[2], yaw, (m) => m.disc([0, pos[1], 0.33], 0.085, 0.01, col, MAT.glow, col, 0.02));
		for (let i = 3; i < m.c.length; i += 4) m.c[i] = MAT.glow;
		for (let i = 0; i < m.c.length; i += 4) {
			m.c[i] = col[0];
			m.c[i + 1] = col[1];
			m.c[i + 2] = col[2];
		}
		return m;
	};
	const I = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
	for (let k = 0; k < 4; k++) {
		const a = (k * Math.PI) / 2,
			c = Math.cos(a),
			s = Math.sin(a),
			lx = 11.6,
			lz = -RW - 0.7,
			pos = [c * lx + s * lz, 0, -s * lx + c * lz];
		['r', 'a', 'g'].forEach((w, j) => {
			const col = [
				[6, 0.25, 0.15],
				[6, 2.6, 0.2],
				[0.25, 5, 1.8]
			][j];
			out.push({
				id: 0,
				deco: true,
				model: {
					mesh: mk(col, [pos[0], 3.3 - j * 0.33, pos[2]], a + Math.PI / 2),
					pose: 'custom',
					bones: () => [I],
					size: [0, 0, 0]
				},
				at: (f) => {
					const ph = phase(f / fps);
					return (k % 2 === 0 ? ph.ew : ph.ns) === w ? { x: 0, z: 0 } : null;
				}
			});
		});
	}
	return out;
};
scene.events = [{ type: 'pedestrian_phase', from_s: 17.2, to_s: 25.8 }];
export default scene;
