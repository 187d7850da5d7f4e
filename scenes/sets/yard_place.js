// What stands still in the yard: warehouse, containers, the transformer in its painted zone, fences and lamp poles.
import { Mesh, MAT, hex } from '../web/geom.js';
import { bush } from '../web/plants.js';
import { bollard } from '../web/furniture.js';
import { model } from '../web/actors.js';

const WALL_LAMP = [-3.5, 4.9, -10.6];
const POLE_LAMP = [8.6, 5.9, -1.2];
/** The two lamps: the warm one on the wall, and the failing one on the pole. */
export const LAMPS = [
	{ pos: WALL_LAMP, aim: [-3.2, 0, -5.5], fov: 150, cos: 0.05, color: [7.6, 4.9, 2.3], size: 0.25 },
	{ pos: POLE_LAMP, aim: [7.2, 0, -0.4], fov: 140, cos: 0.18, color: [4.6, 5.3, 6.0], size: 0.2 }
];
/** Where the tree stands, [x, z]. */
export const TREE = [8.4, 3.2];

const JOINT = hex(0x2f2d2a);
const YELLOW = hex(0xd8b22a);
const STEEL = hex(0x60656a);
const ZONE = { x0: -1, x1: 5.6, z0: -6.5, z1: -0.5 };

/** The whole static set as one mesh. */
export function yardSet() {
	const m = new Mesh();
	ground(m);
	forbiddenZone(m);
	warehouse(m);
	for (const x of [-18, -11.5, -0.8]) rollerDoor(m, x);
	wallLamp(m);
	container(m, 10.5, 0, -9.4, 12, 0.06, 0x7a3324);
	container(m, 11, 2.66, -9.6, 6, 0.1, 0x2f5568);
	container(m, 12.5, 0, -4.4, 6, 0.02, 0x3d5a3a);
	container(m, -17, 0, 1.8, 6.1, 0.5, 0x6a6f73);
	pallets(m, -8.2, -8.6, 5);
	pallets(m, -9.8, -8.4, 3);
	pallets(m, 9.9, -6.2, 4);
	drum(m, -6.3, -9.3, 0x2f5f8a);
	drum(m, -5.6, -9.6, 0x2f5f8a);
	drum(m, -5.9, -8.8, 0x8a3a2a);
	transformer(m);
	fence(m, [-13.5, -11], [-13.5, -3.8]);
	fence(m, [-13.5, -1.2], [-13.5, 16]);
	fence(m, [6.5, -13], [30, -13]);
	surroundings(m);
	lampPole(m);
	m.at(-9.4, 0, -6.2, -1.35, (m) => m.add(model('van', 1, { kind: 'van', color: 0x8d8c86 }).mesh));
	return m;
}

function ground(m) {
	m.flat(-30, -13.65, 30, 24, 0, hex(0x77736c), MAT.plaster);
	for (let x = -28; x < 30; x += 6) m.flat(x - 0.015, -12, x + 0.015, 24, 0.003, JOINT, MAT.asphalt);
	for (let z = -8; z < 24; z += 6) m.flat(-30, z - 0.015, 30, z + 0.015, 0.003, JOINT, MAT.asphalt);
	m.flat(-30, 5, 30, 24, 0.002, hex(0x4a4a4a), MAT.asphalt);
}

function forbiddenZone(m) {
	const { x0, x1, z0, z1 } = ZONE;
	const line = (a, b, c, d) => m.flat(a, b, c, d, 0.006, YELLOW, MAT.marking);
	line(x0, z0, x1, z0 + 0.15);
	line(x0, z1 - 0.15, x1, z1);
	line(x0, z0, x0 + 0.15, z1);
	line(x1 - 0.15, z0, x1, z1);
	for (let k = 0; k < 14; k++) hatching(m, x0 + 0.2 + k * 0.9);
}

/** One diagonal stripe that would meet the near edge of the zone at x. */
function hatching(m, x) {
	const { x0, x1, z0, z1 } = ZONE;
	const within = (z) => Math.max(z0 + 0.2, Math.min(z1 - 0.2, z));
	const near = z1 - 0.2;
	const zFar = within(near - (x - Math.max(x0 + 0.2, x - 5.6)));
	const zNear = within(near - (x - Math.min(x1 - 0.2, x)));
	const [xFar, xNear] = [x - (near - zFar), x - (near - zNear)];
	m.quad(
		[xNear - 0.07, 0.005, zNear],
		[xNear + 0.07, 0.005, zNear],
		[xFar + 0.07, 0.005, zFar],
		[xFar - 0.07, 0.005, zFar],
		YELLOW,
		MAT.marking
	);
}

function warehouse(m) {
	m.box(-24, 0, -20, 6.5, 6.8, -11, hex(0x8d8678), MAT.corrug);
	m.box(-24, 0, -11.02, 6.5, 0.9, -10.95, hex(0x6a655d), MAT.plaster);
	m.box(-24.2, 6.6, -20, 6.7, 6.95, -10.7, hex(0x3b3d3f), MAT.metal);
	m.box(2.6, 0, -10.98, 3.7, 2.15, -10.9, hex(0x41525c), MAT.metal);
	m.box(2.75, 2.35, -10.98, 3.55, 2.6, -10.9, [0.5, 1.6, 0.7], MAT.glow);
}

function rollerDoor(m, x) {
	m.box(x - 1.9, 0, -11.1, x + 1.9, 3.9, -10.88, hex(0x55595c), MAT.metal);
	for (let y = 0.15; y < 3.7; y += 0.28)
		m.box(x - 1.7, y, -10.9, x + 1.7, y + 0.24, -10.84, hex(0x7f878a), MAT.metal);
	m.box(x - 2, 3.9, -11, x + 2, 4.25, -10.5, hex(0x404346), MAT.metal);
	for (const s of [-2.3, 2.3]) bollard(m, x + s, -10.1, 0xb08a1e);
}

