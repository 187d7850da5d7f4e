// Low-poly actors in their own frame: x forward, y up, z right, feet/wheels at y=0.
import { Mesh, MAT, hex, rng } from './geom.js';
export const BONES = 17;
const smooth = (t) => t * t * (3 - 2 * t);
function curve(pts, x) {
	// monotone-ish smooth interpolation of [x,y] pairs, x ascending
	if (x <= pts[0][0]) return pts[0][1];
	for (let i = 1; i < pts.length; i++)
		if (x <= pts[i][0]) {
			const [a, b] = pts[i - 1],
				[c, d] = pts[i];
			return b + (d - b) * ((x - a) / (c - a));
		}
	return pts[pts.length - 1][1];
}
const CARS = {
	hatch: {
		L: 4.25,
		H: 1.47,
		W: 1.79,
		wx: [1.33, -1.28],
		top: [
			[-2.125, 0.62],
			[-2.1, 0.86],
			[-2.03, 1.0],
			[-1.86, 1.16],
			[-1.55, 1.38],
			[-1.1, 1.45],
			[-0.4, 1.47],
			[0.1, 1.43],
			[0.45, 1.33],
			[1.05, 0.99],
			[1.15, 0.96],
			[1.75, 0.86],
			[1.98, 0.77],
			[2.08, 0.66],
			[2.125, 0.5]
		],
		belt: 0.94,
		pil: [-0.18, -1.22],
		side: [-1.5, 0.95]
	},
	sedan: {
		L: 4.7,
		H: 1.44,
		W: 1.82,
		wx: [1.42, -1.4],
		top: [
			[-2.35, 0.62],
			[-2.32, 0.88],
			[-2.2, 1.0],
			[-1.75, 1.04],
			[-1.6, 1.07],
			[-1.0, 1.33],
			[-0.7, 1.41],
			[-0.2, 1.44],
			[0.2, 1.42],
			[0.5, 1.34],
			[1.12, 0.99],
			[1.22, 0.95],
			[1.9, 0.85],
			[2.2, 0.74],
			[2.3, 0.64],
			[2.35, 0.48]
		],
		belt: 0.93,
		pil: [-0.12, -0.98],
		side: [-1.45, 1.02]
	},
	suv: {
		L: 4.55,
		H: 1.68,
		W: 1.87,
		wx: [1.38, -1.34],
		top: [
			[-2.275, 0.66],
			[-2.25, 1.0],
			[-2.16, 1.2],
			[-1.98, 1.48],
			[-1.75, 1.62],
			[-1.2, 1.67],
			[-0.3, 1.68],
			[0.15, 1.63],
			[0.45, 1.53],
			[1.0, 1.14],
			[1.12, 1.09],
			[1.85, 1.0],
			[2.12, 0.88],
			[2.22, 0.72],
			[2.275, 0.55]
		],
		belt: 1.07,
		pil: [-0.15, -1.15],
		side: [-1.85, 0.9]
	},
	van: {
		L: 5.2,
		H: 2.15,
		W: 1.97,
		wx: [1.72, -1.5],
		top: [
			[-2.6, 0.6],
			[-2.59, 1.9],
			[-2.5, 2.1],
			[-2.2, 2.14],
			[0.4, 2.15],
			[0.85, 2.1],
			[1.15, 1.95],
			[1.85, 1.22],
			[1.95, 1.16],
			[2.4, 1.0],
			[2.53, 0.82],
			[2.6, 0.55]
		],
		belt: 1.2,
		pil: [0.32, 0.3],
		side: [0.36, 1.6],
		van: true
	}
};
export function car(kind, color, opt = {}) {
	const S = CARS[kind],
		m = new Mesh(),
		paint = hex(color),
		dark = hex(0x17191c),
		glass = [0.012, 0.015, 0.018],
		h = S.L / 2,
		g = 0.2;
	const st = [];
	for (let i = 0; i <= 60; i++) {
		const t = (i / 60) * 2 - 1;
		st.push(h * Math.sign(t) * Math.pow(Math.abs(t), 0.82));
	}
	const rings = st.map((x) => {
		const e = Math.abs(x) / h,
			y = curve(S.top, x),
			pl = Math.pow(Math.max(0, 1 - Math.pow(e, S.van ? 16 : 7)), 0.5);
		const w = (S.W / 2) * (0.8 + 0.2 * pl) * (S.van ? 1 : 1 - 0.05 * e * e),
			bt = Math.min(S.belt + 0.03 * (-x / h), y - 0.02),
			gh = Math.max(0, y - bt - 0.04),
			tumble = S.van ? 0.1 : 0.26;
		const wr = Math.max(0.3, w - tumble * Math.min(1, gh / 0.45) - 0.06),
			bo = g + 0.1 * Math.pow(e, 8);
		const half = [
			[0, bo],
			[w * 0.86, bo],
			[w * 0.96, bo + 0.07],
			[w * 0.995, bo + 0.22],
			[w, (bo + bt) / 2 + 0.06],
			[w * 0.985, bt - 0.05],
			[w * 0.955, bt],
			[w * 0.95 + (wr - w * 0.95) * 0.08, bt + gh * 0.1],
			[w * 0.95 + (wr - w * 0.95) * 0.5, bt + gh * 0.52],
			[w * 0.95 + (wr - w * 0.95) * 0.9, bt + gh * 0.86],
			[wr - 0.03, y - 0.025],
			[wr * 0.82, y],
			[0, y + 0.025]
		];
		const full = [
			...half.map(([z, y]) => [x, y, z]),
			...half
				.slice(1, -1)
				.reverse()
				.map(([z, y]) => [x, y, -z])
		];
		return full;
	});
	m.bone = 0;
	m.loft(rings, (i, j, c) => {
		const [x, y, z] = c,
			jj = j < 12 ? j : 23 - j,
			az = Math.abs(z),
			yt = curve(S.top, x),
			slope = Math.abs(curve(S.top, x + 0.05) - curve(S.top, x - 0.05)) / 0.1;
		for (const wx of S.wx)
			if (jj >= 1 && jj < 6 && Math.hypot(x - wx, y - 0.33) < 0.405)
				return [[0.004, 0.004, 0.004], MAT.rubber];
		if (jj <= 1) return [[0.01, 0.01, 0.01], MAT.rubber];
		if (
			jj >= 6 &&
			jj <= 9 &&
			yt > S.belt + 0.2 &&
			x > S.side[0] &&
			x < S.side[1] &&
			!(Math.abs(x - S.pil[0]) < 0.05 || Math.abs(x - S.pil[1]) < 0.06) &&
			jj >= 7 &&
			jj <= 8
		)
			return [glass, MAT.carglass];
		if (
			jj >= 10 &&
			slope > 0.3 &&
			yt > S.belt + 0.06 &&
			y > S.belt + 0.02 &&
			!(S.van && x < 0) &&
			Math.abs(x) < h * 0.93
		)
			return az > S.W * 0.37 ? [paint, MAT.paint] : [glass, MAT.carglass];
		if (x > h - 0.3 && y > 0.52 * S.H * 0.9 && y < 0.6 * S.H && az > S.W * 0.27 && jj <= 6)
			return [opt.lights ? [3, 2.9, 2.6] : [0.75, 0.78, 0.8], opt.lights ? MAT.glow : MAT.carglass];
		if (x > h - 0.2 && y < 0.46 * S.H && y > 0.24 && az < S.W * 0.3)
			return [[0.008, 0.008, 0.009], MAT.rubber];
		if (
			x < -h + 0.24 &&
			y > (S.van ? 0.75 : 0.62 * S.H * 0.86) &&
			y < (S.van ? 1.25 : 0.67 * S.H) &&
			az > S.W * (S.van ? 0.41 : 0.29) &&
			jj <= 7
		)
			return [[0.42, 0.012, 0.012], MAT.carglass];
		if (x < -h + 0.1 && y < 0.45) return [dark, MAT.rubber];
		if (jj === 2 && Math.abs(x) < h * 0.7) return [dark, MAT.rubber];
		const seam = [0.42 * h, S.pil[0], S.pil[1]];
		if (jj >= 3 && jj <= 5 && seam.some((s) => Math.abs(x - s) < 0.022))
			return [paint.map((v) => v * 0.35), MAT.paint];
		if (opt.stripe && jj >= 4 && jj <= 5 && x < S.side[0]) return [hex(opt.stripe), MAT.paint];
		return [paint, MAT.paint];
	});
	// plate, mirrors, handles
	m.box(h - 0.01, 0.42, -0.26, h + 0.015, 0.53, 0.26, [0.7, 0.7, 0.66], MAT.plain);
	m.box(
		-h - 0.015,
		0.6 * S.H * 0.9,
		-0.26,
		-h + 0.02,
		0.6 * S.H * 0.9 + 0.11,
		0.26,
		[0.7, 0.7, 0.62],
		MAT.plain
	);
	for (const s of [-1, 1]) {
		m.box(
			S.side[1] - 0.32,
			S.belt + 0.02,
			s > 0 ? S.W / 2 - 0.06 : -S.W / 2 - 0.14,
			S.side[1] - 0.16,
			S.belt + 0.15,
			s > 0 ? S.W / 2 + 0.14 : -S.W / 2 + 0.06,
			paint,
			MAT.paint
		);
		for (const px of [S.pil[0] + 0.12, S.pil[1] + 0.14])
			if (!S.van)
				m.box(
					px - 0.09,
					S.belt - 0.14,
					s > 0 ? S.W / 2 - 0.02 : -S.W / 2 - 0.012,
					px + 0.09,
					S.belt - 0.115,
					s > 0 ? S.W / 2 + 0.012 : -S.W / 2 + 0.02,
					paint.map((v) => v * 0.5),
					MAT.paint
				);
	}
	if (opt.rack) {
		for (const z of [-0.5, 0.5])
			m.bar([-1.2, S.H + 0.06, z], [0.1, S.H + 0.06, z], 0.025, dark, MAT.rubber, 6);
	}
	if (opt.taxi) m.box(-0.35, S.H + 0.01, -0.28, -0.1, S.H + 0.15, 0.28, [0.9, 0.75, 0.2], MAT.plain);
	let b = 1;
	for (const wx of S.wx)
		for (const s of [-1, 1]) {
			m.bone = b++;
			m.disc(
				[wx, 0.33, s * (S.W / 2 - 0.11)],
				0.33,
				0.11,
				[0.012, 0.012, 0.013],
				MAT.rubber,
				[0.45, 0.46, 0.48],
				0.205
			);
		}
	const pivots = [[0, 0, 0], ...S.wx.flatMap((wx) => [-1, 1].map((s) => [wx, 0.33, s * (S.W / 2 - 0.11)]))];
	return { mesh: m, size: [S.L, S.W, S.H], pose: 'car', pivots, wheelR: 0.33 };
}
export const SKINS = [0xe0b394, 0xc68f6a, 0x9a6846, 0x6b452f, 0xd9a583, 0x4e3325],
	HAIRS = [0x1a1410, 0x3a2618, 0x6b4a2b, 0x15151a, 0x8a6a45, 0x777472];
