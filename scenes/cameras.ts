// The demo cameras as data: which loop each plays, where it is said to stand, and what it is watched for.
import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { LOOPS, type SceneName } from './recipes.ts';
import { sceneWatch } from './watch.ts';

/** Angles in degrees, lengths in metres; heading clockwise from north, tilt downwards from level. */
export interface SceneCamera {
	scene: SceneName;
	/** File name in scenes/loops. */
	file: string;
	name: string;
	location_name: string;
	latitude: number;
	longitude: number;
	orientation_deg: number;
	view_angle_deg: number;
	view_distance_m: number;
	camera_tilt_deg: number;
	camera_height_m: number;
}

/** Three places a short walk apart in a harbour town; heading, angle, tilt and height are those of the truth. */
export const sceneCameras: SceneCamera[] = [
	{
		scene: 'junction',
		file: 'junction.mp4',
		name: 'Harbour junction',
		location_name: 'Junction by the harbour',
		latitude: 56.15172,
		longitude: 10.20994,
		orientation_deg: 317,
		view_angle_deg: 68,
		view_distance_m: 60,
		camera_tilt_deg: 25,
		camera_height_m: 9.2
	},
	{
		scene: 'concourse',
		file: 'concourse.mp4',
		name: 'Station concourse',
		location_name: 'Station, main hall',
		latitude: 56.15021,
		longitude: 10.20476,
		orientation_deg: 352,
		view_angle_deg: 70,
		view_distance_m: 40,
		camera_tilt_deg: 22,
		camera_height_m: 5.6
	},
	{
		scene: 'yard',
		file: 'yard.mp4',
		name: 'Loading yard',
		location_name: 'Warehouse yard, north gate',
		latitude: 56.15236,
		longitude: 10.21703,
		orientation_deg: 352,
		view_angle_deg: 72,
		view_distance_m: 35,
		camera_tilt_deg: 19,
		camera_height_m: 6.4
	}
];

/** The same cameras in the fields of a stream's registration, with their zones and rules. */
export const demoCameras = sceneCameras.map(({ scene, file, ...camera }) => ({
	camera: { ...camera, rtsp_url: pathToFileURL(path.join(LOOPS, file)).href },
	watch: sceneWatch[scene]
}));
