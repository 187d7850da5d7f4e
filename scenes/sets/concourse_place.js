// What stands still in the concourse: floor, columns, roof beams, shop fronts, the end wall, benches and kiosk.
import { Mesh, MAT, hex } from '../web/geom.js';
import { randomFrom } from '../web/random.js';
import { bush } from '../web/plants.js';
import { bench, bin } from '../web/furniture.js';

const PALE = hex(0xd9d2c4);
const BAND = hex(0x8b8176);
const BEAM = hex(0x9a9287);
const SIGNS = [0x1f5a53, 0x7d2f2b, 0x2b3f66, 0xb0792b, 0x3c3c40, 0x57653a];
const GOODS = [0xc9b48a, 0x8a3b2f, 0x3b6a7a, 0xc7c2b0, 0x6f7f3c, 0xb87a3a, 0x55505a];
const INTERIORS = [
	[0.74, 0.6, 0.42],
	[0.62, 0.6, 0.55],
	[0.7, 0.52, 0.36],
	[0.55, 0.58, 0.6]
];

/** The whole static set as one mesh. */
export function hall() {
	const m = new Mesh();
	const random = randomFrom(5);
	floor(m);
	for (const x of [-7.6, 7.9]) for (const z of [9, 1, -7, -15]) column(m, x, z);
	roof(m);
	for (const side of [-1, 1]) for (let i = 0; i < 6; i++) shop(m, side, i, random);
	endWall(m, random);
	departures(m, random);
	hangingSign(m, -3.6, -6, random);
	hangingSign(m, 4, -12, random);
	kiosk(m, random);
	furniture(m);
	return m;
}

function floor(m) {
	m.flat(-14, -26, 14, 22, 0, hex(0xc4bcae), MAT.floor);
	for (const x of [-6.1, 5.5]) m.flat(x, -26, x + 0.6, 22, 0.003, BAND, MAT.floor);
	for (const z of [-19, -11, -3, 5, 13]) m.flat(-14, z - 0.3, 14, z + 0.3, 0.002, BAND, MAT.floor);
	m.flat(-5.2, -22.2, 5.2, -21.6, 0.005, hex(0xc7a037), MAT.paving);
}

function column(m, x, z) {
	const shaft = [
		[x, 0.28, z, 0.46, 0.46],
		[x, 0.4, z, 0.4, 0.4],
		[x, 5.2, z, 0.36, 0.36],
		[x, 5.5, z, 0.5, 0.5],
		[x, 5.7, z, 0.62, 0.62]
	];
	const band = [
		[x, 1.15, z, 0.405, 0.405],
		[x, 1.27, z, 0.405, 0.405]
	];
	m.box(x - 0.55, 0, z - 0.55, x + 0.55, 0.28, z + 0.55, hex(0x6d655b), MAT.plaster);
	m.tube(shaft, 22, hex(0xcdc5b6), MAT.plaster);
	m.tube(band, 22, hex(0xb88a2e), MAT.metal);
}

/** Beams that cast the pattern of light; the glass between them is left open. */
function roof(m) {
	for (let z = -24; z < 22; z += 4) m.box(-14, 6.6, z - 0.22, 14, 7.1, z + 0.22, BEAM, MAT.metal);
	for (const x of [-7.6, 7.9, 0]) m.box(x - 0.25, 6.9, -26, x + 0.25, 7.3, 22, BEAM, MAT.metal);
	m.box(-14, 6.9, -26, -8.6, 7.2, 22, hex(0xbdb6aa), MAT.plaster);
	m.box(8.9, 6.9, -26, 14, 7.2, 22, hex(0xbdb6aa), MAT.plaster);
}

const WALL_X = 11.6;
const SHOP_DEPTH = 1.5;