const HIP = 0.93,
	KNEE = 0.5,
	ANK = 0.085,
	SH = 1.42,
	EL = 1.135,
	WR = 0.885;
// rest pose joint pivots
export const PIV = {
	pelvis: [0, HIP, 0],
	torso: [0, 1.02, 0],
	head: [0, 1.5, 0],
	armL: [0, SH, -0.195],
	foreL: [0, EL, -0.215],
	armR: [0, SH, 0.195],
	foreR: [0, EL, 0.215],
	thighL: [0, HIP, -0.095],
	shinL: [0, KNEE, -0.1],
	footL: [0, ANK, -0.1],
	thighR: [0, HIP, 0.095],
	shinR: [0, KNEE, 0.1],
	footR: [0, ANK, 0.1]
};
export function person(seed, look = {}) {
	const r = rng(seed * 7919 + 13),
		pk = (a) => a[Math.floor(r() * a.length)],
		m = new Mesh();
	const top = hex(
			look.top ??
				pk([
					0x2b3442, 0x5a2b2b, 0x3e4b3a, 0x8c8577, 0x1f2226, 0x6c7f95, 0xb7ae9c, 0x3b3558, 0xa8662f, 0x2f5d62,
					0xc9c6bd, 0x7b2f38, 0xb98a2a
				])
		),
		leg = hex(look.leg ?? pk([0x23272f, 0x2d3a52, 0x1b1b1d, 0x4a4338, 0x3c4654, 0x6d6250])),
		skin = hex(look.skin ?? pk(SKINS)),
		hair = hex(look.hair ?? pk(HAIRS)),
		shoe = hex(pk([0x1a1816, 0x3b2a1f, 0xd8d5cf, 0x222225]));
	const fem = look.fem ?? r() < 0.5,
		coat = look.coat ?? r() < 0.38,
		bulk = (fem ? 0.93 : 1.03) * (coat ? 1.07 : 1) * (0.96 + 0.1 * r()),
		k = bulk,
		C = MAT.cloth;
	const ch = fem ? 0.142 : 0.16,
		wa = fem ? 0.134 : 0.15,
		hi = fem ? 0.16 : 0.156;
	const mute = (c) => {
		const g = (c[0] + c[1] + c[2]) / 3;
		for (let i = 0; i < 3; i++) c[i] = Math.min(0.5, c[i] * 0.72 + g * 0.28);
	};
	if (look.top === undefined) mute(top);
	m.bone = 0;
	m.tube(
		[
			[0, 0.82, 0, 0.075, 0.11],
			[0, 0.86, 0, 0.105 * k, hi * 0.95],
			[0, 0.93, 0, 0.115 * k, hi],
			[0, 1.0, 0, 0.108 * k, hi * 0.96],
			[0, 1.06, 0, 0.1 * k, wa * 1.06]
		],
		14,
		coat ? top : leg,
		C
	);
	if (coat) {
		const l = look.long ?? 0.5 + 0.2 * r();
		m.tube(
			[
				[0, l, 0, 0.165 * k, 0.2],
				[0, 0.8, 0, 0.15 * k, 0.19],
				[0, 0.95, 0, 0.13 * k, 0.176],
				[0, 1.08, 0, 0.112 * k, wa * 1.1]
			],
			16,
			top,
			C
		);
	}
	m.bone = 1;
	m.tube(
		[
			[0, 0.97, 0, 0.108 * k, hi * 0.98],
			[0, 1.06, 0, 0.102 * k, wa * 1.05],
			[0.008, 1.15, 0, 0.108 * k, wa * 1.1],
			[0.012, 1.27, 0, 0.122 * k, ch * 1.1],
			[0.005, 1.36, 0, 0.118 * k, ch * 1.22],
			[-0.004, 1.415, 0, 0.1 * k, ch * 1.26],
			[-0.006, 1.45, 0, 0.078 * k, ch * 0.98],
			[-0.005, 1.475, 0, 0.062, ch * 0.55],
			[0, 1.5, 0, 0.054, 0.056]
		],
		16,
		top,
		C
	);
	m.tube(
		[
			[0, 1.46, 0, 0.05, 0.05],
			[0.006, 1.56, 0, 0.048, 0.048]
		],
		10,
		skin,
		MAT.skin
	);
	if (look.pack ?? r() < 0.3) {
		const bc = hex(pk([0x25303a, 0x5b2f25, 0x3a4a34, 0x1c1c1f, 0x7d6a3f]));
		m.tube(
			[
				[-0.16, 1.0, 0, 0.05, 0.12],
				[-0.2, 1.06, 0, 0.1, 0.15],
				[-0.2, 1.3, 0, 0.095, 0.145],
				[-0.16, 1.43, 0, 0.05, 0.1]
			],
			12,
			bc,
			C
		);
	}
	m.bone = 2;
	m.tube(
		[
			[0.015, 1.525, 0, 0.055, 0.045],
			[0.022, 1.56, 0, 0.082, 0.062],
			[0.012, 1.62, 0, 0.097, 0.073],
			[0.004, 1.68, 0, 0.099, 0.076],
			[-0.004, 1.73, 0, 0.08, 0.063],
			[-0.006, 1.752, 0, 0.035, 0.03]
		],
		14,
		skin,
		MAT.skin
	);
	m.box(0.1, 1.605, -0.014, 0.128, 1.635, 0.014, skin, MAT.skin, 'w');
	const hat = look.hat ?? r() < 0.12,
		long = fem && r() < 0.75;
	if (look.hood) {
		m.tube(
			[
				[-0.03, 1.46, 0, 0.09, 0.1],
				[-0.02, 1.56, 0, 0.115, 0.1],
				[-0.018, 1.66, 0, 0.118, 0.096],
				[-0.02, 1.74, 0, 0.1, 0.08],
				[-0.025, 1.785, 0, 0.04, 0.03]
			],
			14,
			top.map((v) => v * 0.9),
			C
		);
	} else {
		const hc = hat ? hex(pk([0x1d2430, 0x6a2a2a, 0x37413a])) : hair;
		m.tube(
			[
				[-0.034, long ? 1.4 : 1.545, 0, 0.05, long ? 0.07 : 0.05],
				[-0.03, 1.58, 0, 0.085, 0.078],
				[-0.022, 1.66, 0, 0.094, 0.086],
				[-0.008, 1.7, 0, 0.104, 0.086],
				[-0.008, 1.745, 0, 0.088, 0.073],
				[-0.01, 1.775, 0, 0.035, 0.03]
			],
			14,
			hc,
			hat ? C : MAT.skin
		);
	}
	for (const s of [-1, 1]) {
		const z = s * 0.195 * (0.9 + 0.1 * k),
			zz = s * 0.215 * (0.92 + 0.08 * k);
		m.bone = s < 0 ? 3 : 5;
		m.tube(
			[
				[0, SH + 0.045, z * 0.93, 0.04, 0.04],
				[0, SH + 0.01, z * 0.98, 0.054 * k, 0.05],
				[0, SH - 0.06, z * 1.02, 0.054 * k, 0.05],
				[0, EL + 0.08, zz * 0.99, 0.05 * k, 0.045],
				[0, EL - 0.01, zz, 0.045 * k, 0.042],
				[0, EL - 0.035, zz, 0.03, 0.03]
			],
			10,
			top,
			C
		);
		m.bone = s < 0 ? 4 : 6;
		const sl = look.short ?? (!coat && r() < 0.0);
		m.tube(
			[
				[0, EL + 0.03, zz, 0.03, 0.03],
				[0, EL, zz, 0.045 * k, 0.042],
				[0, EL - 0.1, zz, 0.044 * k, 0.041],
				[0, WR + 0.03, zz, 0.034 * k, 0.033],
				[0, WR + 0.015, zz, 0.03, 0.03]
			],
			10,
			top,
			C
		);
		m.tube(
			[
				[0, WR + 0.03, zz, 0.024, 0.022],
				[0.004, WR - 0.03, zz, 0.04, 0.022],
				[0.01, WR - 0.09, zz, 0.038, 0.024],
				[0.014, WR - 0.15, zz, 0.022, 0.016]
			],
			8,
			skin,
			MAT.skin
		);
		const q = s * 0.095,
			lk = fem ? 0.95 : 1;
		m.bone = s < 0 ? 7 : 10;
		m.tube(
			[
				[0, HIP + 0.03, q, 0.07, 0.07],
				[0, HIP - 0.04, q, 0.088 * lk * k, 0.085 * lk],
				[0, 0.72, q, 0.08 * lk * k, 0.077 * lk],
				[0, KNEE + 0.06, s * 0.1, 0.064 * lk, 0.06 * lk],
				[0, KNEE - 0.02, s * 0.1, 0.056 * lk, 0.055 * lk],
				[0, KNEE - 0.05, s * 0.1, 0.03, 0.03]
			],
			12,
			leg,
			C
		);
		m.bone = s < 0 ? 8 : 11;
		m.tube(
			[
				[0, KNEE + 0.04, s * 0.1, 0.035, 0.035],
				[0, KNEE, s * 0.1, 0.058 * lk, 0.056 * lk],
				[-0.012, KNEE - 0.12, s * 0.1, 0.06 * lk, 0.055 * lk],
				[-0.004, 0.22, s * 0.1, 0.048, 0.045],
				[0, 0.1, s * 0.1, 0.052, 0.046],
				[0, 0.085, s * 0.1, 0.04, 0.04]
			],
			12,
			leg,
			C
		);
		m.bone = s < 0 ? 9 : 12;
		m.tube(
			[
				[-0.085, 0.045, s * 0.1, 0.03, 0.03],
				[-0.07, 0.05, s * 0.1, 0.048, 0.04],
				[0, 0.058, s * 0.1, 0.056, 0.044],
				[0.07, 0.045, s * 0.103, 0.044, 0.048],
				[0.14, 0.032, s * 0.106, 0.03, 0.044],
				[0.17, 0.024, s * 0.106, 0.018, 0.026]
			],
			10,
			shoe,
			MAT.rubber,
			'x'
		);
	}
	if (look.bag ?? r() < 0.3) {
		const s = r() < 0.5 ? -1 : 1;
		m.bone = 1;
		const bc = hex(pk([0x3a2417, 0x161616, 0x7a5a34, 0x5c1f2a]));
		m.box(-0.14, 0.86, s > 0 ? 0.17 : -0.26, 0.14, 1.09, s > 0 ? 0.26 : -0.17, bc, C);
		m.bar([0, 1.08, s * 0.21], [0, 1.46, -s * 0.09], 0.014, bc, C, 5);
	}
	const sc = look.h ? look.h / 1.76 : fem ? 0.92 + 0.05 * r() : 0.97 + 0.07 * r();
	if (look.bike) {
		const c = hex(look.bike),
			R = 0.34,
			d = [0.03, 0.03, 0.032];
		for (const [bn, x] of [
			[14, 0.53],
			[15, -0.5]
		]) {
			m.bone = bn;
			const ring = (rr, w, col, mt) => {
				const Sg = 28,
					rings = [];
				for (let i = 0; i <= Sg; i++) {
					const a = (i / Sg) * 2 * Math.PI;
					rings.push(
						Array.from({ length: 6 }, (_, j) => {
							const t = (j / 6) * 2 * Math.PI,
								q = rr + w * Math.cos(t);
							return [x + q * Math.cos(a), R + q * Math.sin(a), w * Math.sin(t)];
						})
					);
				}
				m.loft(rings, () => [col, mt], false);
			};
			ring(R - 0.018, 0.018, d, MAT.rubber);
			ring(R - 0.045, 0.01, [0.5, 0.5, 0.52], MAT.metal);
			for (let i = 0; i < 8; i++) {
				const a = (i / 8) * Math.PI * 2;
				m.bar(
					[x, R, 0],
					[x + (R - 0.05) * Math.cos(a), R + (R - 0.05) * Math.sin(a), 0],
					0.004,
					[0.4, 0.4, 0.4],
					MAT.metal,
					3
				);
			}
		}
		m.bone = 13;
		const B = (a, b, w = 0.018, cc = c) => m.bar(a, b, w, cc, MAT.paint, 7);
		B([-0.12, 0.84, 0], [0.36, 0.86, 0]);
		B([0.02, 0.29, 0], [0.38, 0.78, 0], 0.021);
		B([0.02, 0.29, 0], [-0.14, 0.92, 0]);
		B([-0.5, R, 0.05], [-0.12, 0.82, 0.02], 0.011);
		B([-0.5, R, -0.05], [-0.12, 0.82, -0.02], 0.011);
		B([-0.5, R, 0.05], [0.02, 0.29, 0.04], 0.012);
		B([-0.5, R, -0.05], [0.02, 0.29, -0.04], 0.012);
		B([0.34, 1.0, 0], [0.4, 0.74, 0], 0.02);
		B([0.4, 0.74, 0.05], [0.53, R, 0.05], 0.013);
		B([0.4, 0.74, -0.05], [0.53, R, -0.05], 0.013);
		B([0.38, 1.02, -0.27], [0.38, 1.02, 0.27], 0.013, d);
		m.tube(
			[
				[-0.3, 0.955, 0, 0.02, 0.07],
				[-0.2, 0.965, 0, 0.025, 0.075],
				[-0.05, 0.965, 0, 0.02, 0.03],
				[0, 0.955, 0, 0.012, 0.02]
			],
			8,
			d,
			MAT.rubber,
			'x'
		);
		m.disc([0.02, 0.29, 0.06], 0.09, 0.006, d, MAT.metal, d, 0.05);
		if (look.box) m.box(-0.78, 0.78, -0.22, -0.34, 1.2, 0.22, hex(look.box), MAT.plain);
	}
	return {
		mesh: m,
		size: look.bike ? [1.75, 0.6, 1.72] : [0.45, 0.55, 1.76 * sc],
		pose: look.bike ? 'bike' : 'walk',
		scale: look.bike ? 1 : sc,
		seed
	};
}
// ---------- poses: fill out[bone*16..] with local matrices (column-major) ----------
const M = (ang, px, py, pz, tx, ty, tz, axis = 'z') => {
	// rotate about pivot then move pivot to t
	const c = Math.cos(ang),
		s = Math.sin(ang);
	const R =
		axis === 'z'
			? [c, s, 0, -s, c, 0, 0, 0, 1]
			: axis === 'y'
				? [c, 0, -s, 0, 1, 0, s, 0, c]
				: [1, 0, 0, 0, c, s, 0, -s, c];
	return [
		R[0],
		R[1],
		R[2],
		0,
		R[3],
		R[4],
		R[5],
		0,
		R[6],
		R[7],
		R[8],
		0,
		tx - (R[0] * px + R[3] * py + R[6] * pz),
		ty - (R[1] * px + R[4] * py + R[7] * pz),
		tz - (R[2] * px + R[5] * py + R[8] * pz),
		1
	];
};
export function mul(a, b) {
	const o = new Array(16);
	for (let c = 0; c < 4; c++)
		for (let r = 0; r < 4; r++)
			o[c * 4 + r] =
				a[r] * b[c * 4] + a[4 + r] * b[c * 4 + 1] + a[8 + r] * b[c * 4 + 2] + a[12 + r] * b[c * 4 + 3];
	return o;
}
const ap = (m, p) => [
	m[0] * p[0] + m[4] * p[1] + m[8] * p[2] + m[12],
	m[1] * p[0] + m[5] * p[1] + m[9] * p[2] + m[13],
	m[2] * p[0] + m[6] * p[1] + m[10] * p[2] + m[14]
];
const rot = (p, a, ax = 'z') => M(a, p[0], p[1], p[2], p[0], p[1], p[2], ax);
const bump = (x, c, w) => {
	let d = ((((x - c) % 1) + 1.5) % 1) - 0.5;
	return Math.exp((-d * d) / (2 * w * w));
};
export const STRIDE = 1.46; // metres per gait cycle at scale 1
export function poseOf(a, st) {
	// a: actor model; st: {x,z,y?,yaw,dist,gait(0..1),t,lean?,look?}
	const out = [];
	if (a.pose === 'car') {
		out.push(M(st.pitch || 0, 0, 0.4, 0, 0, 0.4, 0));
		a.pivots
			.slice(1)
			.forEach((p, i) =>
				out.push(mul(i < 2 && st.steer ? rot(p, st.steer, 'y') : rot(p, 0), rot(p, -st.dist / a.wheelR)))
			);
	} else if (a.pose === 'custom') {
		return a.bones(st);
	} else {
		const P = PIV,
			ph = st.dist / (STRIDE * (a.scale || 1)),
			g = st.gait ?? 1,
			t = st.t || 0,
			id = a.seed || 0;
		const hip = (f) => 0.06 * g + 0.43 * g * Math.cos(f * 2 * Math.PI),
			knee = (f) => 0.06 + g * (0.07 + 0.17 * bump(f, 0.15, 0.07) + 0.92 * bump(f, 0.73, 0.105)),
			ank = (f) => g * (0.16 * bump(f, 1, 0.06) - 0.5 * bump(f, 0.62, 0.07));
		let B = new Array(BONES).fill(null);
		const sway = 0.012 * Math.sin(t * 0.9 + id) * (1 - g),
			lean = (st.lean || 0) + 0.035 * g;
		if (a.pose === 'walk') {
			const fL = ph + 0.5,
				fR = ph;
			const pel = rot(P.pelvis, 0.1 * g * Math.sin(2 * Math.PI * ph), 'y');
			const leg = (s, f) => {
				const T = mul(pel, rot(P['thigh' + s], hip(f)));
				const S = mul(T, rot(P['shin' + s], -knee(f)));
				const F = mul(S, rot(P['foot' + s], -(hip(f) - knee(f)) * 0.82 + ank(f)));
				return [T, S, F];
			};
			const L = leg('L', fL),
				R = leg('R', fR);
			let low = 9;
			for (const [F, z] of [
				[L[2], -0.1],
				[R[2], 0.1]
			])
				for (const q of [
					[-0.09, 0.004, z],
					[0.16, 0.006, z],
					[0.06, 0, z]
				])
					low = Math.min(low, ap(F, q)[1]);
			const up = M(0, 0, 0, 0, 0, -low, 0.012 * g * Math.sin(2 * Math.PI * ph) + sway);
			B[0] = mul(up, pel);
			[B[7], B[8], B[9]] = L.map((m) => mul(up, m));
			[B[10], B[11], B[12]] = R.map((m) => mul(up, m));
			B[1] = mul(
				up,
				mul(
					rot(P.torso, -lean),
					rot(P.torso, -0.09 * g * Math.sin(2 * Math.PI * ph) + (st.twist || 0) * 0.4, 'y')
				)
			);
			B[2] = mul(
				B[1],
				mul(
					rot(P.head, lean * 0.8 - (st.nod || 0)),
					rot(P.head, (st.twist || 0) * 0.8 + 0.06 * g * Math.sin(2 * Math.PI * ph), 'y')
				)
			);
			for (const [s, f, i] of [
				['L', fR, 3],
				['R', fL, 5]
			]) {
				const sw = 0.4 * g * Math.cos(f * 2 * Math.PI) - 0.02;
				const ph2 = st.phone && s === 'R';
				B[i] = mul(
					B[1],
					mul(rot(P['arm' + s], (s === 'L' ? -1 : 1) * -0.07, 'x'), rot(P['arm' + s], ph2 ? 0.5 : sw))
				);
				B[i + 1] = mul(
					B[i],
					rot(P['fore' + s], ph2 ? 1.75 : 0.18 + 0.2 * g + 0.16 * g * Math.cos(f * 2 * Math.PI))
				);
			}
		} else {
			// cyclist: pedalling by two-link inverse kinematics
			const hipP = [-0.17, 1.0, 0],
				up = M(0, ...P.pelvis, hipP[0], hipP[1], 0);
			const c = (-st.dist / (0.34 * 2.6)) * 1,
				l1 = HIP - KNEE,
				l2 = KNEE - ANK;
			const leg = (s, ang, z) => {
				const fx = 0.02 + 0.165 * Math.cos(ang) - 0.06,
					fy = 0.29 + 0.165 * Math.sin(ang) + 0.085,
					dx = fx - hipP[0],
					dy = fy - hipP[1],
					d = Math.min(l1 + l2 - 0.005, Math.hypot(dx, dy)),
					base = Math.atan2(dx, -dy);
				const a1 = Math.acos((l1 * l1 + d * d - l2 * l2) / (2 * l1 * d)),
					th = base + a1,
					kx = hipP[0] + l1 * Math.sin(th),
					ky = hipP[1] - l1 * Math.cos(th),
					sh = Math.atan2(fx - kx, -(fy - ky));
				return [
					mul(up, rot(P['thigh' + s], th)),
					M(sh, ...P['shin' + s], kx, ky, P['shin' + s][2]),
					M(-0.1 + 0.15 * Math.sin(ang), ...P['foot' + s], fx, fy, P['foot' + s][2])
				];
			};
			[B[7], B[8], B[9]] = leg('L', c);
			[B[10], B[11], B[12]] = leg('R', c + Math.PI);
			B[0] = mul(up, rot(P.pelvis, -0.25));
			const tl = -0.62;
			B[1] = mul(up, mul(rot(P.torso, tl), rot(P.torso, 0, 'y')));
			B[2] = mul(B[1], rot(P.head, 0.5));
			for (const [s, z, i] of [
				['L', -0.24, 3],
				['R', 0.24, 5]
			]) {
				const sp = ap(B[1], P['arm' + s]),
					hx = 0.36,
					hy = 1.06,
					dx = hx - sp[0],
					dy = hy - sp[1],
					a1 = SH - EL,
					a2 = EL - WR + 0.06,
					d = Math.min(a1 + a2 - 0.01, Math.hypot(dx, dy)),
					base = Math.atan2(dx, -dy),
					q = Math.acos((a1 * a1 + d * d - a2 * a2) / (2 * a1 * d)),
					th = base - q,
					ex = sp[0] + a1 * Math.sin(th),
					ey = sp[1] - a1 * Math.cos(th),
					fo = Math.atan2(hx - ex, -(hy - ey));
				B[i] = M(th, ...P['arm' + s], sp[0], sp[1], sp[2]);
				B[i + 1] = M(fo, ...P['fore' + s], ex, ey, sp[2] + (z > 0 ? 0.02 : -0.02));
			}
			B[13] = M(0, 0, 0, 0, 0, 0, 0);
			B[14] = rot([0.53, 0.34, 0], -st.dist / 0.34);
			B[15] = rot([-0.5, 0.34, 0], -st.dist / 0.34);
		}
		for (const b of B) out.push(b || M(0, 0, 0, 0, 0, 0, 0));
	}
	// world
	const c = Math.cos(st.yaw),
		s = Math.sin(st.yaw),
		k = a.scale || 1;
	const lean = st.bank ? M(st.bank, 0, 0, 0, 0, 0, 0, 'x') : null;
	let W = [k * c, 0, -k * s, 0, 0, k, 0, 0, k * s, 0, k * c, 0, st.x, st.y || 0, st.z, 1];
	if (lean) W = mul(W, lean);
	return out.map((b) => mul(W, b));
}
export function model(type, seed, look = {}) {
	const r = rng(seed * 31 + 5);
	const P = [
		0x8d9399, 0xd9dbdc, 0x1c1f24, 0x2b3f63, 0x7a1f22, 0xe8e6e1, 0x54606b, 0x39424a, 0x9a8f7d, 0x27514a,
		0xb4b8bc, 0x16324f, 0xb5562a
	];
	if (type === 'person') return person(seed, look);
	if (type === 'cyclist')
		return person(seed, {
			bike: [0x1f5fa8, 0xb02a2a, 0x222222, 0x2e7d52, 0xd8d8d8][seed % 5],
			pack: seed % 3 === 0,
			coat: false,
			hat: seed % 2 === 0,
			...look
		});
	return car(
		look.kind || ['hatch', 'sedan', 'suv', 'hatch', 'sedan'][seed % 5],
		look.color ?? P[Math.floor(r() * P.length)],
		look
	);
}
