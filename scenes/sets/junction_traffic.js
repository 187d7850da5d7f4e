// Vehicles of the junction: a car-following simulation, run until it repeats, its last cycle recorded.
import { model } from '../web/actors.js';
import { pathThrough, pointAt, lengthOf, yawOf } from '../web/path.js';
import { FPS, FRAMES, HALF_ROAD, LANE, CYCLE_LANE, STOP_LINE, signalsAt } from './junction_plan.js';

const APPROACH_M = 52;
const CYCLES_SIMULATED = 8;
const LENGTH_M = { car: 4.5, van: 5.3, cyclist: 1.8 };
const [WEST, NORTH, EAST, SOUTH] = [0, 1, 2, 3];

// Demand stays below what the signals can serve: a queue that grows never repeats.
const DEPARTURES = [
	{ at: 1.0, from: WEST, turn: 'straight', type: 'car', look: { kind: 'hatch', color: 0xb9342b } },
	{ at: 6.4, from: WEST, turn: 'straight', type: 'van', look: { kind: 'van', color: 0xe6e4de } },
	{ at: 3.4, from: WEST, turn: 'right', type: 'car', look: { kind: 'suv', color: 0x5d6a73 } },
	{ at: 2.4, from: EAST, turn: 'straight', type: 'car', look: { kind: 'suv', color: 0xc9ccce } },
	{ at: 5.8, from: EAST, turn: 'straight', type: 'car', look: { kind: 'hatch', color: 0x2f6b5c } },
	{
		at: 10.5,
		from: EAST,
		turn: 'straight',
		type: 'car',
		look: { kind: 'sedan', color: 0xd8c9a0, taxi: true }
	},
	{ at: 17.5, from: NORTH, turn: 'straight', type: 'car', look: { kind: 'sedan', color: 0x1f3d6b } },
	{ at: 20.5, from: NORTH, turn: 'straight', type: 'van', look: { kind: 'van', color: 0x2b4a66 } },
	{ at: 14.0, from: NORTH, turn: 'right', type: 'car', look: { kind: 'hatch', color: 0x6d2430 } },
	{ at: 16.2, from: SOUTH, turn: 'straight', type: 'car', look: { kind: 'suv', color: 0x1c1f22 } },
	{ at: 19.6, from: SOUTH, turn: 'straight', type: 'car', look: { kind: 'hatch', color: 0xc87a2a } },
	{ at: 24.6, from: SOUTH, turn: 'right', type: 'car', look: { kind: 'sedan', color: 0x9fa6ab } },
	{ at: 3.4, from: WEST, turn: 'straight', type: 'cyclist', look: { bike: 0xb02a2a, top: 0xc9d13a } },
	{ at: 15.5, from: NORTH, turn: 'straight', type: 'cyclist', look: { bike: 0x1f5fa8, top: 0x8f3b2e } },
	{
		at: 6.5,
		from: EAST,
		turn: 'straight',
		type: 'cyclist',
		look: { bike: 0x222222, top: 0x3a6ea5, box: 0x2aa7a0 }
	},
	{ at: 19.0, from: SOUTH, turn: 'straight', type: 'cyclist', look: { bike: 0x2e7d52, top: 0xdedad0 } }
];

const arc = (cx, cz, r, from, to, n = 10) =>
	Array.from({ length: n + 1 }, (_, i) => {
		const a = from + ((to - from) * i) / n;
		return [cx + r * Math.cos(a), cz + r * Math.sin(a)];
	});

// Written for the approach from the west (driving east on the south side), then turned by quarter circles.
const ROUTES = {
	straight: (lane) => [
		[-APPROACH_M, lane],
		[APPROACH_M, lane]
	],
	right: (lane) => {
		const r = HALF_ROAD + 2.2 - lane;
		return [
			[-APPROACH_M, lane],
			[-HALF_ROAD - 2.2, lane],
			...arc(-HALF_ROAD - 2.2, lane + r, r, -Math.PI / 2, 0),
			[-lane, APPROACH_M]
		];
	}
};

function quarterTurns([x, z], n) {
	for (let i = 0; i < n; i++) [x, z] = [-z, x];
	return [x, z];
}

function vehicleFor(index, cycle) {
	const { from, turn, type } = DEPARTURES[index];
	const bicycle = type === 'cyclist';
	const route = ROUTES[turn](bicycle ? CYCLE_LANE : LANE).map((p) => quarterTurns(p, from));
	return {
		index,
		cycle,
		bicycle,
		from,
		turn,
		path: pathThrough(route),
		length: LENGTH_M[type],
		distance: 0,
		speed: bicycle ? 5.2 : 9.0,
		acceleration: 0,
		cruise: bicycle ? 5.2 + 0.3 * (index % 3) : 9.2 + 0.5 * (index % 3)
	};
}

/** The nearest thing to stop for: a signal, or a vehicle standing or driving on the path ahead. */
function obstacleAhead(v, vehicles, signals) {
	const none = { gap: Infinity, closing: 0 };
	return [signalAhead(v, signals), ...vehicles.map((o) => (o === v ? none : vehicleAhead(v, o)))].reduce(
		(nearest, o) => (o.gap < nearest.gap ? o : nearest),
		none
	);
}

