// Reader of the demo scenes' ground truth, for tests and benches.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { LOOPS, SCENES, type SceneName } from './recipes.ts';

export { SCENES, type SceneName };

const point = z.tuple([z.number(), z.number()]);
const point3 = z.tuple([z.number(), z.number(), z.number()]);
/** [left, top, right, bottom] in pixels. */
const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const camera = z.strictObject({
	width: z.int().positive(),
	height: z.int().positive(),
	fx: z.number().positive(),
	fy: z.number().positive(),
	cx: z.number(),
	cy: z.number(),
	hfovDeg: z.number(),
	vfovDeg: z.number(),
	heightM: z.number().positive(),
	tiltDeg: z.number(),
	headingDeg: z.number(),
	rollDeg: z.literal(0),
	positionENU: point3,
	R_enu_to_cam: z.tuple([point3, point3, point3]),
	t: point3,
	H_ground_to_image: z.tuple([point3, point3, point3]),
	distortion: z.literal(0)
});

const meta = z.strictObject({
	scene: z.enum(SCENES),
	fps: z.number().positive(),
	frames: z.int().positive(),
	loop: z.literal(true),
	camera,
	zones: z.array(
		z.strictObject({ name: z.string(), enu: z.array(point), direction_deg: z.number().optional() })
	),
	events: z.array(
		z.strictObject({
			type: z.string(),
			zone: z.int().optional(),
			from_s: z.number().optional(),
			to_s: z.number().optional(),
			windows_s: z.array(point).optional()
		})
	),
	/** [identity at the end, identity at the start] of everything alive across the seam. */
	seam: z.array(z.tuple([z.int(), z.int()])),
	/** The flow is told for every n-th frame. */
	flowEvery: z.int().positive(),
	convention: z.string()
});

const object = z.strictObject({
	/** Unique within a loop. */
	id: z.int().positive(),
	cls: z.enum(['person', 'car', 'bicycle', 'distractor']),
	sub: z.string(),
	role: z.string().optional(),
	/** Of all vertices, hidden or out of the picture too. */
	box,
	/** Of the pixels that can be seen. */
	visBox: box.nullable(),
	/** Pixels that can be seen. */
	px: z.int().min(0),
	/** Share of the camera-facing surface that can be seen. */
	vis: z.number().min(0).max(1),
	/** Pixel of the point on the ground. */
	foot: point,
	/** East and north of that point, metres, and its height over the ground plane. */
	pos: point,
	z: z.number(),
	/** East and north, metres a second. */
	vel: point,
	/** Degrees clockwise from north. */
	yaw: z.number(),
	/** Length, width, height in metres. */
	size: point3
});

const frame = z.strictObject({ f: z.int().min(0), t: z.number().min(0), objs: z.array(object) });

/** [x, y, dx, dy, id]: displacement in pixels to the next frame of a point on something that moves. */
const flowPoint = z.tuple([z.number(), z.number(), z.number(), z.number(), z.int()]);
const flow = z.strictObject({ f: z.int().min(0), step: z.int().positive(), pts: z.array(flowPoint) });

export type Camera = z.infer<typeof camera>;
export type SceneMeta = z.infer<typeof meta>;
export type TruthObject = z.infer<typeof object>;
export type TruthFrame = z.infer<typeof frame>;
export type FlowPoint = z.infer<typeof flowPoint>;

export interface Truth {
	/** Absolute path of the loop. */
	video: string;
	meta: SceneMeta;
	/** One per frame, in order. */
	frames: TruthFrame[];
	/** Grid points on moving things, by frame; everything else stands still. Grid step: 8 px. */
	flow: Map<number, FlowPoint[]>;
}

/** Reads and checks a scene's truth. Throws a ZodError, with the place, where a file is not as it should be. */
export async function loadTruth(scene: SceneName): Promise<Truth> {
	const fileOf = (kind: string) => path.join(LOOPS, `${scene}.${kind}`);
	const [metaText, frames, flows] = await Promise.all([
		readFile(fileOf('meta.json'), 'utf8'),
		jsonLines(fileOf('truth.jsonl.gz'), frame),
		jsonLines(fileOf('flow.jsonl.gz'), flow)
	]);
	return {
		video: fileOf('mp4'),
		meta: meta.parse(JSON.parse(metaText)),
		frames,
		flow: new Map(flows.map(({ f, pts }) => [f, pts]))
	};
}

async function jsonLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
	const text = (await promisify(gunzip)(await readFile(file))).toString();
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => schema.parse(JSON.parse(line)));
}

/** Pixel of a world point: K (R X + t), with X = [east, north, up] in metres. */
export function project(camera: Camera, [east, north, up]: [number, number, number]): [number, number] {
	const [x, y, depth] = camera.R_enu_to_cam.map(
		(row, i) => row[0] * east + row[1] * north + row[2] * up + camera.t[i]!
	) as [number, number, number];
	return [camera.cx + (camera.fx * x) / depth, camera.cy + (camera.fy * y) / depth];
}

/** Pixel of a point [east, north] on the ground plane, through the homography H. */
export function groundToImage(camera: Camera, [east, north]: [number, number]): [number, number] {
	const [x, y, w] = camera.H_ground_to_image.map((row) => row[0] * east + row[1] * north + row[2]) as [
		number,
		number,
		number
	];
	return [x / w, y / w];
}

/** The part of a box within the picture. */
export function clipped(
	[left, top, right, bottom]: TruthObject['box'],
	{ width, height }: Camera
): TruthObject['box'] {
	const inside = (v: number, end: number) => Math.max(0, Math.min(end, v));
	return [inside(left, width), inside(top, height), inside(right, width), inside(bottom, height)];
}
