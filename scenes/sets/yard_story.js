// What happens in the yard: the intruder's walk, passing cars and their headlights, the tree, and the failing lamp.
import { Mesh, MAT } from '../web/geom.js';
import { tree } from '../web/plants.js';
import { model, still } from '../web/actors.js';
import { yawOf } from '../web/path.js';
import { BONES } from '../web/skeleton.js';
import { shift } from '../web/matrices.js';

export const FPS = 25;
export const FRAMES = 700;
const LOOP_S = FRAMES / FPS;
/** When the lamp on the pole fails, [from, to] in seconds. */
export const LAMP_FAILS_S = [
	[3.2, 4.6],
	[10.4, 11.0],
	[18.6, 20.4],
	[24.8, 25.2]
];

const wrap = (frame) => ((frame % FRAMES) + FRAMES) % FRAMES;
const secondsOf = (frame) => wrap(frame) / FPS;

/** A whole number's hash in [0, 1). */
function noiseOf(n) {
	let x = Math.imul(n ^ 0x9e37, 0x85ebca6b);
	x ^= x >>> 13;
	x = Math.imul(x, 0xc2b2ae35);
	x ^= x >>> 16;
	return (x >>> 0) / 4294967296;
}

/** Brightness of the failing lamp, 0 to 1: nearly steady, or stuttering every other frame. */
export function lampAt(frame) {
	const t = secondsOf(frame);
	const fails = LAMP_FAILS_S.some(([from, to]) => t >= from && t < to);
	return fails
		? 0.15 + 0.85 * Math.pow(noiseOf(Math.floor(wrap(frame) / 2)), 1.5)
		: 0.94 + 0.06 * noiseOf(wrap(frame));
}

// The intruder comes through the gap in the fence, stops, crosses the zone, looks about, leaves behind the containers.
const WAY = [
	[-19, -2.5],
	[-13.5, -2.5],
	[-8, -2.6],
	[-2.5, -2.0],
	[1.2, -1.35],
	[4.6, -2.2],
	[7.6, -6.6],
	[8.9, -11.6],
	[9.2, -12.6]
];
const ALONG = WAY.map((_, i) =>
	WAY.slice(1, i + 1).reduce((s, p, k) => s + Math.hypot(p[0] - WAY[k][0], p[1] - WAY[k][1]), 0)
);
// [seconds, metres along the way]
const TIMETABLE = [
	[8, 0],
	[11.2, 4.6],
	[12.4, 5.2],
	[13.2, 5.3],
	[17.6, 12.4],
	[19.6, 17.6],
	[20.3, 18.4],
	[21.4, 18.55],
	[25.4, ALONG[ALONG.length - 1]]
];
const LOOKS_ABOUT_S = [
	[12.2, 13.4],
	[20.1, 21.6]
];

/** Speed at a row of the timetable: the harmonic mean of its neighbours', so that nobody ever walks backwards. */
function speedAtRow(j) {
	const last = TIMETABLE.length - 1;
	const slope = (k) => (TIMETABLE[k][1] - TIMETABLE[k - 1][1]) / (TIMETABLE[k][0] - TIMETABLE[k - 1][0]);
	if (j === 0) return slope(1);
	if (j === last) return slope(last);
	return (2 * slope(j) * slope(j + 1)) / (slope(j) + slope(j + 1) + 1e-9);
}

/** Metres along the way at a second: a monotone cubic through the timetable. */
function metresAt(t) {
	const found = TIMETABLE.findIndex(([second], k) => k > 0 && t <= second);
	const i = found < 0 ? TIMETABLE.length - 1 : found;
	const [[a, b], [c, d]] = [TIMETABLE[i - 1], TIMETABLE[i]];
	const h = c - a;
	const x = Math.max(0, Math.min(1, (t - a) / h));
	return (
		b * (1 + 2 * x) * (1 - x) ** 2 +
		speedAtRow(i - 1) * h * x * (1 - x) ** 2 +
		d * x * x * (3 - 2 * x) +
		speedAtRow(i) * h * x * x * (x - 1)
	);
}

function wayPoint(metres) {
	const s = Math.max(0, Math.min(ALONG[ALONG.length - 1], metres));
	const found = ALONG.findIndex((end, k) => k > 0 && s <= end);
	const i = found < 0 ? WAY.length - 1 : found;
	const share = (s - ALONG[i - 1]) / (ALONG[i] - ALONG[i - 1]);
	return [0, 1].map((k) => WAY[i - 1][k] + (WAY[i][k] - WAY[i - 1][k]) * share);
}

/** The way with its corners rounded: the mean of nine points over 1.8 m. */
function roundedWay(metres) {
	const points = Array.from({ length: 9 }, (_, k) => wayPoint(metres + (k - 4) * 0.22));
	return [0, 1].map((k) => points.reduce((s, p) => s + p[k], 0) / points.length);
}

