// Pedestrians of the junction: each follows waypoints, waits at the kerb, and crosses when the signal says walk.
import { model } from '../web/actors.js';
import { pathThrough, pointAt, lengthOf, distanceNear, keepRight, yawOf } from '../web/path.js';
import { FPS, FRAMES, CYCLE_S, WALK_FROM_S, groundHeight } from './junction_plan.js';

// `before` leads to the kerb, `after` begins on the far side; a walker without `after` crosses no road.
// `right` is how far the walker keeps to the right of the drawn line, metres; with `at` it was searched so that
// no two people, and no one and a car or a thing on the pavement, come nearer than about half a metre.
// prettier-ignore
const WALKERS = [
	{ at: 14.6, right: 0.6, speed: 1.35, before: [[-13, 6.6], [-9.2, 6.9]], after: [[-8.9, -7.2], [-13, -10.5], [-26, -10.6]] },
	{ at: 14.2, right: 0.75, speed: 1.45, before: [[-20, 6.9], [-9.6, 6.7]], after: [[-9.5, -6.8], [-7.4, -13], [-7.2, -34]] },
	{ at: 9.9, right: 0.15, speed: 1.42, before: [[-7.0, -26], [-7.1, -9.4]], after: [[6.9, -8.7], [10.5, -9.5], [10.8, -34]] },
	{ at: 11.5, right: 0.42, speed: 1.3, before: [[-7.4, -24], [-6.9, -8.6]], after: [[6.8, -9.4], [8, -11], [26, -8.4]] },
	{ at: 8.9, right: 0.3, speed: 1.5, before: [[8.2, -28], [7.2, -9.2]], after: [[-6.9, -9.3], [-12, -9.8], [-30, -10.2]] },
	{ at: 10.4, right: 0.67, speed: 1.38, before: [[24, -7.2], [9.0, -7.1]], after: [[9.2, 6.6], [8.3, 10.5], [8.5, 30]] },
	{ at: 13.2, right: 0.08, speed: 1.45, before: [[19, 7.2], [9.6, 6.6]], after: [[9.5, -7], [12, -10], [30, -10.5]] },
	{ at: 14.2, right: 0.62, speed: 1.5, before: [[7.4, 20], [6.9, 9.3]], after: [[-6.9, 9.1], [-10, 10], [-30, 11]] },
	{ at: 13.5, right: 0.69, speed: 1.33, before: [[7.9, 22], [6.8, 8.6]], after: [[-7.0, 8.4], [-9, 12], [-9, 34]] },
	{ at: 16, right: 0.36, speed: 1.4, before: [[-8, 22], [-7, 8.8]], after: [[6.9, 8.9], [8, 13], [8, 34]] },
	{ at: 0.4, right: 0.68, speed: 1.4, before: [[-32, -10.2], [-12, -10.0], [-8.2, -14], [-7.8, -18], [-7.6, -34]] },
	{ at: 8.3, right: 0.51, speed: 1.3, before: [[-10.5, -34], [-10.4, -14], [-14, -9.6], [-34, -9.5]] },
	{ at: 0, right: 0.3, speed: 1.45, before: [[-34, 7.0], [-14, 7.3], [-8.7, 11], [-8.6, 34]] },
	{ at: 21.4, right: 0.07, speed: 1.4, before: [[30, -9.8], [13, -9.4], [10.6, -13], [10.8, -36]] },
	{ at: 10, right: 0.6, speed: 1.4, before: [[-26, -9.7], [-17, -9.7], [-13, -8.6], [-9.0, -6.9]], after: [[-8.4, 6.8], [-8.8, 12], [-8.4, 32]] },
	{ at: 12.4, right: 0.42, speed: 1.37, before: [[-24, -9.9], [-17, -9.6], [-13, -8.2], [-9.5, -6.8]], after: [[-9.3, 6.9], [-13, 7.9], [-17, 7.4], [-30, 7.2]] }
];

const WAIT_AHEAD_S = 2.6;

/** States of one walker from its first step on, one a frame, counted from frame `start`. */
function walk(index) {
	const { at, right, speed, before, after } = WALKERS[index];
	const line = pathThrough([...before, ...(after ?? [])]);
	const kerb = after ? distanceNear(line, before[before.length - 1]) : Infinity;
	const path = keepRight(line, right);
	const reaction = WALK_FROM_S + 0.15 * (index % 5) + Math.floor(index / 5) * 0.1;
	const start = Math.round(((at - (after ? WAIT_AHEAD_S : 0) + CYCLE_S) % CYCLE_S) * FPS);
	const states = [];
	let walker = { distance: 0, speed, released: !after };
	for (let f = start; walker.distance < lengthOf(path) && f <= (at + 2.2 * CYCLE_S) * FPS; f++) {
		const second = (f / FPS) % CYCLE_S;
		const signal = second >= reaction && second < reaction + 1.2 && kerb - walker.distance < 4;
		walker = step({ ...walker, released: walker.released || signal }, kerb, speed);
		states.push(stateAt(path, walker));
	}
	return { start, states };
}

/** One frame of walking: slow down towards the kerb until released, hurry a little while crossing. */
function step({ distance, speed, released }, kerb, wish) {
	const crossing = released && distance >= kerb && distance < kerb + 14;
	const gap = kerb - distance;
	const target = !released && gap < 0.9 ? Math.max(0, (wish * gap) / 0.9) : crossing ? wish * 1.12 : wish;
	let next = speed + Math.max(-2.5 / FPS, Math.min(2.2 / FPS, target - speed));
	if (!released && gap < 0.06) next = 0;
	return { distance: distance + next / FPS, speed: next, released };
}

function stateAt(path, { distance, speed }) {
	const [x, z] = pointAt(path, distance);
	const back = pointAt(path, Math.max(0, distance - 0.35));
	const ahead = pointAt(path, Math.min(lengthOf(path), distance + 0.35));
	return {
		x,
		z,
		y: groundHeight(x, z),
		yaw: yawOf(back, ahead),
		dist: distance,
		v: speed,
		gait: Math.min(1, speed / 1.15)
	};
}

/** The walkers as actors: one for each cycle in which a walk that outlasts the loop goes on. */
export function walkerActors() {
	return WALKERS.flatMap((_, index) => {
		const { start, states } = walk(index);
		const person = model('person', index + 2);
		const cycles = Math.ceil((start + states.length) / FRAMES);
		return Array.from({ length: cycles }, (_, cycle) => ({
			key: `p${index}.${cycle}`,
			cls: 'person',
			sub: 'pedestrian',
			model: person,
			at: (frame) => {
				const f = frame + cycle * FRAMES;
				const state = states[f - start];
				return state && frame >= 0 ? { ...state, t: f / FPS } : null;
			}
		}));
	});
}