function wallLamp(m) {
	const [x, y, z] = WALL_LAMP;
	m.bar([x, y + 0.15, -10.95], [x, y + 0.25, z + 0.1], 0.03, hex(0x333333), MAT.metal, 6);
	m.box(x - 0.22, y + 0.12, z - 0.12, x + 0.22, y + 0.26, z + 0.14, hex(0x222222), MAT.metal, 'b');
	m.box(x - 0.2, y + 0.06, z - 0.1, x + 0.2, y + 0.115, z + 0.12, [9, 6, 3], MAT.glow);
}

/** A shipping container of a length, its corner at (x, z), standing at height y. */
function container(m, x, y, z, length, yaw, color) {
	const c = hex(color);
	const post = c.map((v) => v * 0.6);
	m.at(x, y, z, yaw, (m) => {
		m.box(0, 0.08, -1.22, length, 2.6, 1.22, c, MAT.corrug);
		for (const a of [0, length])
			for (const s of [-1.22, 1.22]) m.box(a - 0.07, 0, s - 0.07, a + 0.07, 2.66, s + 0.07, post, MAT.metal);
		m.box(
			-0.03,
			2.5,
			-1.26,
			length + 0.03,
			2.66,
			1.26,
			c.map((v) => v * 0.7),
			MAT.metal
		);
	});
}

function pallets(m, x, z, count) {
	for (let k = 0; k < count; k++)
		m.at(x, k * 0.15, z, 0.05 * k, (m) => {
			for (let i = 0; i < 5; i++) {
				const a = -0.5 + i * 0.22;
				m.box(-0.6, 0.1, a, 0.6, 0.125, a + 0.12, hex(0x8a6a44), MAT.wood);
			}
			for (const s of [-0.5, 0, 0.42]) m.box(-0.6, 0, s, 0.6, 0.1, s + 0.09, hex(0x7a5a38), MAT.wood);
		});
}

function drum(m, x, z, color) {
	const rings = [
		[x, 0, z, 0.29, 0.29],
		[x, 0.29, z, 0.285, 0.285],
		[x, 0.3, z, 0.3, 0.3],
		[x, 0.6, z, 0.3, 0.3],
		[x, 0.61, z, 0.285, 0.285],
		[x, 0.9, z, 0.29, 0.29],
		[x, 0.9, z, 0.02, 0.02]
	];
	m.tube(rings, 20, hex(color), MAT.metal);
}

function transformer(m) {
	const tank = [
		[3.65, 0.25, -3.9, 0.42, 0.42],
		[3.65, 2.2, -3.9, 0.42, 0.42],
		[3.65, 2.45, -3.9, 0.25, 0.25],
		[3.65, 2.5, -3.9, 0.05, 0.05]
	];
	m.box(1.2, 0, -5.0, 4.2, 0.25, -2.8, hex(0x8d8a84), MAT.plaster);
	m.box(1.4, 0.25, -4.8, 3.1, 2.05, -3.0, hex(0x4d6a5c), MAT.metal);
	for (let y = 0.5; y < 1.8; y += 0.16) m.box(1.6, y, -2.99, 2.9, y + 0.09, -2.95, hex(0x33463d), MAT.metal);
	m.tube(tank, 20, hex(0xa8a8a2), MAT.metal);
}

/** Posts, three rails and palings between two ground points [x, z]. */
function fence(m, [x0, z0], [x1, z1]) {
	const length = Math.hypot(x1 - x0, z1 - z0);
	const upright = (share, low, high, radius, color, sides) => {
		const [x, z] = [x0 + (x1 - x0) * share, z0 + (z1 - z0) * share];
		m.bar([x, low, z], [x, high, z], radius, color, MAT.metal, sides);
	};
	const posts = Math.round(length / 2.5);
	for (let i = 0; i <= posts; i++) upright(i / posts, 0, 2.3, 0.035, STEEL, 6);
	for (const y of [0.15, 1.2, 2.25]) m.bar([x0, y, z0], [x1, y, z1], 0.018, STEEL, MAT.metal, 4);
	const palings = Math.round(length / 0.16);
	for (let i = 0; i < palings; i++) upright(i / palings, 0.15, 2.25, 0.008, hex(0x70757a), 3);
}

function surroundings(m) {
	m.flat(6.5, -30, 40, -13.6, -0.01, hex(0x3b3b3c), MAT.asphalt);
	m.box(-40, 0, -46, 60, 9, -40, hex(0x54504a), MAT.brick);
	m.flat(-60, -60, 60, -30, -0.03, hex(0x30302e), MAT.gravel);
	m.flat(-60, -30, -13.6, 30, -0.02, hex(0x46523a), MAT.grass);
	bush(m, -20, -12, -14.2, 14, 1.5, 3, 5200, 0x3c5230);
}

function lampPole(m) {
	const grey = hex(0x4a4e52);
	const pole = [
		[1.4, 0, 0, 0.1, 0.1],
		[1.4, 1, 0, 0.09, 0.09],
		[1.4, 5.9, 0, 0.05, 0.05]
	];
	m.at(POLE_LAMP[0], 0, POLE_LAMP[2], 0, (m) => {
		m.tube(pole, 10, grey, MAT.metal);
		m.bar([1.4, 5.9, 0], [-0.1, 6.12, 0], 0.035, grey, MAT.metal, 6);
		m.box(-0.35, 6.04, -0.12, 0.3, 6.14, 0.12, hex(0x3a3e42), MAT.metal, 'b');
	});
}
