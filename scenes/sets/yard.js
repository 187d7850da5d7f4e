// Scene: a loading yard at night; long stillness, one intruder, and a swaying tree and a failing lamp that are nothing.
import { yardSet, LAMPS, TREE } from './yard_place.js';
import { FPS, FRAMES, LAMP_FAILS_S, lampAt, yardActors, headlightsAt } from './yard_story.js';

export default {
	name: 'yard',
	fps: FPS,
	frames: FRAMES,
	camera: { x: 2.0, height: 6.4, z: 14.0, headingDeg: 352, tiltDeg: 19, hfovDeg: 72 },
	light: {
		center: [0, 2, -4],
		radius: 32,
		ambient: [0.042, 0.05, 0.068],
		keys: LAMPS,
		intensity: (frame) => [1, lampAt(frame)],
		sky: (x, y) => [0.03 + 0.012 * (1 - y), 0.038 + 0.01 * (1 - y), 0.06],
		skyUp: [0.045, 0.055, 0.085],
		skyDn: [0.03, 0.03, 0.03],
		envUp: [0.01, 0.014, 0.025],
		envHor: [0.06, 0.055, 0.05],
		envLow: [0.015, 0.014, 0.013]
	},
	post: { expo: 1.55, noise: 0.01, sat: 0.62, vig: 0.6, tint: [1, 1, 1.02], bloom: 0.55, thr: 0.62 },
	zones: [
		{
			name: 'Forbidden: transformer',
			enu: [
				[-1, 6.5],
				[5.6, 6.5],
				[5.6, 0.5],
				[-1, 0.5]
			]
		}
	],
	events: [
		{ type: 'intrusion', zone: 0, from_s: 19.92, to_s: 23.48 },
		{ type: 'lamp_flicker', windows_s: LAMP_FAILS_S }
	],
	static: yardSet,
	actors: () => yardActors(TREE, LAMPS[1].pos),
	headlights: headlightsAt,
	// What stops headlights, as boxes [low corner, high corner]: the warehouse and the containers.
	occluders: [
		[
			[-24, 0, -20],
			[6.5, 6.9, -11]
		],
		[
			[10.6, 0, -11.2],
			[22.4, 2.6, -8.3]
		],
		[
			[12.6, 0, -5.6],
			[18.4, 2.6, -3.3]
		]
	]
};
