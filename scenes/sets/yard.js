// Scene 3: loading yard at night. Long stillness, one intruder per loop, a swaying tree and a failing lamp as distractors.
import { Mesh, MAT, hex, rng } from '../web/geom.js';
import * as P from '../web/props.js';
import { model } from '../web/actors.js';
export const fps = 25,
	frames = 700,
	T = frames / fps;
const LA = [-3.5, 4.9, -10.6],
	LB = [8.6, 5.9, -1.2];
const h1 = (n) => {
	let x = Math.imul(n ^ 0x9e37, 0x85ebca6b);
	x ^= x >>> 13;
	x = Math.imul(x, 0xc2b2ae35);
	x ^= x >>> 16;
	return (x >>> 0) / 4294967296;
};
const flick = (f) => {
	const t = (((f % frames) + frames) % frames) / fps;
	for (const [a, b] of [
		[3.2, 4.6],
		[10.4, 11.0],
		[18.6, 20.4],
		[24.8, 25.2]
	])
		if (t >= a && t < b) return 0.15 + 0.85 * Math.pow(h1(Math.floor(f / 2)), 1.5);
	return 0.94 + 0.06 * h1(f % frames);
};
const scene = {
	name: 'yard',
	title: 'Yard at night',
	fps,
	frames,
	camera: { x: 2.0, height: 6.4, z: 14.0, headingDeg: 352, tiltDeg: 19, hfovDeg: 72 },
	light: {
		center: [0, 2, -4],
		radius: 32,
		ambient: [0.042, 0.05, 0.068],
		keys: [
			{ pos: LA, aim: [-3.2, 0, -5.5], fov: 150, cos: 0.05, color: [7.6, 4.9, 2.3], size: 0.25 },
			{ pos: LB, aim: [7.2, 0, -0.4], fov: 140, cos: 0.18, color: [4.6, 5.3, 6.0], size: 0.2 }
		],
		intensity: (f) => [1, flick(f)],
		sky: (x, y, z) => [0.03 + 0.012 * (1 - y), 0.038 + 0.01 * (1 - y), 0.06],
		skyUp: [0.045, 0.055, 0.085],
		skyDn: [0.03, 0.03, 0.03],
		envUp: [0.01, 0.014, 0.025],
		envHor: [0.06, 0.055, 0.05],
		envLow: [0.015, 0.014, 0.013]
	},
	post: { expo: 1.55, noise: 0.055, sat: 0.62, vig: 0.6, tint: [1, 1, 1.02], bloom: 0.55, thr: 0.62 }
};
scene.static = () => {
	const m = new Mesh(),
		q = rng(9),
		C = hex(0x77736c);
	m.flat(-30, -12, 30, 24, 0, C, MAT.plaster);
	for (let x = -28; x < 30; x += 6) m.flat(x - 0.015, -12, x + 0.015, 24, 0.003, hex(0x2f2d2a), MAT.asphalt);
	for (let z = -8; z < 24; z += 6) m.flat(-30, z - 0.015, 30, z + 0.015, 0.003, hex(0x2f2d2a), MAT.asphalt);
	m.flat(-30, 5, 30, 24, 0.002, hex(0x4a4a4a), MAT.asphalt);
	// forbidden zone, painted
	const Y = hex(0xd8b22a);
	for (const [a, b, c, d] of [
		[-1, -6.5, 5.6, -6.35],
		[-1, -0.65, 5.6, -0.5],
		[-1, -6.5, -0.85, -0.5],
		[5.45, -6.5, 5.6, -0.5]
	])
		m.flat(a, b, c, d, 0.006, Y, MAT.marking);
	for (let k = 0; k < 14; k++) {
		const a = -0.8 + k * 0.9;
		const x0 = Math.max(-0.8, a - 5.6),
			x1 = Math.min(5.4, a),
			z0 = -0.7 - (a - x0) * 1.0,
			z1 = -0.7 - (a - x1) * 1.0;
		const zc = (z) => Math.max(-6.3, Math.min(-0.7, z));
		const xa = a - (-0.7 - zc(z0)),
			xb = a - (-0.7 - zc(z1));
		m.quad(
			[xb - 0.07, 0.005, zc(z1)],
			[xb + 0.07, 0.005, zc(z1)],
			[xa + 0.07, 0.005, zc(z0)],
			[xa - 0.07, 0.005, zc(z0)],
			Y,
			MAT.marking
		);
	}
	// warehouse with roller doors
	const Wc = hex(0x8d8678);
	m.box(-24, 0, -20, 6.5, 6.8, -11, Wc, MAT.corrug);
	m.box(-24, 0, -11.02, 6.5, 0.9, -10.95, hex(0x6a655d), MAT.plaster);
	m.box(-24.2, 6.6, -20, 6.7, 6.95, -10.7, hex(0x3b3d3f), MAT.metal);
	for (const x of [-18, -11.5, -0.8]) {
		m.box(x - 1.9, 0, -11.1, x + 1.9, 3.9, -10.88, hex(0x55595c), MAT.metal);
		for (let y = 0.15; y < 3.7; y += 0.28)
			m.box(x - 1.7, y, -10.9, x + 1.7, y + 0.24, -10.84, hex(0x7f878a), MAT.metal);
		m.box(x - 2, 3.9, -11, x + 2, 4.25, -10.5, hex(0x404346), MAT.metal);
		for (const s of [-2.3, 2.3]) P.bollard(m, x + s, -10.1, 0xb08a1e);
	}
	m.box(2.6, 0, -10.98, 3.7, 2.15, -10.9, hex(0x41525c), MAT.metal);
	m.box(2.75, 2.35, -10.98, 3.55, 2.6, -10.9, [0.5, 1.6, 0.7], MAT.glow);
	m.bar([LA[0], LA[1] + 0.15, -10.95], [LA[0], LA[1] + 0.25, LA[2] + 0.1], 0.03, hex(0x333333), MAT.metal, 6);
	m.box(
		LA[0] - 0.22,
		LA[1] + 0.12,
		LA[2] - 0.12,
		LA[0] + 0.22,
		LA[1] + 0.26,
		LA[2] + 0.14,
		hex(0x222222),
		MAT.metal,
		'b'
	);
	m.box(
		LA[0] - 0.2,
		LA[1] + 0.06,
		LA[2] - 0.1,
		LA[0] + 0.2,
		LA[1] + 0.115,
		LA[2] + 0.12,
		[9, 6, 3],
		MAT.glow
	);
	// containers, pallets, drums, tank inside the zone
	const box = (x, z, l, yaw, c, y = 0) =>
		m.at(x, y, z, yaw, (m) => {
			m.box(0, 0.08, -1.22, l, 2.6, 1.22, hex(c), MAT.corrug);
			for (const a of [0, l])
				for (const s of [-1.22, 1.22])
					m.box(
						a - 0.07,
						0,
						s - 0.07,
						a + 0.07,
						2.66,
						s + 0.07,
						hex(c).map((v) => v * 0.6),
						MAT.metal
					);
			m.box(
				-0.03,
				2.5,
				-1.26,
				l + 0.03,
				2.66,
				1.26,
				hex(c).map((v) => v * 0.7),
				MAT.metal
			);
		});
	box(10.5, -9.4, 12, 0.06, 0x7a3324);
	box(11, -9.6, 6, 0.1, 0x2f5568, 2.66);
	box(12.5, -4.4, 6, 0.02, 0x3d5a3a);
	box(-17, 1.8, 6.1, 0.5, 0x6a6f73);
	for (const [x, z, n] of [
		[-8.2, -8.6, 5],
		[-9.8, -8.4, 3],
		[9.9, -6.2, 4]
	])
		for (let k = 0; k < n; k++)
			m.at(x, k * 0.15, z, 0.05 * k, (m) => {
				for (let i = 0; i < 5; i++)
					m.box(-0.6, 0.1, -0.5 + i * 0.22, 0.6, 0.125, -0.38 + i * 0.22, hex(0x8a6a44), MAT.wood);
				for (const s of [-0.5, 0, 0.42]) m.box(-0.6, 0, s, 0.6, 0.1, s + 0.09, hex(0x7a5a38), MAT.wood);
			});
	for (const [x, z, c] of [
		[-6.3, -9.3, 0x2f5f8a],
		[-5.6, -9.6, 0x2f5f8a],
		[-5.9, -8.8, 0x8a3a2a]
	])
		m.tube(
			[
				[x, 0, z, 0.29, 0.29],
				[x, 0.29, z, 0.285, 0.285],
				[x, 0.3, z, 0.3, 0.3],
				[x, 0.6, z, 0.3, 0.3],
				[x, 0.61, z, 0.285, 0.285],
				[x, 0.9, z, 0.29, 0.29],
				[x, 0.9, z, 0.02, 0.02]
			],
			20,
			hex(c),
			MAT.metal
		);
	m.box(1.2, 0, -5.0, 4.2, 0.25, -2.8, hex(0x8d8a84), MAT.plaster);
	m.box(1.4, 0.25, -4.8, 3.1, 2.05, -3.0, hex(0x4d6a5c), MAT.metal);
	for (let y = 0.5; y < 1.8; y += 0.16) m.box(1.6, y, -2.99, 2.9, y + 0.09, -2.95, hex(0x33463d), MAT.metal);
	m.tube(
		[
			[3.65, 0.25, -3.9, 0.42, 0.42],
			[3.65, 2.2, -3.9, 0.42, 0.42],
			[3.65, 2.45, -3.9, 0.25, 0.25],
			[3.65, 2.5, -3.9, 0.05, 0.05]
		],
		20,
		hex(0xa8a8a2),
		MAT.metal
	);
	// fence along the left and behind; lamp pole
	const fence = (x0, z0, x1, z1) => {
		const n = Math.round(Math.hypot(x1 - x0, z1 - z0) / 2.5);
		for (let i = 0; i <= n; i++) {
			const x = x0 + ((x1 - x0) * i) / n,
				z = z0 + ((z1 - z0) * i) / n;
			m.bar([x, 0, z], [x, 2.3, z], 0.035, hex(0x60656a), MAT.metal, 6);
		}
		for (const y of [0.15, 1.2, 2.25]) m.bar([x0, y, z0], [x1, y, z1], 0.018, hex(0x60656a), MAT.metal, 4);
		const L = Math.hypot(x1 - x0, z1 - z0),
			k = Math.round(L / 0.16);
		for (let i = 0; i < k; i++) {
			const a = i / k,
				x = x0 + (x1 - x0) * a,
				z = z0 + (z1 - z0) * a;
			m.bar([x, 0.15, z], [x, 2.25, z], 0.008, hex(0x70757a), MAT.metal, 3);
		}
	};
	fence(-13.5, -11, -13.5, -3.8);
	fence(-13.5, -1.2, -13.5, 16);
	fence(6.5, -13, 30, -13);
	m.flat(6.5, -30, 40, -13.6, -0.01, hex(0x3b3b3c), MAT.asphalt);
	m.box(-40, 0, -46, 60, 9, -40, hex(0x54504a), MAT.brick);
	m.flat(-60, -60, 60, -30, -0.03, hex(0x30302e), MAT.gravel);
	m.flat(-60, -30, -13.6, 30, -0.02, hex(0x46523a), MAT.grass);
	P.bush(m, -20, -12, -14.2, 14, 1.5, 3, 5200, 0x3c5230);
	m.at(LB[0], 0, LB[2], 0, (m) => {
		m.tube(
			[
				[1.4, 0, 0, 0.1, 0.1],
				[1.4, 1, 0, 0.09, 0.09],
				[1.4, 5.9, 0, 0.05, 0.05]
			],
			10,
			hex(0x4a4e52),
			MAT.metal
		);
		m.bar([1.4, 5.9, 0], [-0.1, 6.12, 0], 0.035, hex(0x4a4e52), MAT.metal, 6);
		m.box(-0.35, 6.04, -0.12, 0.3, 6.14, 0.12, hex(0x3a3e42), MAT.metal, 'b');
	});
	const v = model('car', 1, { kind: 'van', color: 0x8d8c86 }).mesh;
	m.at(-14.4 + 5, 0, -6.2, -1.35, (m) => {
		for (let i = 0; i < v.p.length / 3; i++)
			m.v(
				[v.p[i * 3], v.p[i * 3 + 1], v.p[i * 3 + 2]],
				[v.n[i * 3], v.n[i * 3 + 1], v.n[i * 3 + 2]],
				[v.c[i * 4], v.c[i * 4 + 1], v.c[i * 4 + 2]],
				v.c[i * 4 + 3]
			);
	});
	return m;
};
const poly = [
	[-19, -2.5, 9.5],
	[-13.5, -2.5, 0],
	[-8, -2.6, 0],
	[-2.5, -2.0, 0],
	[1.2, -1.35, 0],
	[4.6, -2.2, 0],
	[7.6, -6.6, 0],
	[8.9, -11.6, 0],
	[9.2, -12.6, 0]
];
function intr(t) {
	// scripted: creeps to the fence gap, stops, crosses the zone, looks about, leaves behind the containers
	let cum = [0];
	for (let i = 1; i < poly.length; i++)
		cum.push(cum[i - 1] + Math.hypot(poly[i][0] - poly[i - 1][0], poly[i][1] - poly[i - 1][1]));
	const K = [
		[8, 0],
		[11.2, 4.6],
		[12.4, 5.2],
		[13.2, 5.3],
		[17.6, 12.4],
		[19.6, 17.6],
		[20.3, 18.4],
		[21.4, 18.55],
		[25.4, cum[cum.length - 1]]
	];
	if (t < K[0][0] || t >= K[K.length - 1][0]) return null;
	const S = (u) => {
		let i = 1;
		while (i < K.length - 1 && u > K[i][0]) i++;
		const [a, b] = K[i - 1],
			[c, d] = K[i],
			m = (j) =>
				j <= 0 || j >= K.length - 1
					? (K[Math.min(K.length - 1, Math.max(1, j))][1] -
							K[Math.min(K.length - 1, Math.max(1, j)) - 1][1]) /
						(K[Math.min(K.length - 1, Math.max(1, j))][0] - K[Math.min(K.length - 1, Math.max(1, j)) - 1][0])
					: (() => {
							const s0 = (K[j][1] - K[j - 1][1]) / (K[j][0] - K[j - 1][0]),
								s1 = (K[j + 1][1] - K[j][1]) / (K[j + 1][0] - K[j][0]);
							return (2 * s0 * s1) / (s0 + s1 + 1e-9);
						})(),
			h = c - a,
			x = Math.max(0, Math.min(1, (u - a) / h));
		return (
			b * (1 + 2 * x) * (1 - x) ** 2 +
			m(i - 1) * h * x * (1 - x) ** 2 +
			d * x * x * (3 - 2 * x) +
			m(i) * h * x * x * (x - 1)
		);
	};
	const at = (s) => {
		s = Math.max(0, Math.min(cum[cum.length - 1], s));
		let i = 1;
		while (i < cum.length - 1 && s > cum[i]) i++;
		const a = (s - cum[i - 1]) / (cum[i] - cum[i - 1]);
		return [
			poly[i - 1][0] + (poly[i][0] - poly[i - 1][0]) * a,
			poly[i - 1][1] + (poly[i][1] - poly[i - 1][1]) * a
		];
	};
	const sm = (s) => {
		let x = 0,
			z = 0;
		for (let k = -4; k <= 4; k++) {
			const p = at(s + k * 0.22);
			x += p[0] / 9;
			z += p[1] / 9;
		}
		return [x, z];
	};
	const s = S(t),
		v = (S(t + 0.04) - S(t - 0.04)) / 0.08,
		p = sm(s),
		b = sm(s + 0.25),
		c = sm(s - 0.25);
	return {
		x: p[0],
		z: p[1],
		yaw: Math.atan2(-(b[1] - c[1]), b[0] - c[0]),
		dist: s,
		v,
		gait: Math.max(0.08, Math.min(1.1, v / 1.3)),
		t,
		lean: 0.12,
		twist: (t > 12.2 && t < 13.4) || (t > 20.1 && t < 21.6) ? Math.sin((t - 12.2) * 5) * 0.7 : 0
	};
}
const CAR = (t) => {
	const u = t - 1.2;
	return u < 0 || u > 6.4 ? null : { x: 34 - 9.5 * u + 0, z: -20.5, yaw: Math.PI, dist: 9.5 * u, v: 9.5 };
};
const CAR2 = (t) => {
	const u = t - 21.6;
	return u < 0 || u > 6 ? null : { x: -6 + 8.5 * u, z: -24, yaw: 0, dist: 8.5 * u, v: 8.5 };
};
scene.actors = () => {
	const out = [];
	out.push({
		id: 1,
		key: 'intruder',
		cls: 'person',
		sub: 'intruder',
		role: 'intruder',
		model: model('person', 12, { top: 0x565b63, leg: 0x3a3f4a, hood: true, pack: true, coat: false }),
		at: (f) => intr((((f / fps) % T) + T) % T)
	});
	out.push({
		id: 2,
		key: 'passing1',
		cls: 'car',
		sub: 'car',
		role: 'passing',
		model: model('car', 2, { kind: 'sedan', color: 0x6d7479, lights: true }),
		at: (f) => CAR((((f / fps) % T) + T) % T)
	});
	out.push({
		id: 3,
		key: 'passing2',
		cls: 'car',
		sub: 'car',
		role: 'passing',
		model: model('car', 3, { kind: 'hatch', color: 0x7a2a22, lights: true }),
		at: (f) => CAR2((((f / fps) % T) + T) % T)
	});
	const tm = new Mesh();
	P.tree(tm, 8.4, 3.2, 44, {
		h: 7.4,
		r: 2.9,
		ls: 0.55,
		leaves: 6400,
		color: 0x4f6a38,
		bone: (i) => 1 + (i % 16)
	});
	const w = (2 * Math.PI) / T;
	out.push({
		id: 4,
		key: 'tree',
		cls: 'distractor',
		sub: 'tree',
		role: 'distractor',
		model: {
			mesh: tm,
			pose: 'custom',
			size: [5, 5, 7.4],
			bones: (st) =>
				Array.from({ length: 17 }, (_, i) => {
					const t = st.t,
						g = 0.6 + 0.4 * Math.sin(w * 3 * t) + 0.3 * Math.sin(w * 7 * t + 1),
						a = i ? 0.05 * Math.sin(w * 16 * t + i) + 0.035 * Math.sin(w * 27 * t + i * 2.1) + 0.05 * g : 0;
					return [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, a * 1.6, -Math.abs(a) * 0.2, a * 0.6 * Math.cos(i), 1];
				})
		},
		at: (f) => ({ x: 8.4, z: 3.2, yaw: 0, t: f / fps, dist: 0 })
	});
	const lm = new Mesh();
	lm.box(
		LB[0] - 0.33,
		LB[1] + 0.08,
		LB[2] - 0.1,
		LB[0] + 0.28,
		LB[1] + 0.13,
		LB[2] + 0.1,
		[7, 8, 9],
		MAT.glow
	);
	out.push({
		id: 0,
		deco: true,
		model: {
			mesh: lm,
			pose: 'custom',
			size: [0, 0, 0],
			bones: () => [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]]
		},
		at: (f) => (flick(f) > 0.3 ? { x: 0, z: 0 } : null)
	});
	return out;
};
scene.headlights = (f, actors) => {
	const out = [];
	for (const a of actors) {
		if (a.cls !== 'car') continue;
		const s = a.at(f);
		if (!s || s.x < 7.5 || s.x > 30) continue;
		const d = [Math.cos(s.yaw), 0, -Math.sin(s.yaw)];
		for (const e of [-0.62, 0.62])
			out.push({
				pos: [s.x + d[0] * 2.3 - d[2] * e, 0.68, s.z + d[2] * 2.3 + d[0] * e],
				dir: [d[0] * 0.985, -0.045, d[2] * 0.985 + 0.16 * (d[0] < 0 ? 1 : 0.6)],
				color: [5, 4.7, 4.1],
				cos: 0.8,
				att: 0.012
			});
	}
	return out;
};
scene.zones = [
	{
		name: 'Forbidden: transformer',
		enu: [
			[-1, 6.5],
			[5.6, 6.5],
			[5.6, 0.5],
			[-1, 0.5]
		]
	}
];
scene.events = [
	{ type: 'intrusion', zone: 0, from_s: 19.92, to_s: 23.48 },
	{
		type: 'lamp_flicker',
		windows_s: [
			[3.2, 4.6],
			[10.4, 11.0],
			[18.6, 20.4],
			[24.8, 25.2]
		]
	}
];
export default scene;