/** Shop number i of a side wall (side -1 west, 1 east); depths count from the wall's face into the shop. */
function shop(m, side, i, random) {
	const z0 = -24 + i * 7.2;
	const z1 = z0 + 6.6;
	const at = (depth) => side * (WALL_X + depth);
	const box = (d0, y0, a, d1, y1, b, color, mat) =>
		m.box(Math.min(at(d0), at(d1)), y0, a, Math.max(at(d0), at(d1)), y1, b, color, mat);
	const panel = (y0, y1, a, b, color, mat, depth = 0) => {
		const x = at(depth);
		m.quad([x, y0, a], [x, y0, b], [x, y1, b], [x, y1, a], color, mat);
	};
	panel(0, 0.4, z0 - 0.6, z1, hex(0x57504a), MAT.plaster);
	panel(3.0, 7, z0 - 0.6, z1, PALE, MAT.plaster);
	panel(0.4, 3.0, z0 - 0.6, z0, PALE, MAT.plaster);
	box(
		-0.16,
		2.75,
		z0 + 0.1,
		0,
		3.4,
		z1 - 0.1,
		hex(SIGNS[(i + (side > 0 ? 3 : 0)) % SIGNS.length]),
		MAT.plain
	);
	for (let k = 0; k < 7; k++) {
		const z = z0 + 1.6 + k * 0.46;
		const top = 3.12 + 0.12 * random();
		box(-0.19, 2.92, z, -0.16, top, z + 0.2 + 0.16 * random(), hex(0xf0ead8), MAT.plain);
	}
	const tone = INTERIORS[(i + (side > 0 ? 1 : 0)) % INTERIORS.length];
	interior(m, panel, at, z0, z1, tone);
	for (let shelf = 0; shelf < 3; shelf++) goods(panel, 0.85 + shelf * 0.5, z0, z1, tone, random);
	box(0.3, 0.4, z0 + 1.2, 0.7, 1.2, z0 + 3.4, hex(0x6a4a30), MAT.wood);
	for (const z of [z0 + 2.2, z0 + 4.4])
		box(-0.05, 0.4, z - 0.03, 0, 2.75, z + 0.03, hex(0x2c2a28), MAT.metal);
	box(-0.1, 0.38, z0 - 0.1, 0, 3.0, z0, hex(0x33312f), MAT.metal);
	panel(2.55, 2.72, z0, z1, [2.2, 1.9, 1.4], MAT.glow, 0.02);
}

/** Lit back wall, floor and sides, in a tone of their own. */
function interior(m, panel, at, z0, z1, tone) {
	const lit = (k) => tone.map((v) => v * k);
	panel(0.4, 2.75, z0, z1, lit(0.62), MAT.glow, SHOP_DEPTH);
	panel(2.1, 2.75, z0, z1, lit(0.95), MAT.glow, SHOP_DEPTH - 0.01);
	const [x0, x1] = [at(0), at(SHOP_DEPTH)];
	m.quad([x0, 0.41, z0], [x0, 0.41, z1], [x1, 0.41, z1], [x1, 0.41, z0], lit(0.35), MAT.glow);
	for (const z of [z0, z1])
		m.quad([x0, 0.4, z], [x1, 0.4, z], [x1, 2.75, z], [x0, 2.75, z], lit(0.45), MAT.glow);
}

function goods(panel, y, z0, z1, tone, random) {
	panel(y, y + 0.04, z0 + 0.3, z1 - 0.3, [0.1, 0.08, 0.06], MAT.glow, SHOP_DEPTH - 0.3);
	let z = z0 + 0.4;
	while (z < z1 - 0.7) {
		const [w, h] = [0.12 + 0.22 * random(), 0.14 + 0.24 * random()];
		const color = hex(GOODS[Math.floor(random() * GOODS.length)]).map((v, n) => v * (0.35 + 0.5 * tone[n]));
		panel(y + 0.04, y + 0.04 + h, z, z + w, color, MAT.glow, SHOP_DEPTH - 0.31);
		z += w + 0.04 + 0.12 * random();
	}
}

/** Far wall with doors, daylight and blurred shapes behind them. */
function endWall(m, random) {
	m.quad([-14, 3.1, -24], [14, 3.1, -24], [14, 9, -24], [-14, 9, -24], PALE, MAT.plaster);
	for (let i = 0; i < 7; i++) {
		const x = -11.6 + i * 3.4;
		m.box(x - 0.22, 0, -24.2, x + 0.22, 3.2, -23.8, hex(0x9a8f80), MAT.plaster);
	}
	const daylight = [0.8, 0.86, 0.92];
	m.quad([-14, 0, -25.4], [14, 0, -25.4], [14, 3.2, -25.4], [-14, 3.2, -25.4], daylight, MAT.glow);
	for (let k = 0; k < 16; k++) {
		const x = -13.5 + k * 1.75 + random();
		const [w, h] = [1.2 + random(), 1.1 + 1.5 * random()];
		const shape = [0.42 + 0.2 * random(), 0.47 + 0.2 * random(), 0.5];
		m.box(x, 0, -25.35, x + w, h, -25.3, shape, MAT.glow);
	}
	for (let x = -14; x < 14; x += 1.13)
		m.box(x - 0.03, 0, -24.05, x + 0.03, 3.1, -23.98, hex(0x4a4742), MAT.metal);
	m.box(-14, 2.2, -24.05, 14, 2.27, -23.98, hex(0x4a4742), MAT.metal);
	m.flat(-14, -25.6, 14, -24, 0.004, hex(0x6b665e), MAT.gravel);
}