function signalAhead(v, signals) {
	const signal = v.from === WEST || v.from === EAST ? signals.eastWest : signals.northSouth;
	const gap = APPROACH_M - STOP_LINE - v.length / 2 - v.distance;
	const braking = (v.speed * v.speed) / 2 / 3.2;
	if (signal === 'green' || gap <= -0.3 || (signal === 'amber' && braking >= gap))
		return { gap: Infinity, closing: 0 };
	return { gap: Math.max(0.01, gap), closing: v.speed };
}

function vehicleAhead(v, other) {
	const none = { gap: Infinity, closing: 0 };
	if (other.bicycle !== v.bicycle) return none;
	if (Math.hypot(other.point[0] - v.point[0], other.point[1] - v.point[1]) >= 32) return none;
	const end = Math.min(v.distance + 30, lengthOf(v.path) + 1e-9);
	for (let s = v.distance + 1; s < end; s += 1) {
		const q = pointAt(v.path, s);
		if (Math.hypot(q[0] - other.point[0], q[1] - other.point[1]) >= 1.2) continue;
		if (other.distance <= v.distance && other.from === v.from) return none;
		return {
			gap: Math.max(0.1, s - v.distance - (other.length + v.length) / 2),
			closing: v.speed - other.speed
		};
	}
	return none;
}

/** Intelligent Driver Model (Treiber, Hennecke, Helbing 2000), m/s². */
function acceleration(v, { gap, closing }) {
	const a = v.bicycle ? 1.1 : 2.4;
	const comfortable = 2.4;
	const turning = v.turn !== 'straight' && v.distance > APPROACH_M - 23 && v.distance < APPROACH_M + 8;
	const wish = turning ? Math.min(v.cruise, 5) : v.cruise;
	const desired = 1.5 + v.speed * 0.75 + (v.speed * closing) / (2 * Math.sqrt(a * comfortable));
	return Math.max(-6, a * (1 - (v.speed / wish) ** 4 - (Math.max(0, desired) / gap) ** 2));
}

function stateOf(v) {
	const halfBase = v.bicycle ? 0.5 : 1.35;
	const rear = pointAt(v.path, v.distance - halfBase);
	const front = pointAt(v.path, v.distance + halfBase);
	const yaw = yawOf(rear, front);
	const bend = yawOf(pointAt(v.path, v.distance + 1), pointAt(v.path, v.distance + 2.4)) - yaw;
	const steer = Math.atan2(Math.sin(bend), Math.cos(bend)) * 1.2;
	return {
		x: (rear[0] + front[0]) / 2,
		z: (rear[1] + front[1]) / 2,
		yaw,
		dist: v.distance,
		v: v.speed,
		pitch: v.bicycle ? 0 : -0.006 * v.acceleration,
		steer: Math.max(-0.5, Math.min(0.5, steer)),
		bank: 0
	};
}

function advance(v) {
	const speed = Math.max(0, v.speed + v.acceleration / FPS);
	v.distance += (v.speed + speed) / 2 / FPS;
	v.speed = speed;
}

/** Runs the cycles and returns the last one: one record per vehicle and per cycle in which it set off. */
function recordLastCycle() {
	const firstRecorded = FRAMES * (CYCLES_SIMULATED - 1);
	const records = new Map();
	let vehicles = [];
	for (let f = 0; f < FRAMES * CYCLES_SIMULATED + 2; f++) {
		DEPARTURES.forEach((d, i) => {
			if (f % FRAMES === Math.round(d.at * FPS)) vehicles.push(vehicleFor(i, Math.floor(f / FRAMES)));
		});
		for (const v of vehicles) v.point = pointAt(v.path, v.distance);
		const signals = signalsAt(f / FPS);
		for (const v of vehicles) v.acceleration = acceleration(v, obstacleAhead(v, vehicles, signals));
		if (f >= firstRecorded) for (const v of vehicles) record(records, v, f - firstRecorded);
		vehicles.forEach(advance);
		vehicles = vehicles.filter((v) => v.distance <= lengthOf(v.path) - 1);
	}
	return records.values();
}

function record(records, v, frame) {
	const age = CYCLES_SIMULATED - 1 - v.cycle;
	const key = `v${v.index}.${age}`;
	if (!records.has(key)) records.set(key, { key, index: v.index, states: new Array(FRAMES + 2).fill(null) });
	records.get(key).states[frame] = stateOf(v);
}

/** The vehicles as actors; `at(frame)` answers for frames 0 to FRAMES + 1. */
export function trafficActors() {
	return [...recordLastCycle()].map(({ key, index, states }) => {
		const { type, look } = DEPARTURES[index];
		return {
			key,
			cls: type === 'cyclist' ? 'bicycle' : 'car',
			sub: type,
			model: model(type, index + 3, look),
			at: (frame) => states[frame] ?? null
		};
	});
}
