// People: a body of tubes on the skeleton's bones, dressed from a seed; x forward, y up, z right, soles at y = 0.
import { Mesh, MAT, hex } from './geom.js';
import { randomFrom } from './random.js';
import { addBicycle } from './bicycle.js';
import { BONE, HIP, KNEE, SHOULDER, ELBOW, WRIST, PERSON_HEIGHT } from './skeleton.js';

const SKINS = [0xe0b394, 0xc68f6a, 0x9a6846, 0x6b452f, 0xd9a583, 0x4e3325];
const HAIRS = [0x1a1410, 0x3a2618, 0x6b4a2b, 0x15151a, 0x8a6a45, 0x777472];
const TOPS = [
	0x2b3442, 0x5a2b2b, 0x3e4b3a, 0x8c8577, 0x1f2226, 0x6c7f95, 0xb7ae9c, 0x3b3558, 0xa8662f, 0x2f5d62,
	0xc9c6bd, 0x7b2f38, 0xb98a2a
];
const TROUSERS = [0x23272f, 0x2d3a52, 0x1b1b1d, 0x4a4338, 0x3c4654, 0x6d6250];
const SHOES = [0x1a1816, 0x3b2a1f, 0xd8d5cf, 0x222225];
const HATS = [0x1d2430, 0x6a2a2a, 0x37413a];
const RUCKSACKS = [0x25303a, 0x5b2f25, 0x3a4a34, 0x1c1c1f, 0x7d6a3f];
const BAGS = [0x3a2417, 0x161616, 0x7a5a34, 0x5c1f2a];

/**
 * A person, or with `look.bike` a rider and bicycle.
 * @param {number} seed
 * @param {object} look what the seed shall not choose: top, leg, skin, hair, bike, box (colours), coat, pack, bag,
 * hat, hood (booleans), feminine (boolean), height (metres)
 */
export function person(seed, look = {}) {
	const m = new Mesh();
	const body = describe(randomFrom(seed * 7919 + 13), look);
	trunk(m, body);
	head(m, body);
	for (const side of [-1, 1]) {
		arm(m, body, side);
		leg(m, body, side);
	}
	if (body.rucksack) rucksack(m, body.rucksack);
	if (body.bag) shoulderBag(m, body.bag);
	if (look.bike) addBicycle(m, { paint: hex(look.bike), box: look.box && hex(look.box) });
	const scale = look.bike ? 1 : body.scale;
	return {
		mesh: m,
		size: look.bike ? [1.75, 0.6, 1.72] : [0.45, 0.55, PERSON_HEIGHT * scale],
		pose: look.bike ? 'bike' : 'walk',
		scale,
		seed
	};
}

function describe(random, look) {
	const pick = (list) => list[Math.floor(random() * list.length)];
	const top = look.top === undefined ? muted(hex(pick(TOPS))) : hex(look.top);
	const trousers = hex(look.leg ?? pick(TROUSERS));
	const skin = hex(look.skin ?? pick(SKINS));
	const hair = hex(look.hair ?? pick(HAIRS));
	const shoe = hex(pick(SHOES));
	const feminine = look.feminine ?? random() < 0.5;
	const coat = look.coat ?? random() < 0.38;
	const bulk = (feminine ? 0.93 : 1.03) * (coat ? 1.07 : 1) * (0.96 + 0.1 * random());
	const hem = coat ? 0.58 + 0.12 * random() : null;
	const hat = (look.hat ?? random() < 0.12) ? hex(pick(HATS)) : null;
	return {
		top,
		trousers,
		skin,
		hair,
		shoe,
		feminine,
		bulk,
		hem,
		hat,
		hood: look.hood ?? false,
		longHair: feminine && random() < 0.75,
		rucksack: (look.pack ?? random() < 0.3) ? hex(pick(RUCKSACKS)) : null,
		bag: (look.bag ?? random() < 0.3) ? { color: hex(pick(BAGS)), side: random() < 0.5 ? -1 : 1 } : null,
		scale: look.height
			? look.height / PERSON_HEIGHT
			: feminine
				? 0.92 + 0.05 * random()
				: 0.97 + 0.07 * random(),
		chest: feminine ? 0.142 : 0.16,
		waist: feminine ? 0.134 : 0.15,
		hips: feminine ? 0.16 : 0.156
	};
}

function muted(color) {
	const grey = (color[0] + color[1] + color[2]) / 3;
	return color.map((c) => Math.min(0.5, c * 0.72 + grey * 0.28));
}

