// Buildings: four facades of bays with recessed windows, shop fronts below where asked for.
import { MAT, hex } from './geom.js';
import { randomFrom } from './random.js';

const BAY = 3.2;
const STOREY = 3.3;
const GROUND_STOREY = 4;
const PARAPET = 0.9;
const WINDOW = [1.35, 1.75];
const RECESS = 0.22;
const SHOP_SIGNS = [0x27485c, 0x5e2a2a, 0x2f4a35, 0xb08a3a, 0x33333a, 0x7d3f5a];
const AWNINGS = [0x8f2f2a, 0x2d5a4a, 0xc9b27a, 0x35506e];

/**
 * A building on the ground rectangle (x0, z0) to (x1, z1) with `floors` storeys over the ground floor.
 * `shop`: 0 for dwellings, else shop fronts, of which about shop / 2 have awnings.
 */
export function building(m, x0, z0, x1, z1, floors, look) {
	const style = { wall: MAT.brick, shop: 0, trim: 0xcfc8ba, ...look };
	const sides = [
		[x0, z1, 0, x1 - x0],
		[x1, z1, Math.PI / 2, z1 - z0],
		[x1, z0, Math.PI, x1 - x0],
		[x0, z0, -Math.PI / 2, z1 - z0]
	];
	sides.forEach(([x, z, yaw, length], i) =>
		m.at(x, 0, z, yaw, (m) => facade(m, length, floors, style, randomFrom(style.seed + i)))
	);
	m.flat(x0, z0, x1, z1, heightOf(floors) - 0.3, hex(0x55524e), MAT.gravel);
}

const heightOf = (floors) => GROUND_STOREY + floors * STOREY + PARAPET;

/** A wall along +x from the origin of the present frame, facing +z. */
function facade(m, length, floors, style, random) {
	const bays = Math.max(1, Math.round(length / BAY));
	const width = length / bays;
	const height = heightOf(floors);
	const trim = hex(style.trim);
	const wall = (x0, y0, x1, y1, color = hex(style.color), mat = style.wall, z = 0) =>
		m.quad([x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z], color, mat);
	for (let i = 0; i < bays; i++) {
		const x = i * width;
		if (style.shop > 0) shopFront(m, wall, x, x + width, style, random);
		else windowBay(m, wall, x, x + width, 0, 1, GROUND_STOREY, trim);
		for (let f = 0; f < floors; f++) {
			const y = GROUND_STOREY + f * STOREY;
			windowBay(m, wall, x, x + width, y, y + 0.8, y + STOREY, trim);
			sillAndLintel(m, x + width / 2, y + 0.8, trim);
		}
	}
	wall(0, height - PARAPET, length, height);
	const ledge = GROUND_STOREY;
	m.box(-0.05, ledge - 0.12, 0, length + 0.05, ledge + 0.08, 0.14, trim, MAT.plaster, 'n');
	m.box(-0.1, height - 0.25, -0.3, length + 0.1, height, 0.3, trim, MAT.plaster);
}

/** One bay of wall from y to top, with a window whose sill is at `sill`. */
function windowBay(m, wall, a, b, y, sill, top, trim) {
	const x0 = (a + b - WINDOW[0]) / 2;
	const x1 = x0 + WINDOW[0];
	const head = sill + WINDOW[1];
	wall(a, y, b, sill);
	wall(a, sill, x0, head);
	wall(x1, sill, b, head);
	wall(a, head, b, top);
	recess(m, x0, sill, x1, head, trim);
	const bar = 0.05;
	const middle = (x0 + x1) / 2;
	const transom = sill + (head - sill) * 0.6;
	const z = -RECESS + 0.03;
	for (const [p, q, r, s] of [
		...frameOf(x0, sill, x1, head),
		[middle - bar / 2, sill, middle + bar / 2, head],
		[x0, transom, x1, transom + bar]
	])
		wall(p, q, r, s, trim, MAT.plain, z);
}

