// Scene: a four-way junction by day, with signals, cyclists and a pedestrian phase. World: x east, y up, z south, metres.
import { roadAndTown, signalLights } from './junction_place.js';
import { trafficActors } from './junction_traffic.js';
import { walkerActors } from './junction_walkers.js';
import { FPS, FRAMES, WALK_FROM_S } from './junction_plan.js';

export default {
	name: 'junction',
	fps: FPS,
	frames: FRAMES,
	camera: { x: 15.2, height: 9.2, z: 16.2, headingDeg: 317, tiltDeg: 25, hfovDeg: 68 },
	light: {
		center: [0, 0, 0],
		radius: 46,
		ambient: [0.2, 0.205, 0.21],
		keys: [{ dir: [-0.6, 0.66, 0.42], color: [2.75, 2.5, 2.1], size: 0.018 }],
		sky: (x, y) => [0.5, 0.62, 0.8].map((c) => c * (0.8 + 0.35 * y)),
		skyUp: [0.6, 0.7, 0.86],
		skyDn: [0.24, 0.22, 0.2],
		envUp: [0.42, 0.58, 0.85],
		envHor: [1.0, 1.02, 1.05],
		envLow: [0.16, 0.155, 0.15]
	},
	post: { expo: 0.76, noise: 0.012, sat: 0.92, vig: 0.42, tint: [1.01, 1, 0.985] },
	zones: [],
	events: [{ type: 'pedestrian_phase', from_s: WALK_FROM_S, to_s: 25.8 }],
	static: roadAndTown,
	actors: () => [...trafficActors(), ...walkerActors(), ...signalLights()]
};
