// People of the concourse: every position is a closed form of the time, so the loop closes by itself.
import { model } from '../web/actors.js';
import { randomFrom } from '../web/random.js';
import { yawOf } from '../web/path.js';

export const FPS = 25;
export const FRAMES = 650;
export const LOOP_S = FRAMES / FPS;
export const AGAINST_FROM_S = 6.2;

const smoothstep = (a, b, x) => {
	const u = Math.max(0, Math.min(1, (x - a) / (b - a)));
	return u * u * (3 - 2 * u);
};

// Stream A comes towards the camera, stream B goes away from it; x(z, offset) is a walker's line, metres.
const STREAMS = {
	A: { from: -24.6, to: 15.6, x: (z, offset) => -2.7 + offset - 1.1 * smoothstep(-20, 14, z) },
	B: { from: 15.8, to: -24.6, x: (z, offset) => 3.4 + offset * 0.95 - 0.9 * smoothstep(10, -20, z) }
};
const OFFSETS = [-1.35, 0.15, 1.4, -0.6, 0.85];

const AGAINST = { speed: 1.55, from: 16.2, to: -24.4 };

function streamWalkers() {
	const random = randomFrom(77);
	const stream = (name, count, firstSeed) =>
		Array.from({ length: count }, (_, i) => ({
			stream: name,
			offset: OFFSETS[i % OFFSETS.length] + (random() - 0.5) * 0.35,
			speed: 1.52 + (i % 5) * 0.035,
			departs: ((i + 0.6 * random()) * LOOP_S) / count,
			seed: firstSeed + i
		}));
	return [...stream('A', 17, 0), ...stream('B', 16, 40)];
}

/** Where the person against the stream is, t seconds after a loop's beginning; null before and after the walk. */
function againstAt(t) {
	const walked = (t - AGAINST_FROM_S) * AGAINST.speed;
	const z = AGAINST.from - walked;
	if (walked < 0 || z < AGAINST.to) return null;
	return [-3.3 + 0.35 * Math.sin((t - AGAINST_FROM_S) * 0.9), z];
}

/** Point of a walker `age` seconds after departure: its line, a slight weave, and room made for the one against. */
function streamPoint(walker, age) {
	const { from, to, x: lineAt } = STREAMS[walker.stream];
	const z = from + Math.sign(to - from) * age * walker.speed;
	const x = lineAt(z, walker.offset) + 0.1 * Math.sin(age * 0.55 + walker.seed * 2.1);
	if (walker.stream === 'B') return [x, z];
	const now = walker.departs + age;
	const other = [0, LOOP_S, -LOOP_S].map((cycle) => againstAt(now + cycle)).find((p) => p);
	if (!other) return [x, z];
	const [dx, dz] = [x - other[0], z - other[1]];
	const nearness = Math.exp((-dz * dz) / 5) * Math.exp((-dx * dx) / 0.9);
	return [x + (dx >= 0 ? 1 : -1) * 0.75 * nearness, z];
}

function streamState(walker, t) {
	const { from, to } = STREAMS[walker.stream];
	const age = t - walker.departs;
	if (age < 0 || age * walker.speed > Math.abs(to - from)) return null;
	const [x, z] = streamPoint(walker, age);
	return {
		x,
		z,
		yaw: yawOf(streamPoint(walker, age - 0.12), streamPoint(walker, age + 0.12)),
		dist: age * walker.speed,
		v: walker.speed,
		gait: 1,
		t: age,
		phone: walker.seed % 9 === 4
	};
}

function againstState(t) {
	const point = againstAt(t);
	if (!point) return null;
	return {
		x: point[0],
		z: point[1],
		yaw: yawOf(againstAt(t - 0.1) ?? point, againstAt(t + 0.1) ?? point),
		dist: (t - AGAINST_FROM_S) * AGAINST.speed,
		v: AGAINST.speed,
		gait: 1,
		t
	};
}

/** Phase of the loop times n: whatever is a function of it repeats with the loop. */
const turns = (n, t) => (2 * Math.PI * n * t) / LOOP_S;

function loitererState(t) {
	return {
		x: 6.5 + 0.1 * Math.sin(turns(1, t)),
		z: 2.4 + 0.12 * Math.sin(turns(2, t)),
		yaw: Math.PI * 0.98 + 0.54 * Math.sin(turns(1, t)) + 0.3 * Math.sin(turns(2, t) + 1),
		dist: 0.35,
		gait: 0.06 + 0.04 * Math.sin(turns(3, t)),
		t: turns(4, t) / 0.9,
		twist: 0.9 * Math.sin(turns(2, t) + 0.6),
		nod: 0.08 * Math.sin(turns(3, t))
	};
}

const waitingState = (t) => ({
	x: -9.9,
	z: 2.1,
	yaw: -0.2 + 0.2 * Math.sin(turns(1, t)),
	dist: 0.3,
	gait: 0.05,
	t: turns(4, t) / 0.9,
	phone: true,
	nod: 0.25
});

/** A walk that outlasts the loop goes on at its beginning: one actor for each cycle it reaches into. */
function acrossCycles(actor, stateAt, cycles) {
	return Array.from({ length: cycles }, (_, cycle) => ({
		...actor,
		key: `${actor.key}.${cycle}`,
		cls: 'person',
		at: (frame) => stateAt(frame / FPS + cycle * LOOP_S)
	})).filter(({ at }) => Array.from({ length: FRAMES }, (_, f) => f).some((f) => at(f)));
}

/** All people of the scene as actors. */
export function peopleActors() {
	const walkers = streamWalkers().flatMap((walker, i) => {
		const role = `stream${walker.stream}`;
		const actor = { key: `${role}-${i}`, sub: role, role, model: model('person', walker.seed + 3) };
		return acrossCycles(actor, (t) => streamState(walker, t), 3);
	});
	const look = { top: 0xb3261e, leg: 0x23272f, hood: true, pack: true, coat: false };
	const against = { key: 'against', sub: 'against', role: 'against', model: model('person', 91, look) };
	const loiterer = {
		key: 'loiterer',
		sub: 'loiterer',
		role: 'loiterer',
		model: model('person', 63, { top: 0x4a5a3a, coat: true, pack: false, bag: false })
	};
	const waiting = {
		key: 'waiting',
		sub: 'standing',
		role: 'waiting',
		model: model('person', 71, { bag: true })
	};
	return [
		...walkers,
		...acrossCycles(against, againstState, 2),
		...acrossCycles(loiterer, loitererState, 1),
		...acrossCycles(waiting, waitingState, 1)
	];
}