/** Hips, and over them a shirt or coat whose hem hangs on the pelvis, so that cloth and trousers never cross. */
function trunk(m, { top, trousers, skin, bulk: k, hem, chest, waist, hips }) {
	m.bone = BONE.pelvis;
	const seat = [
		[0, 0.82, 0, 0.075, 0.11],
		[0, 0.86, 0, 0.105 * k, hips * 0.95],
		[0, 0.93, 0, 0.115 * k, hips],
		[0, 1.0, 0, 0.1 * k, hips * 0.9]
	];
	m.tube(seat, 14, trousers, MAT.cloth);
	if (hem) coatSkirt(m, top, k, hem);
	const shirt = [
		[0, 0.925, 0, 0.128 * k, hips * 1.08],
		[0, 0.97, 0, 0.124 * k, hips * 1.07],
		[0, 1.06, 0, 0.112 * k, waist * 1.12],
		[0.008, 1.15, 0, 0.108 * k, waist * 1.1],
		[0.012, 1.27, 0, 0.122 * k, chest * 1.1],
		[0.005, 1.36, 0, 0.118 * k, chest * 1.22],
		[-0.004, 1.415, 0, 0.1 * k, chest * 1.26],
		[-0.006, 1.45, 0, 0.078 * k, chest * 0.98],
		[-0.005, 1.475, 0, 0.062, chest * 0.55],
		[0, 1.5, 0, 0.054, 0.056]
	];
	m.tube(shirt, 16, top, MAT.cloth, 'y', (ring) => (ring < 2 ? BONE.pelvis : BONE.torso));
	m.bone = BONE.torso;
	const neck = [
		[0, 1.46, 0, 0.05, 0.05],
		[0.006, 1.56, 0, 0.048, 0.048]
	];
	m.tube(neck, 10, skin, MAT.skin);
}

/** The skirt of a coat: its lower edge follows the thighs, left half and right half, and the legs stay inside. */
function coatSkirt(m, color, k, hem) {
	const rings = [
		[0, hem, 0, 0.15 * k, 0.2],
		[0, (hem + 0.86) / 2, 0, 0.15 * k, 0.195],
		[0, 0.86, 0, 0.145 * k, 0.19],
		[0, 0.97, 0, 0.13 * k, 0.178],
		[0, 1.08, 0, 0.114 * k, 0.16]
	];
	const boneOf = (ring, [, , z]) => (ring > 1 ? BONE.pelvis : z < 0 ? BONE.thighL : BONE.thighR);
	m.tube(rings, 22, color, MAT.cloth, 'y', boneOf);
}

function head(m, { top, skin, hair, hat, hood, longHair }) {
	m.bone = BONE.head;
	const skull = [
		[0.015, 1.525, 0, 0.055, 0.045],
		[0.022, 1.56, 0, 0.082, 0.062],
		[0.012, 1.62, 0, 0.097, 0.073],
		[0.004, 1.68, 0, 0.099, 0.076],
		[-0.004, 1.73, 0, 0.08, 0.063],
		[-0.006, 1.752, 0, 0.035, 0.03]
	];
	m.tube(skull, 20, skin, MAT.skin);
	face(m, skin, hair);
	if (hood)
		m.tube(
			HOOD,
			14,
			top.map((v) => v * 0.9),
			MAT.cloth
		);
	else m.tube(hairRings(longHair), 14, hat ?? hair, hat ? MAT.cloth : MAT.skin);
}

const HOOD = [
	[-0.03, 1.46, 0, 0.09, 0.1],
	[-0.02, 1.56, 0, 0.115, 0.1],
	[-0.018, 1.66, 0, 0.118, 0.096],
	[-0.02, 1.74, 0, 0.1, 0.08],
	[-0.025, 1.785, 0, 0.04, 0.03]
];

const hairRings = (long) => [
	[-0.034, long ? 1.4 : 1.545, 0, 0.05, long ? 0.07 : 0.05],
	[-0.03, 1.58, 0, 0.085, 0.078],
	[-0.022, 1.66, 0, 0.094, 0.086],
	[-0.008, 1.7, 0, 0.104, 0.086],
	[-0.008, 1.745, 0, 0.088, 0.073],
	[-0.01, 1.775, 0, 0.035, 0.03]
];

/** Nose, eyes, brows and mouth: a few pixels each, enough that a head has a front. */
function face(m, skin, hair) {
	const eye = [0.02, 0.017, 0.015];
	const brow = hair.map((v) => v * 0.7);
	const lips = [skin[0] * 0.6, skin[1] * 0.38, skin[2] * 0.36];
	m.box(0.09, 1.6, -0.013, 0.132, 1.64, 0.013, skin, MAT.skin, 'w');
	for (const z of [-0.028, 0.028]) {
		m.box(0.08, 1.648, z - 0.011, 0.1, 1.662, z + 0.011, eye, MAT.skin, 'w');
		m.box(0.08, 1.672, z - 0.014, 0.1005, 1.68, z + 0.014, brow, MAT.skin, 'w');
	}
	m.box(0.08, 1.574, -0.02, 0.104, 1.584, 0.02, lips, MAT.skin, 'w');
}

