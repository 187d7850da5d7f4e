// Frame pairs whose true motion is known: the shared ones where present, and warps of our own, which need nothing.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlo } from '#lib/workers/flow/testing/flo.ts';
import { movedPicture, picture } from '#lib/workers/flow/testing/pictures.ts';
import { findFile } from './clips.ts';

export interface TruePair {
	name: string;
	width: number;
	height: number;
	/** Raw gray files, for OpenCV. */
	paths: [string, string];
	/** dx, dy of every pixel of the first frame. */
	truth: Float32Array;
}

const SHARED = '../shared/data/flow';
const SHARED_PAIRS = [
	{ name: 'gt_translate_sub', files: ['frame_a.png', 'frame_b.png', 'flow_gt.flo'] },
	{ name: 'gt_rotzoom', files: ['frame_a.png', 'frame_b.png', 'flow_gt.flo'] },
	{ name: 'chairs_crop_00001', files: ['00001_img1.ppm', '00001_img2.ppm', '00001_flow.flo'] }
];

export function sharedPairs(folder: string): TruePair[] {
	return SHARED_PAIRS.flatMap(({ name, files }) => {
		const [a, b, flo] = files.map((file) => findFile([`${SHARED}/${name}/${file}`]));
		if (a === undefined || b === undefined || flo === undefined) return [];
		const { width, height, flow: truth } = readFlo(flo);
		const paths: [string, string] = [join(folder, `${name}-a.gray`), join(folder, `${name}-b.gray`)];
		toGray(a, paths[0]);
		toGray(b, paths[1]);
		return [{ name, width, height, paths, truth }];
	});
}

function toGray(image: string, path: string): void {
	execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', image, '-pix_fmt', 'gray', '-f', 'rawvideo', path]);
}

/** A motion of the whole picture, told both ways. */
interface Warp {
	name: string;
	/** Displacement of the pixel at (x, y) of the first frame. */
	forward(x: number, y: number): [number, number];
	/** The point of the first frame that the second shows at (x, y). */
	backward(x: number, y: number): [number, number];
}

const WIDTH = 640;
const HEIGHT = 360;

function translation(name: string, dx: number, dy: number): Warp {
	return { name, forward: () => [dx, dy], backward: (x, y) => [x - dx, y - dy] };
}

/** Turns by `angle` (radians) and grows by `zoom` about the middle of the picture. */
function rotation(name: string, angle: number, zoom: number): Warp {
	const c = zoom * Math.cos(angle);
	const s = zoom * Math.sin(angle);
	const [mx, my] = [WIDTH / 2, HEIGHT / 2];
	const scale = zoom * zoom;
	return {
		name,
		forward: (x, y) => [(c - 1) * (x - mx) - s * (y - my), s * (x - mx) + (c - 1) * (y - my)],
		backward: (x, y) => [
			mx + (c * (x - mx) + s * (y - my)) / scale,
			my + (-s * (x - mx) + c * (y - my)) / scale
		]
	};
}

/** The two halves of the picture slide past each other. */
function shear(name: string, speed: number): Warp {
	const side = (y: number) => (y < HEIGHT / 2 ? speed : -speed);
	return { name, forward: (_, y) => [side(y), 0], backward: (x, y) => [x - side(y), y] };
}

const WARPS: Warp[] = [
	translation('own: slow, 0.3 px', 0.28, -0.1),
	translation('own: shift, 4 px', 3.6, 1.7),
	translation('own: fast, 17 px', -16.4, 5.3),
	rotation('own: turn and zoom', 0.03, 1.01),
	shear('own: two layers, 5 px', 5)
];

export function ownPairs(folder: string): TruePair[] {
	return WARPS.map((warp, k) => {
		const paths: [string, string] = [join(folder, `own-${k}-a.gray`), join(folder, `own-${k}-b.gray`)];
		writeFileSync(paths[0], movedPicture(WIDTH, HEIGHT, 0, 0));
		writeFileSync(paths[1], picture(WIDTH, HEIGHT, warp.backward));
		return { name: warp.name, width: WIDTH, height: HEIGHT, paths, truth: truthOf(warp) };
	});
}

function truthOf(warp: Warp): Float32Array {
	const truth = new Float32Array(WIDTH * HEIGHT * 2);
	for (let k = 0; k < WIDTH * HEIGHT; k++) truth.set(warp.forward(k % WIDTH, Math.floor(k / WIDTH)), 2 * k);
	return truth;
}
