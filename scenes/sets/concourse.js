// Scene 2: station concourse. Two coherent streams, one person against the stream, one loiterer.
import { Mesh, MAT, hex, rng } from '../web/geom.js';
import * as P from '../web/props.js';
import { model } from '../web/actors.js';
export const fps = 25,
	frames = 650,
	T = frames / fps;
const scene = {
	name: 'concourse',
	title: 'Concourse',
	fps,
	frames,
	camera: { x: 1.5, height: 5.6, z: 15.5, headingDeg: 352, tiltDeg: 22, hfovDeg: 70 },
	light: {
		center: [0, 2, 0],
		radius: 30,
		mirror: 2.2,
		ambient: [0.4, 0.39, 0.37],
		keys: [{ dir: [0.55, 0.74, -0.28], color: [2.5, 2.2, 1.75], size: 0.02 }],
		sky: (x, y, z) => {
			const b = 0.55 + 0.5 * y;
			return [0.78 * b, 0.8 * b, 0.82 * b];
		},
		skyUp: [0.74, 0.74, 0.74],
		skyDn: [0.3, 0.27, 0.24],
		envUp: [1.0, 1.0, 0.98],
		envHor: [0.75, 0.74, 0.7],
		envLow: [0.3, 0.28, 0.25]
	},
	post: { expo: 0.76, noise: 0.024, sat: 0.95, vig: 0.42, tint: [1.02, 1, 0.975] }
};
const COLS = [
	[-7.6, 9],
	[-7.6, 1],
	[-7.6, -7],
	[-7.6, -15],
	[7.9, 9],
	[7.9, 1],
	[7.9, -7],
	[7.9, -15]
];
scene.static = () => {
	const m = new Mesh(),
		q = rng(5),
		F = hex(0xc4bcae),
		DK = hex(0x8b8176),
		WL = hex(0xd9d2c4);
	m.flat(-14, -26, 14, 22, 0, F, MAT.floor);
	for (const x of [-6.1, 5.5]) m.flat(x, -26, x + 0.6, 22, 0.003, DK, MAT.floor);
	for (const z of [-19, -11, -3, 5, 13]) m.flat(-14, z - 0.3, 14, z + 0.3, 0.002, DK, MAT.floor);
	// tactile strip
	m.flat(-5.2, -22.2, 5.2, -21.6, 0.005, hex(0xc7a037), MAT.paving);
	// columns with bases and capitals
	for (const [x, z] of COLS) {
		m.box(x - 0.55, 0, z - 0.55, x + 0.55, 0.28, z + 0.55, hex(0x6d655b), MAT.plaster);
		m.tube(
			[
				[x, 0.28, z, 0.46, 0.46],
				[x, 0.4, z, 0.4, 0.4],
				[x, 5.2, z, 0.36, 0.36],
				[x, 5.5, z, 0.5, 0.5],
				[x, 5.7, z, 0.62, 0.62]
			],
			22,
			hex(0xcdc5b6),
			MAT.plaster
		);
		m.tube(
			[
				[x, 1.15, z, 0.405, 0.405],
				[x, 1.27, z, 0.405, 0.405]
			],
			22,
			hex(0xb88a2e),
			MAT.metal
		);
	}
	// roof beams: cast the light pattern; the glass between them is left open
	for (let z = -24; z < 22; z += 4) m.box(-14, 6.6, z - 0.22, 14, 7.1, z + 0.22, hex(0x9a9287), MAT.metal);
	for (const x of [-7.6, 7.9, 0]) m.box(x - 0.25, 6.9, -26, x + 0.25, 7.3, 22, hex(0x9a9287), MAT.metal);
	for (const [a, b] of [
		[-14, -8.6],
		[8.9, 14]
	])
		m.box(a, 6.9, -26, b, 7.2, 22, hex(0xbdb6aa), MAT.plaster);
	// side walls: shop fronts
	for (const s of [-1, 1]) {
		for (let i = 0; i < 6; i++) {
			const z0 = -24 + i * 7.2,
				z1 = z0 + 6.6,
				X = s * 11.6,
				o = s * 0.001;
			const W = (y0, y1, za, zb, c, mt, d = 0) =>
				m.quad([X + s * d, y0, za], [X + s * d, y0, zb], [X + s * d, y1, zb], [X + s * d, y1, za], c, mt);
			W(0, 0.4, z0 - 0.6, z1, hex(0x57504a), MAT.plaster);
			W(3.0, 7, z0 - 0.6, z1, WL, MAT.plaster);
			W(0.4, 3.0, z0 - 0.6, z0, WL, MAT.plaster);
			const sc = hex([0x1f5a53, 0x7d2f2b, 0x2b3f66, 0xb0792b, 0x3c3c40, 0x57653a][(i + (s > 0 ? 3 : 0)) % 6]);
			m.box(
				Math.min(X, X - s * 0.16),
				2.75,
				z0 + 0.1,
				Math.max(X, X - s * 0.16),
				3.4,
				z1 - 0.1,
				sc,
				MAT.plain
			);
			for (let k = 0; k < 7; k++) {
				const a = z0 + 1.6 + k * 0.46;
				m.box(
					Math.min(X - s * 0.16, X - s * 0.19),
					2.92,
					a,
					Math.max(X - s * 0.16, X - s * 0.19),
					3.12 + 0.12 * q(),
					a + 0.2 + 0.16 * q(),
					hex(0xf0ead8),
					MAT.plain
				);
			}
			// lit interior: warm back wall, shelves, goods in rows, a counter
			const tn = [
					[0.74, 0.6, 0.42],
					[0.62, 0.6, 0.55],
					[0.7, 0.52, 0.36],
					[0.55, 0.58, 0.6]
				][(i + (s > 0 ? 1 : 0)) % 4],
				D = 1.5,
				gl = (y0, y1, a, b, c, d) =>
					m.quad([X + s * d, y0, a], [X + s * d, y0, b], [X + s * d, y1, b], [X + s * d, y1, a], c, MAT.glow);
			gl(
				0.4,
				2.75,
				z0,
				z1,
				tn.map((v) => v * 0.62),
				D
			);
			gl(
				2.1,
				2.75,
				z0,
				z1,
				tn.map((v) => v * 0.95),
				D - 0.01
			);
			m.quad(
				[X, 0.41, z0],
				[X, 0.41, z1],
				[X + s * D, 0.41, z1],
				[X + s * D, 0.41, z0],
				tn.map((v) => v * 0.35),
				MAT.glow
			);
			for (const z of [z0, z1])
				m.quad(
					[X, 0.4, z],
					[X + s * D, 0.4, z],
					[X + s * D, 2.75, z],
					[X, 2.75, z],
					tn.map((v) => v * 0.45),
					MAT.glow
				);
			for (let r = 0; r < 3; r++) {
				gl(0.85 + r * 0.5, 0.89 + r * 0.5, z0 + 0.3, z1 - 0.3, [0.1, 0.08, 0.06], D - 0.3);
				let a = z0 + 0.4;
				while (a < z1 - 0.7) {
					const w = 0.12 + 0.22 * q(),
						h = 0.14 + 0.24 * q(),
						c = hex(
							[0xc9b48a, 0x8a3b2f, 0x3b6a7a, 0xc7c2b0, 0x6f7f3c, 0xb87a3a, 0x55505a][Math.floor(q() * 7)]
						);
					gl(
						0.89 + r * 0.5,
						0.89 + r * 0.5 + h,
						a,
						a + w,
						c.map((v, n) => v * (0.35 + 0.5 * tn[n])),
						D - 0.31
					);
					a += w + 0.04 + 0.12 * q();
				}
			}
			m.box(
				Math.min(X + s * 0.3, X + s * 0.7),
				0.4,
				z0 + 1.2,
				Math.max(X + s * 0.3, X + s * 0.7),
				1.2,
				z0 + 3.4,
				hex(0x6a4a30),
				MAT.wood
			);
			for (const z of [z0 + 2.2, z0 + 4.4])
				m.box(
					Math.min(X, X - s * 0.05),
					0.4,
					z - 0.03,
					Math.max(X, X - s * 0.05),
					2.75,
					z + 0.03,
					hex(0x2c2a28),
					MAT.metal
				);
			m.box(
				Math.min(X, X - s * 0.1),
				0.38,
				z0 - 0.1,
				Math.max(X, X - s * 0.1),
				3.0,
				z0,
				hex(0x33312f),
				MAT.metal
			);
			m.quad(
				[X + s * 0.02, 2.55, z0],
				[X + s * 0.02, 2.55, z1],
				[X + s * 0.02, 2.72, z1],
				[X + s * 0.02, 2.72, z0],
				[2.2, 1.9, 1.4],
				MAT.glow
			);
		}
	}
	// end wall with doors
	m.quad([-14, 3.1, -24], [14, 3.1, -24], [14, 9, -24], [-14, 9, -24], WL, MAT.plaster);
	for (let i = 0; i < 7; i++) {
		const x = -11.6 + i * 3.4;
		m.box(x - 0.22, 0, -24.2, x + 0.22, 3.2, -23.8, hex(0x9a8f80), MAT.plaster);
	}
	m.quad([-14, 0, -25.4], [14, 0, -25.4], [14, 3.2, -25.4], [-14, 3.2, -25.4], [0.8, 0.86, 0.92], MAT.glow);
	for (let k = 0; k < 16; k++) {
		const a = -13.5 + k * 1.75 + q();
		m.box(
			a,
			0,
			-25.35,
			a + 1.2 + q(),
			1.1 + 1.5 * q(),
			-25.3,
			[0.42 + 0.2 * q(), 0.47 + 0.2 * q(), 0.5],
			MAT.glow
		);
	}
	for (let x = -14; x < 14; x += 1.13)
		m.box(x - 0.03, 0, -24.05, x + 0.03, 3.1, -23.98, hex(0x4a4742), MAT.metal);
	m.box(-14, 2.2, -24.05, 14, 2.27, -23.98, hex(0x4a4742), MAT.metal);
	m.flat(-14, -25.6, 14, -24, 0.004, hex(0x6b665e), MAT.gravel);
	// departures board and hanging signs (own glyph bars, no text)
	m.box(-5.2, 3.5, -23.75, 5.2, 5.9, -23.5, hex(0x15181b), MAT.plain);
	for (let r = 0; r < 7; r++)
		for (let c = 0; c < 4; c++) {
			const x = -4.9 + c * 2.55;
			m.box(
				x,
				5.5 - r * 0.3,
				-23.49,
				x + 0.5 + q() * 1.5,
				5.62 - r * 0.3,
				-23.47,
				c === 3 ? [1.2, 0.75, 0.12] : [1.05, 0.95, 0.55],
				MAT.glow
			);
		}
	for (const [x, z, c] of [
		[-3.6, -6, 0x1d3f66],
		[4.0, -12, 0x1d3f66]
	]) {
		m.box(x - 1.5, 4.1, z - 0.06, x + 1.5, 4.8, z + 0.06, hex(c), MAT.plain);
		for (const s of [-1.2, 1.2]) m.bar([x + s, 4.8, z], [x + s, 6.7, z], 0.018, hex(0x333333), MAT.metal, 5);
		m.box(x - 1.3, 4.25, z + 0.06, x - 0.85, 4.65, z + 0.075, hex(0xf2c230), MAT.plain);
		for (let k = 0; k < 6; k++)
			m.box(
				x - 0.6 + k * 0.3,
				4.36,
				z + 0.06,
				x - 0.42 + k * 0.3,
				4.56 + 0.05 * q(),
				z + 0.075,
				hex(0xeeeee8),
				MAT.plain
			);
	}
	// kiosk, benches, planters, bins, ticket machines
	m.box(8.6, 0, 2.8, 11.2, 1.15, 6.4, hex(0x7a4b2a), MAT.wood);
	m.box(8.5, 1.15, 2.7, 11.3, 1.22, 6.5, hex(0x2a2624), MAT.metal);
	m.box(9.2, 2.5, 2.6, 11.5, 2.85, 6.6, hex(0x7d2f2b), MAT.plain);
	for (const z of [2.8, 6.3]) m.box(9.25, 1.2, z, 9.33, 2.5, z + 0.08, hex(0x2a2624), MAT.metal);
	for (let k = 0; k < 10; k++)
		m.box(
			9 + q() * 0.2,
			1.22,
			3 + k * 0.32,
			9.2 + q() * 0.1,
			1.36 + 0.2 * q(),
			3.16 + k * 0.32,
			hex([0xd0a030, 0xa03a2a, 0xf0ead8, 0x4a7a5a][k % 4]),
			MAT.plain
		);
	P.bench(m, -9.2, 5, Math.PI / 2);
	P.bench(m, -9.2, -3, Math.PI / 2);
	P.bench(m, 9.4, -3.4, -Math.PI / 2);
	P.bench(m, 9.4, -11, -Math.PI / 2);
	P.bin(m, -8.9, -0.2, 0x4b5054);
	P.bin(m, 8.9, -6, 0x4b5054);
	for (const [x, z, i] of [
		[-9.6, 9.4, 1],
		[-9.6, -11.2, 2],
		[10, 9.3, 3]
	]) {
		m.tube(
			[
				[x, 0, z, 0.42, 0.42],
				[x, 0.1, z, 0.48, 0.48],
				[x, 0.62, z, 0.58, 0.58],
				[x, 0.66, z, 0.52, 0.52]
			],
			18,
			hex(0x5a5550),
			MAT.plaster
		);
		m.at(x, 0.55, z, 0, (m) => P.bush(m, -0.55, -0.55, 0.55, 0.55, 1.1, i, 900, 0x4a6e38));
	}
	for (let k = 0; k < 3; k++) {
		const z = -17.4 + k * 1.3;
		m.box(-11.2, 0, z, -10.5, 1.75, z + 0.95, hex(0x27485c), MAT.metal);
		m.quad(
			[-10.49, 1.05, z + 0.85],
			[-10.49, 1.05, z + 0.1],
			[-10.49, 1.5, z + 0.1],
			[-10.49, 1.5, z + 0.85],
			[0.5, 0.75, 0.9],
			MAT.glow
		);
	}
	return m;
};
// ---- motion: closed form in t, period T ----
// lanes: curves x(z) shared by a stream; person i starts at phase tau and walks at v
const N = (a, b, x) => {
	const u = Math.max(0, Math.min(1, (x - a) / (b - a)));
	return u * u * (3 - 2 * u);
};
const LANE = {
	A: { z0: -24.6, z1: 15.6, x: (z, o) => -2.7 + o - 1.1 * N(-20, 14, z) },
	B: { z0: 15.8, z1: -24.6, x: (z, o) => 3.4 + o * 0.95 - 0.9 * N(10, -20, z) }
};
const q = rng(77),
	PEOPLE = [];