/** A board with glowing bars in rows and columns: no text. */
function departures(m, random) {
	m.box(-5.2, 3.5, -23.75, 5.2, 5.9, -23.5, hex(0x15181b), MAT.plain);
	for (let row = 0; row < 7; row++)
		for (let column = 0; column < 4; column++) {
			const [x, y] = [-4.9 + column * 2.55, 5.5 - row * 0.3];
			const color = column === 3 ? [1.2, 0.75, 0.12] : [1.05, 0.95, 0.55];
			m.box(x, y, -23.49, x + 0.5 + random() * 1.5, y + 0.12, -23.47, color, MAT.glow);
		}
}

function hangingSign(m, x, z, random) {
	m.box(x - 1.5, 4.1, z - 0.06, x + 1.5, 4.8, z + 0.06, hex(0x1d3f66), MAT.plain);
	for (const s of [-1.2, 1.2]) m.bar([x + s, 4.8, z], [x + s, 6.7, z], 0.018, hex(0x333333), MAT.metal, 5);
	m.box(x - 1.3, 4.25, z + 0.06, x - 0.85, 4.65, z + 0.075, hex(0xf2c230), MAT.plain);
	for (let k = 0; k < 6; k++) {
		const left = x - 0.6 + k * 0.3;
		const top = 4.56 + 0.05 * random();
		m.box(left, 4.36, z + 0.06, left + 0.18, top, z + 0.075, hex(0xeeeee8), MAT.plain);
	}
}

function kiosk(m, random) {
	const dark = hex(0x2a2624);
	m.box(8.6, 0, 2.8, 11.2, 1.15, 6.4, hex(0x7a4b2a), MAT.wood);
	m.box(8.5, 1.15, 2.7, 11.3, 1.22, 6.5, dark, MAT.metal);
	m.box(9.2, 2.5, 2.6, 11.5, 2.85, 6.6, hex(0x7d2f2b), MAT.plain);
	for (const z of [2.8, 6.3]) m.box(9.25, 1.2, z, 9.33, 2.5, z + 0.08, dark, MAT.metal);
	const jars = [0xd0a030, 0xa03a2a, 0xf0ead8, 0x4a7a5a];
	for (let k = 0; k < 10; k++) {
		const [x, z] = [9 + random() * 0.2, 3 + k * 0.32];
		m.box(x, 1.22, z, x + 0.15, 1.36 + 0.2 * random(), z + 0.16, hex(jars[k % jars.length]), MAT.plain);
	}
}

function furniture(m) {
	for (const z of [5, -3]) bench(m, -9.2, z, Math.PI / 2);
	for (const z of [-3.4, -11]) bench(m, 9.4, z, -Math.PI / 2);
	bin(m, -8.9, -0.2, 0x4b5054);
	bin(m, 8.9, -6, 0x4b5054);
	planter(m, -9.6, 9.4, 1);
	planter(m, -9.6, -11.2, 2);
	planter(m, 10, 9.3, 3);
	for (let k = 0; k < 3; k++) ticketMachine(m, -17.4 + k * 1.3);
}

function planter(m, x, z, seed) {
	const pot = [
		[x, 0, z, 0.42, 0.42],
		[x, 0.1, z, 0.48, 0.48],
		[x, 0.62, z, 0.58, 0.58],
		[x, 0.66, z, 0.52, 0.52]
	];
	m.tube(pot, 18, hex(0x5a5550), MAT.plaster);
	m.at(x, 0.55, z, 0, (m) => bush(m, -0.55, -0.55, 0.55, 0.55, 1.1, seed, 900, 0x4a6e38));
}

function ticketMachine(m, z) {
	m.box(-11.2, 0, z, -10.5, 1.75, z + 0.95, hex(0x27485c), MAT.metal);
	const [x, a, b] = [-10.49, z + 0.85, z + 0.1];
	m.quad([x, 1.05, a], [x, 1.05, b], [x, 1.5, b], [x, 1.5, a], [0.5, 0.75, 0.9], MAT.glow);
}
