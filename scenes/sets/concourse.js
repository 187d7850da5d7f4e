// Scene: a station concourse with two streams of people, one person against the stream and one who loiters.
import { hall } from './concourse_place.js';
import { peopleActors, FPS, FRAMES, LOOP_S, AGAINST_FROM_S } from './concourse_people.js';

export default {
	name: 'concourse',
	fps: FPS,
	frames: FRAMES,
	camera: { x: 1.5, height: 5.6, z: 15.5, headingDeg: 352, tiltDeg: 22, hfovDeg: 70 },
	light: {
		center: [0, 2, 0],
		radius: 30,
		mirror: 2.2,
		ambient: [0.4, 0.39, 0.37],
		keys: [{ dir: [0.55, 0.74, -0.28], color: [2.5, 2.2, 1.75], size: 0.02 }],
		sky: (x, y) => [0.78, 0.8, 0.82].map((c) => c * (0.55 + 0.5 * y)),
		skyUp: [0.74, 0.74, 0.74],
		skyDn: [0.3, 0.27, 0.24],
		envUp: [1.0, 1.0, 0.98],
		envHor: [0.75, 0.74, 0.7],
		envLow: [0.3, 0.28, 0.25]
	},
	post: { expo: 0.76, noise: 0.011, sat: 0.95, vig: 0.42, tint: [1.02, 1, 0.975] },
	zones: [
		{
			name: 'Stream A (towards camera)',
			enu: [
				[-5.6, 20],
				[-0.6, 20],
				[-0.6, -10],
				[-5.6, -10]
			],
			direction_deg: 180
		},
		{
			name: 'Stream B (away)',
			enu: [
				[1, 20],
				[5.4, 20],
				[5.4, -10],
				[1, -10]
			],
			direction_deg: 0
		}
	],
	events: [
		{ type: 'against_stream', from_s: AGAINST_FROM_S, to_s: LOOP_S },
		{ type: 'loitering', from_s: 0, to_s: LOOP_S }
	],
	static: hall,
	actors: peopleActors
};