for (const [k, n] of [
	['A', 17],
	['B', 16]
])
	for (let i = 0; i < n; i++)
		PEOPLE.push({
			k,
			o: [-1.35, 0.15, 1.4, -0.6, 0.85][i % 5] + (q() - 0.5) * 0.35,
			v: 1.52 + (i % 5) * 0.035,
			tau: ((i + 0.6 * q()) * T) / n,
			s: i + (k === 'A' ? 0 : 40)
		});
const AG = { t0: 6.2, v: 1.55, z0: 16.2, z1: -24.4 }; // walks away from the camera inside stream A, which comes towards it
const agAt = (t) => {
	const u = t - AG.t0,
		z = AG.z0 - AG.v * u;
	return z < AG.z1 || u < 0 ? null : { z, x: -3.3 + 0.35 * Math.sin(u * 0.9) };
};
function walkerAt(p, t) {
	const L = LANE[p.k],
		len = Math.abs(L.z1 - L.z0),
		u = t - p.tau,
		s = u * p.v;
	if (u < 0 || s > len) return null;
	const dir = Math.sign(L.z1 - L.z0),
		f = (u) => {
			const z = L.z0 + dir * u * p.v;
			let x = L.x(z, p.o) + 0.1 * Math.sin(u * 0.55 + p.s * 2.1);
			if (p.k === 'A')
				for (const w of [0, T]) {
					const a = agAt(p.tau + u + w) || agAt(p.tau + u - w);
					if (a) {
						const d = z - a.z,
							dx = x - a.x,
							g = Math.exp((-d * d) / 5) * Math.exp((-dx * dx) / 0.9);
						x += (dx >= 0 ? 1 : -1) * 0.75 * g;
						break;
					}
				}
			return [x, z];
		};
	const c = f(u),
		a = f(u - 0.12),
		b = f(u + 0.12);
	return {
		x: c[0],
		z: c[1],
		yaw: Math.atan2(-(b[1] - a[1]), b[0] - a[0]),
		dist: s,
		v: p.v,
		gait: 1,
		t: u,
		phone: p.s % 9 === 4
	};
}
scene.actors = () => {
	const out = [];
	let n = 0;
	PEOPLE.forEach((p, i) => {
		const m = model('person', p.s + 3);
		for (const w of [0, T, 2 * T]) {
			const at = (f) => walkerAt(p, f / fps + w);
			let any = false;
			for (let f = 0; f < frames; f += 5)
				if (at(f)) {
					any = true;
					break;
				}
			if (any)
				out.push({
					id: ++n,
					key: `${p.k}${i}.${(w / T) | 0}`,
					cls: 'person',
					sub: 'stream' + p.k,
					role: 'stream' + p.k,
					model: m,
					at
				});
		}
	});
	const am = model('person', 91, { top: 0xb3261e, leg: 0x23272f, hood: true, pack: true, coat: false });
	for (const w of [0, T])
		out.push({
			id: ++n,
			key: 'against.' + (w ? 1 : 0),
			cls: 'person',
			sub: 'against',
			role: 'against',
			model: am,
			at: (f) => {
				const t = f / fps + w,
					a = agAt(t);
				if (!a) return null;
				const b = agAt(t + 0.1) || a,
					c = agAt(t - 0.1) || a;
				return {
					...a,
					yaw: Math.atan2(-(b.z - c.z), b.x - c.x),
					dist: (t - AG.t0) * AG.v,
					v: AG.v,
					gait: 1,
					t
				};
			}
		});
	const w0 = (2 * Math.PI) / T;
	out.push({
		id: ++n,
		key: 'loiter',
		cls: 'person',
		sub: 'loiterer',
		role: 'loiterer',
		model: model('person', 63, { top: 0x4a5a3a, coat: true, pack: false, bag: false }),
		at: (f) => {
			const t = f / fps;
			const ang = 0.9 * Math.sin(w0 * t) + 0.5 * Math.sin(2 * w0 * t + 1);
			return {
				x: 6.5 + 0.1 * Math.sin(w0 * t),
				z: 2.4 + 0.12 * Math.sin(2 * w0 * t),
				yaw: Math.PI * 0.98 + ang * 0.6,
				dist: 0.35,
				gait: 0.06 + 0.04 * Math.sin(3 * w0 * t),
				t: (t * w0 * 4) / 0.9,
				twist: 0.9 * Math.sin(w0 * t * 2 + 0.6),
				phone: Math.sin(w0 * t * 1 + 2) > -0.2 && false,
				nod: 0.08 * Math.sin(w0 * 3 * t)
			};
		}
	});
	out.push({
		id: ++n,
		key: 'stand2',
		cls: 'person',
		sub: 'standing',
		role: 'waiting',
		model: model('person', 71, { bag: true }),
		at: (f) => {
			const t = f / fps;
			return {
				x: -9.9,
				z: 2.1,
				yaw: -0.2 + 0.2 * Math.sin(w0 * t),
				dist: 0.3,
				gait: 0.05,
				t: (t * w0 * 4) / 0.9,
				phone: true,
				nod: 0.25
			};
		}
	});
	return out;
};
scene.zones = [
	{
		name: 'Stream A (towards camera)',
		enu: [
			[-5.6, 20],
			[-0.6, 20],
			[-0.6, -10],
			[-5.6, -10]
		],
		direction_deg: 180
	},
	{
		name: 'Stream B (away)',
		enu: [
			[1, 20],
			[5.4, 20],
			[5.4, -10],
			[1, -10]
		],
		direction_deg: 0
	}
];
scene.events = [
	{ type: 'against_stream', from_s: AG.t0, to_s: Math.min(T, AG.t0 + (AG.z0 - AG.z1) / AG.v) },
	{ type: 'loitering', from_s: 0, to_s: T }
];
export default scene;