function intruderAt(t) {
	if (t < TIMETABLE[0][0] || t >= TIMETABLE[TIMETABLE.length - 1][0]) return null;
	const s = metresAt(t);
	const speed = (metresAt(t + 0.04) - metresAt(t - 0.04)) / 0.08;
	const [x, z] = roundedWay(s);
	const looking = LOOKS_ABOUT_S.find(([from, to]) => t > from && t < to);
	return {
		x,
		z,
		yaw: yawOf(roundedWay(s - 0.25), roundedWay(s + 0.25)),
		dist: s,
		v: speed,
		gait: Math.max(0.08, Math.min(1.1, speed / 1.3)),
		t,
		lean: 0.12,
		twist: looking ? 0.7 * Math.sin((2 * Math.PI * (t - looking[0])) / (looking[1] - looking[0])) : 0
	};
}

const PASSING = [
	{ key: 'passing1', seed: 2, from_s: 1.2, for_s: 6.4, x: 34, z: -20.5, speed: -9.5 },
	{ key: 'passing2', seed: 3, from_s: 21.6, for_s: 6, x: -6, z: -24, speed: 8.5 }
];
const PASSING_LOOKS = {
	passing1: { kind: 'sedan', color: 0x6d7479, lights: true },
	passing2: { kind: 'hatch', color: 0x7a2a22, lights: true }
};

function passingAt({ from_s, for_s, x, z, speed }, t) {
	const age = t - from_s;
	if (age < 0 || age > for_s) return null;
	const yaw = speed < 0 ? Math.PI : 0;
	return { x: x + speed * age, z, yaw, dist: Math.abs(speed) * age, v: Math.abs(speed) };
}

/** Leaves sway by sums of whole turns a loop: bone 0 is the trunk, each other bone a part of the crown. */
function treeModel() {
	const mesh = new Mesh();
	tree(mesh, 0, 0, 44, {
		h: 7.4,
		r: 2.9,
		leafSize: 0.55,
		leaves: 6400,
		color: 0x4f6a38,
		boneOf: (clump) => 1 + (clump % (BONES - 1))
	});
	const turns = (n, t) => (2 * Math.PI * n * t) / LOOP_S;
	const bones = ({ t }) => {
		const gust = 0.6 + 0.4 * Math.sin(turns(3, t)) + 0.3 * Math.sin(turns(7, t) + 1);
		return Array.from({ length: BONES }, (_, i) => {
			if (i === 0) return shift(0, 0, 0);
			const flutter = 0.05 * Math.sin(turns(16, t) + i) + 0.035 * Math.sin(turns(27, t) + i * 2.1);
			const a = flutter + 0.05 * gust;
			return shift(a * 1.6, -Math.abs(a) * 0.2, a * 0.6 * Math.cos(i));
		});
	};
	return { mesh, pose: 'custom', size: [5, 5, 7.4], bones };
}

function lampGlow([x, y, z]) {
	const mesh = new Mesh();
	mesh.box(x - 0.33, y + 0.08, z - 0.1, x + 0.28, y + 0.13, z + 0.1, [7, 8, 9], MAT.glow);
	return mesh;
}

/** All that moves; `treeAt` is [x, z], `lampPos` the failing lamp's place. */
export function yardActors(treeAt, lampPos) {
	const look = { top: 0x565b63, leg: 0x3a3f4a, hood: true, pack: true, coat: false };
	return [
		{
			key: 'intruder',
			cls: 'person',
			sub: 'intruder',
			role: 'intruder',
			model: model('person', 12, look),
			at: (frame) => intruderAt(secondsOf(frame))
		},
		...PASSING.map((car) => ({
			key: car.key,
			cls: 'car',
			sub: 'car',
			role: 'passing',
			model: model('car', car.seed, PASSING_LOOKS[car.key]),
			at: (frame) => passingAt(car, secondsOf(frame))
		})),
		{
			key: 'tree',
			cls: 'distractor',
			sub: 'tree',
			role: 'distractor',
			model: treeModel(),
			at: (frame) => ({ x: treeAt[0], z: treeAt[1], yaw: 0, t: frame / FPS, dist: 0 })
		},
		{
			deco: true,
			model: still(lampGlow(lampPos)),
			at: (frame) => (lampAt(frame) > 0.3 ? { x: 0, z: 0 } : null)
		}
	];
}

/** Headlights of the passing cars in a frame, while they are beyond the open side of the yard. */
export function headlightsAt(frame, actors) {
	return actors
		.filter((actor) => actor.cls === 'car')
		.flatMap((actor) => {
			const s = actor.at(frame);
			if (!s || s.x < 7.5 || s.x > 30) return [];
			const forward = Math.cos(s.yaw);
			return [-0.62, 0.62].map((offset) => ({
				pos: [s.x + forward * 2.3, 0.68, s.z + forward * offset],
				dir: [forward * 0.985, -0.045, forward < 0 ? 0.16 : 0.096],
				color: [5, 4.7, 4.1],
				cos: 0.8,
				att: 0.012
			}));
		});
}