const frameOf = (x0, y0, x1, y1, bar = 0.05) => [
	[x0, y0, x0 + bar, y1],
	[x1 - bar, y0, x1, y1],
	[x0, y0, x1, y0 + bar],
	[x0, y1 - bar, x1, y1]
];

/** Glass set back into the wall, with its four reveals. */
function recess(m, x0, y0, x1, y1, trim) {
	const d = -RECESS;
	m.quad([x0, y0, d], [x1, y0, d], [x1, y1, d], [x0, y1, d], [1, 1, 1], MAT.glass);
	m.quad([x0, y0, 0], [x1, y0, 0], [x1, y0, d], [x0, y0, d], trim, MAT.plaster);
	m.quad([x0, y1, d], [x1, y1, d], [x1, y1, 0], [x0, y1, 0], trim, MAT.plaster);
	m.quad([x0, y0, d], [x0, y1, d], [x0, y1, 0], [x0, y0, 0], trim, MAT.plaster);
	m.quad([x1, y0, 0], [x1, y1, 0], [x1, y1, d], [x1, y0, d], trim, MAT.plaster);
}

function sillAndLintel(m, middle, sill, trim) {
	const [x0, x1, head] = [middle - WINDOW[0] / 2, middle + WINDOW[0] / 2, sill + WINDOW[1]];
	m.box(x0 - 0.1, sill - 0.1, 0, x1 + 0.1, sill, 0.12, trim, MAT.plaster, 'n');
	m.box(x0 - 0.08, head, 0, x1 + 0.08, head + 0.16, 0.04, trim, MAT.plaster, 'n');
}

function shopFront(m, wall, a, b, style, random) {
	const trim = hex(style.trim);
	const [post, base, head] = [0.25, 0.45, GROUND_STOREY - 1];
	wall(a, 0, b, base, hex(0x3a3a3c), MAT.plaster);
	wall(a, head, b, GROUND_STOREY);
	wall(a, base, a + post, head, trim, MAT.plaster);
	wall(b - post, base, b, head, trim, MAT.plaster);
	recess(m, a + post, base, b - post, head, trim);
	for (const [p, q, r, s] of frameOf(a + post, base, b - post, head))
		wall(p, q, r, s, hex(0x2b2c2e), MAT.plain, -RECESS + 0.03);
	signBoard(m, a, b, head, random);
	if (random() < style.shop * 0.5) awning(m, a, b, random);
}

/** A coloured board with letter-like bars: no shop is named. */
function signBoard(m, a, b, head, random) {
	const color = hex(SHOP_SIGNS[Math.floor(random() * SHOP_SIGNS.length)]);
	m.box(a + 0.15, head + 0.05, 0, b - 0.15, GROUND_STOREY - 0.25, 0.12, color, MAT.plain);
	const letters = 5 + random() * 4;
	for (let k = 0; k < letters; k++) {
		const x = a + 0.5 + k * 0.24;
		if (x >= b - 0.6) break;
		const [w, h] = [0.08 + 0.1 * random(), 0.23 + 0.06 * random()];
		m.box(x, head + 0.25, 0.12, x + w, head + 0.25 + h, 0.135, hex(0xe8e2d2), MAT.plain);
	}
}

function awning(m, a, b, random) {
	const cloth = hex(AWNINGS[Math.floor(random() * AWNINGS.length)]);
	const [x0, x1, y] = [a + 0.2, b - 0.2, GROUND_STOREY];
	m.quad([x0, y - 1.35, 1.3], [x1, y - 1.35, 1.3], [x1, y - 0.7, 0.1], [x0, y - 0.7, 0.1], cloth, MAT.cloth);
	const fringe = cloth.map((v) => v * 0.8);
	m.quad(
		[x0, y - 1.55, 1.3],
		[x1, y - 1.55, 1.3],
		[x1, y - 1.35, 1.3],
		[x0, y - 1.35, 1.3],
		fringe,
		MAT.cloth
	);
}
