// What stands still at the junction: road, markings, pavements, buildings, trees and street furniture.
import { Mesh, MAT, hex } from '../web/geom.js';
import { randomFrom } from '../web/random.js';
import { building } from '../web/buildings.js';
import { tree, bush } from '../web/plants.js';
import { lamp, bollard, bench, bin, signalPole, manhole } from '../web/furniture.js';
import { model, still } from '../web/actors.js';
import {
	FPS,
	HALF_ROAD,
	LANE,
	CYCLE_LANE,
	CORNER_RADIUS,
	KERB_HEIGHT,
	STOP_LINE,
	SIGNAL_POLE,
	signalsAt
} from './junction_plan.js';

const ASPHALT = hex(0x4a4a4b);
const NEW_ASPHALT = hex(0x353536);
const PAVING = hex(0xa39c90);
const KERB = hex(0xb5b0a6);
const PAINT = hex(0xdcdad2);
const CYCLE_RED = hex(0x7a3b30);
const FAR = 60;
const POLE_SIDE = -HALF_ROAD - 0.7;

/** The whole static set as one mesh. */
export function roadAndTown() {
	const m = new Mesh();
	asphalt(m);
	for (const sx of [-1, 1]) for (const sz of [-1, 1]) pavementCorner(m, sx, sz);
	eachArm(m, markings);
	buildings(m);
	trees(m);
	furniture(m);
	parkedCars(m);
	return m;
}

/** Draws in each arm's own frame, in which the arm runs along +x. */
function eachArm(m, draw) {
	for (let k = 0; k < 4; k++) m.at(0, 0, 0, (k * Math.PI) / 2, draw);
}

function asphalt(m) {
	m.flat(-FAR, -HALF_ROAD, FAR, HALF_ROAD, 0, ASPHALT, MAT.asphalt);
	m.flat(-HALF_ROAD, -FAR, HALF_ROAD, -HALF_ROAD, 0, ASPHALT, MAT.asphalt);
	m.flat(-HALF_ROAD, HALF_ROAD, HALF_ROAD, FAR, 0, ASPHALT, MAT.asphalt);
	const [near, far] = [HALF_ROAD, HALF_ROAD + 2.7];
	for (const [x0, x1] of [
		[-far, -near],
		[near, far]
	])
		for (const [z0, z1] of [
			[-far, -near],
			[near, far]
		])
			m.flat(x0, z0, x1, z1, 0, ASPHALT, MAT.asphalt);
	for (const [x, z, w, h] of [
		[-9, -3.9, 4.5, 1.4],
		[1.2, 7, 1.5, 5],
		[-22, 1, 7, 1.6],
		[-4, -17, 2, 6],
		[-3.3, 0.5, 2.6, 1.8]
	])
		m.flat(x, z, x + w, z + h, 0.003, NEW_ASPHALT, MAT.asphalt);
	for (const [x, z] of [
		[-2.6, 3],
		[3.1, -8.5],
		[-14, -1.2],
		[1.4, 13],
		[-6.5, 2.6]
	])
		manhole(m, x, z);
	m.flat(-100, -100, 100, -FAR, -0.02, hex(0x5a5a58), MAT.asphalt);
	m.flat(-100, -FAR, -FAR, FAR, -0.02, hex(0x5a5a58), MAT.asphalt);
}

/** Outline of one pavement corner in the quadrant where x and z are positive: far end, quarter circle, far end. */
function cornerOutline() {
	const centre = HALF_ROAD + CORNER_RADIUS;
	const bend = Array.from({ length: 11 }, (_, i) => {
		const a = Math.PI + ((i / 10) * Math.PI) / 2;
		return [centre + CORNER_RADIUS * Math.cos(a), centre + CORNER_RADIUS * Math.sin(a)];
	});
	return [[HALF_ROAD, FAR], ...bend, [FAR, HALF_ROAD]];
}

function pavementCorner(m, sx, sz) {
	const outline = cornerOutline();
	const at = ([x, z], y) => [sx * x, y, sz * z];
	const up = [0, 1, 0];
	const top = KERB_HEIGHT + 0.004;
	const last = outline.length - 2;
	const inner = (i) =>
		i === 0 ? [HALF_ROAD + 0.18, FAR] : i > last ? [FAR, HALF_ROAD + 0.18] : inward(outline[i]);
	for (let i = 0; i <= last; i++) {
		const [a, b] = [outline[i], outline[i + 1]];
		const y = KERB_HEIGHT;
		m.tri(at([FAR, FAR], y), at(a, y), at(b, y), PAVING, MAT.paving, up, up, up);
		m.quad(at(a, 0), at(b, 0), at(b, top), at(a, top), KERB, MAT.plaster);
		m.quad(at(a, top), at(b, top), at(inner(i + 1), top), at(inner(i), top), KERB, MAT.plaster);
	}
}

/** A kerb stone's inner edge: 22 cm from p towards the far corner. */
function inward([x, z]) {
	const d = Math.hypot(x - FAR, z - FAR);
	return [x + ((FAR - x) / d) * 0.22, z + ((FAR - z) / d) * 0.22];
}