function arm(m, { top, skin, bulk: k }, side) {
	const shoulder = side * 0.195 * (0.9 + 0.1 * k);
	const elbow = side * 0.215 * (0.92 + 0.08 * k);
	m.bone = side < 0 ? BONE.armL : BONE.armR;
	const upper = [
		[0, SHOULDER + 0.045, shoulder * 0.93, 0.04, 0.04],
		[0, SHOULDER + 0.01, shoulder * 0.98, 0.054 * k, 0.05],
		[0, SHOULDER - 0.06, shoulder * 1.02, 0.054 * k, 0.05],
		[0, ELBOW + 0.08, elbow * 0.99, 0.05 * k, 0.045],
		[0, ELBOW - 0.01, elbow, 0.045 * k, 0.042],
		[0, ELBOW - 0.035, elbow, 0.03, 0.03]
	];
	m.tube(upper, 10, top, MAT.cloth);
	m.bone = side < 0 ? BONE.foreL : BONE.foreR;
	const sleeve = [
		[0, ELBOW + 0.03, elbow, 0.03, 0.03],
		[0, ELBOW, elbow, 0.045 * k, 0.042],
		[0, ELBOW - 0.1, elbow, 0.044 * k, 0.041],
		[0, WRIST + 0.03, elbow, 0.034 * k, 0.033],
		[0, WRIST + 0.015, elbow, 0.03, 0.03]
	];
	m.tube(sleeve, 10, top, MAT.cloth);
	const hand = [
		[0, WRIST + 0.03, elbow, 0.024, 0.022],
		[0.004, WRIST - 0.03, elbow, 0.04, 0.022],
		[0.01, WRIST - 0.09, elbow, 0.038, 0.024],
		[0.014, WRIST - 0.15, elbow, 0.022, 0.016]
	];
	m.tube(hand, 8, skin, MAT.skin);
}

function leg(m, { trousers, shoe, feminine, bulk: k }, side) {
	const slim = feminine ? 0.95 : 1;
	const [hip, knee, foot] = [side * 0.095, side * 0.1, side * 0.106];
	m.bone = side < 0 ? BONE.thighL : BONE.thighR;
	const thigh = [
		[0, HIP + 0.03, hip, 0.07, 0.06],
		[0, HIP - 0.04, hip, 0.088 * slim * k, 0.078 * slim],
		[0, 0.72, hip, 0.08 * slim * k, 0.077 * slim],
		[0, KNEE + 0.06, knee, 0.064 * slim, 0.06 * slim],
		[0, KNEE - 0.02, knee, 0.056 * slim, 0.055 * slim],
		[0, KNEE - 0.05, knee, 0.03, 0.03]
	];
	m.tube(thigh, 12, trousers, MAT.cloth);
	m.bone = side < 0 ? BONE.shinL : BONE.shinR;
	const shin = [
		[0, KNEE + 0.04, knee, 0.035, 0.035],
		[0, KNEE, knee, 0.058 * slim, 0.056 * slim],
		[-0.012, KNEE - 0.12, knee, 0.06 * slim, 0.055 * slim],
		[-0.004, 0.22, knee, 0.048, 0.045],
		[0, 0.1, knee, 0.052, 0.046],
		[0, 0.085, knee, 0.04, 0.04]
	];
	m.tube(shin, 12, trousers, MAT.cloth);
	m.bone = side < 0 ? BONE.footL : BONE.footR;
	const sole = [
		[-0.085, 0.045, knee, 0.03, 0.03],
		[-0.07, 0.05, knee, 0.048, 0.04],
		[0, 0.058, knee, 0.056, 0.044],
		[0.07, 0.045, side * 0.103, 0.044, 0.048],
		[0.14, 0.032, foot, 0.03, 0.044],
		[0.17, 0.024, foot, 0.018, 0.026]
	];
	m.tube(sole, 10, shoe, MAT.rubber, 'x');
}

function rucksack(m, color) {
	m.bone = BONE.torso;
	const pack = [
		[-0.16, 1.0, 0, 0.05, 0.12],
		[-0.2, 1.06, 0, 0.1, 0.15],
		[-0.2, 1.3, 0, 0.095, 0.145],
		[-0.16, 1.43, 0, 0.05, 0.1]
	];
	m.tube(pack, 12, color, MAT.cloth);
}

function shoulderBag(m, { color, side }) {
	m.bone = BONE.torso;
	const [z0, z1] = side > 0 ? [0.17, 0.26] : [-0.26, -0.17];
	m.box(-0.14, 0.86, z0, 0.14, 1.09, z1, color, MAT.cloth);
	m.bar([0, 1.08, side * 0.21], [0, 1.46, -side * 0.09], 0.014, color, MAT.cloth, 5);
}