function markings(m) {
	const paint = (x0, z0, x1, z1) => m.flat(x0, z0, x1, z1, 0.008, PAINT, MAT.marking);
	const lane = (z0, z1) => m.flat(STOP_LINE, z0, 40, z1, 0.005, CYCLE_RED, MAT.marking);
	for (let i = 0; i < 8; i++) {
		const z = -HALF_ROAD + 0.35 + i * 1.31;
		paint(7.6, z, 10.4, z + 0.62);
	}
	paint(STOP_LINE - 0.35, -HALF_ROAD + 0.1, STOP_LINE, -0.15);
	for (let x = 12.6; x < 58; x += 4.5) paint(x, -0.06, x + 2.6, 0.06);
	paint(11.6, -0.07, 16, 0.07);
	lane(-HALF_ROAD + 0.02, -HALF_ROAD + 1.55);
	lane(HALF_ROAD - 1.55, HALF_ROAD - 0.02);
	paint(STOP_LINE, -HALF_ROAD + 1.55, 40, -HALF_ROAD + 1.68);
	paint(STOP_LINE, HALF_ROAD - 1.68, 40, HALF_ROAD - 1.55);
	for (const x of [17, 26]) arrow(m, x);
}

function arrow(m, x) {
	m.flat(x, -LANE - 0.09, x + 2.2, -LANE + 0.09, 0.008, PAINT, MAT.marking);
	const tip = [x - 0.9, 0.008, -LANE];
	m.tri(tip, [x + 0.1, 0.008, -LANE + 0.38], [x + 0.1, 0.008, -LANE - 0.38], PAINT, MAT.marking);
}

function buildings(m) {
	const plaster = { wall: MAT.plaster };
	building(m, -34, -32, -13.2, -12.6, 3, { color: 0x94523c, shop: 0.9, seed: 3 });
	building(m, -62, -30, -36, -12.2, 4, { ...plaster, color: 0xb7a88d, shop: 0.5, seed: 9, trim: 0xe2ddd0 });
	building(m, 12.5, -34, 32, -13.5, 4, {
		...plaster,
		color: 0xc2b59b,
		shop: 0.8,
		seed: 21,
		trim: 0xe8e3d6
	});
	building(m, -34, 14.5, -14.5, 34, 2, { color: 0x7b4534, shop: 0.6, seed: 33 });
	building(m, -60, 14, -37, 32, 3, { ...plaster, color: 0x9a9186, seed: 41 });
	building(m, -31, -62, -12, -34, 4, { color: 0x83705f, seed: 51 });
	building(m, 12, -66, 34, -37, 3, { color: 0x8d4a3a, seed: 61 });
	building(m, -14, -92, 16, -72, 5, { ...plaster, color: 0xa79d8e, seed: 71 });
	building(m, -92, -14, -76, 16, 4, { color: 0x8b5a45, seed: 81 });
}

function trees(m) {
	const random = randomFrom(7);
	const greens = [0x5a7a3a, 0x4f6e38, 0x6a7f3d];
	[
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
	].forEach(([x, z, h], i) => {
		tree(m, x, z, 11 + i, { h, r: 2.2 + 0.3 * random(), leaves: 5200, color: greens[(12 + i) % 3] });
		m.box(x - 0.7, 0.13, z - 0.7, x + 0.7, 0.15, z + 0.7, hex(0x4b3d2c), MAT.gravel, 'b');
	});
	bush(m, 9.5, 8.2, 20, 9.4, 0.9, 5, 2600);
	m.box(9.4, 0.13, 8.1, 20.1, 0.42, 9.5, hex(0x8b8479), MAT.plaster);
}

function furniture(m) {
	for (const [x, z, yaw] of [
		[-5.75, -13.5, 0.4],
		[6, -13.5, 2.7],
		[-13.4, 5.75, -1.4],
		[-30, -6.6, -1.57],
		[-6.9, -35, 0]
	])
		lamp(m, x, z, { yaw });
	eachArm(m, (m) => signalPole(m, SIGNAL_POLE, POLE_SIDE, Math.PI / 2));
	for (let i = 0; i < 5; i++) bollard(m, -12.6 - i * 1.5, -6.05);
	bench(m, -15.5, -12, 0);
	bin(m, -17.2, -12.1);
	bin(m, -6.3, 13.2);
	bench(m, 8.6, -14, -Math.PI / 2);
	m.box(-12.9, 0.13, -17.3, -11.4, 2.4, -16.6, hex(0x31464f), MAT.metal);
	m.box(-12.8, 0.6, -16.6, -11.5, 2.25, -16.56, hex(0xd9c28a), MAT.plain);
}

function parkedCars(m) {
	const park = (kind, color, x, z) => m.at(x, 0, z, 0, (m) => m.add(model('car', 1, { kind, color }).mesh));
	park('suv', 0x3f4a52, -41, -CYCLE_LANE - 0.1);
	park('hatch', 0xa8322a, -35, -CYCLE_LANE - 0.15);
}

const LAMPS = [
	{ signal: 'red', color: [6, 0.25, 0.15], y: 3.3 },
	{ signal: 'amber', color: [6, 2.6, 0.2], y: 2.97 },
	{ signal: 'green', color: [0.25, 5, 1.8], y: 2.64 }
];

/** The lit lamps of the signals: glowing discs that come and go, drawn as actors without an identity. */
export function signalLights() {
	return [0, 1, 2, 3].flatMap((arm) =>
		LAMPS.map(({ signal, color, y }) => ({
			deco: true,
			model: still(lampDisc((arm * Math.PI) / 2, y, color)),
			at: (frame) => {
				const { eastWest, northSouth } = signalsAt(frame / FPS);
				return (arm % 2 === 0 ? eastWest : northSouth) === signal ? { x: 0, z: 0 } : null;
			}
		}))
	);
}

function lampDisc(yaw, y, color) {
	const m = new Mesh();
	m.at(0, 0, 0, yaw, (m) =>
		m.at(SIGNAL_POLE, 0, POLE_SIDE, Math.PI / 2, (m) =>
			m.disc([0, y, 0.33], 0.085, 0.01, color, MAT.glow, color, 0.02)
		)
	);
	return m.paint(color, MAT.glow);
}
