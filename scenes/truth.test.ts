// The loops and their truth agree: length, geometry, the seam, the scripted events, and the size of it all.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { demoCameras, sceneCameras } from './cameras.ts';
import { FPS, HEIGHT, KEY_FRAME_INTERVAL, LOOPS, WIDTH } from './recipes.ts';
import { clipped, groundToImage, loadTruth, project, SCENES, type Truth, type TruthObject } from './truth.ts';

const BUDGET_BYTES = 12_000_000;
const distance = (a: [number, number], b: [number, number]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

interface Probe {
	streams: {
		codec_name: string;
		pix_fmt: string;
		width: number;
		height: number;
		r_frame_rate: string;
		nb_read_packets: string;
	}[];
	packets: { flags: string }[];
}

function probe(file: string): Probe {
	const entries = 'stream=codec_name,pix_fmt,width,height,r_frame_rate,nb_read_packets:packet=flags';
	const args = [
		'-v',
		'error',
		'-count_packets',
		'-select_streams',
		'v',
		'-show_entries',
		entries,
		'-of',
		'json'
	];
	return JSON.parse(execFileSync('ffprobe', [...args, file], { encoding: 'utf8' })) as Probe;
}

function inPolygon([x, y]: [number, number], polygon: [number, number][]): boolean {
	return polygon.reduce((inside, [x1, y1], i) => {
		const [x0, y0] = polygon[(i + polygon.length - 1) % polygon.length]!;
		return y1 > y !== y0 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1 ? !inside : inside;
	}, false);
}

describe.each(SCENES)('%s', (scene) => {
	let truth: Truth;
	let objects: TruthObject[];

	beforeAll(async () => {
		truth = await loadTruth(scene);
		objects = truth.frames.flatMap((frame) => frame.objs);
	});

	test('the film is H.264 of the promised size with a key frame every 2 s, as long as its truth', () => {
		const { streams, packets } = probe(truth.video);
		expect(streams).toEqual([
			{
				codec_name: 'h264',
				pix_fmt: 'yuv420p',
				width: WIDTH,
				height: HEIGHT,
				r_frame_rate: `${FPS}/1`,
				nb_read_packets: String(truth.meta.frames)
			}
		]);
		expect(truth.frames.map(({ f }) => f)).toEqual(Array.from({ length: truth.meta.frames }, (_, f) => f));
		const keyFrames = packets.flatMap(({ flags }, i) => (flags.startsWith('K') ? [i] : []));
		const every = Array.from({ length: Math.ceil(truth.meta.frames / KEY_FRAME_INTERVAL) });
		expect(keyFrames).toEqual(every.map((_, i) => i * KEY_FRAME_INTERVAL));
	});

	test('boxes are proper, and what can be seen lies inside the box and the frame', () => {
		expect(objects.length).toBeGreaterThan(truth.meta.frames);
		for (const { box, visBox } of objects) {
			const [left, top, right, bottom] = clipped(box, truth.meta.camera);
			expect(right).toBeGreaterThanOrEqual(left);
			expect(bottom).toBeGreaterThanOrEqual(top);
			if (!visBox) continue;
			// Seen pixels come in pairs, so they may lap over the exact box by two.
			expect(visBox[0]).toBeGreaterThanOrEqual(Math.max(0, left - 2));
			expect(visBox[1]).toBeGreaterThanOrEqual(Math.max(0, top - 2));
			expect(visBox[2]).toBeLessThanOrEqual(Math.min(WIDTH, right + 2));
			expect(visBox[3]).toBeLessThanOrEqual(Math.min(HEIGHT, bottom + 2));
		}
	});

	test('the ground point projects to the foot: exactly with its height, through H within the kerb', () => {
		const { camera } = truth.meta;
		for (const { pos, z, foot } of objects) {
			// Positions are rounded to a centimetre and pixels to a tenth; the nearest point stands about 8 m away.
			expect(distance(project(camera, [...pos, z]), foot)).toBeLessThan(1.5);
			if (z === 0) expect(distance(groundToImage(camera, pos), foot)).toBeLessThan(1.5);
		}
		const off = objects.map(({ pos, foot }) => distance(groundToImage(camera, pos), foot));
		expect(Math.max(...off)).toBeLessThan(10);
	});

	test('whoever is alive across the seam goes on where they were', () => {
		const { seam, frames, fps } = truth.meta;
		const [first, last] = [truth.frames[0]!.objs, truth.frames[frames - 1]!.objs];
		expect(seam.length).toBeGreaterThan(0);
		let met = 0;
		for (const [before, after] of seam) {
			const [end, start] = [last.find(({ id }) => id === before), first.find(({ id }) => id === after)];
			if (!end || !start) continue;
			met++;
			const expected: [number, number] = [end.pos[0] + end.vel[0] / fps, end.pos[1] + end.vel[1] / fps];
			expect(distance(expected, start.pos)).toBeLessThan(0.05);
			expect(start.cls).toBe(end.cls);
		}
		expect(met).toBeGreaterThan(0);
		const seen = first.filter(({ vis }) => vis > 0.3);
		const starters = new Set(seam.map(([, after]) => after));
		expect(seen.filter(({ id }) => !starters.has(id))).toEqual([]);
	});

	test('the flow tells of objects that are there, inside the frame', () => {
		const expected = Math.ceil(truth.meta.frames / truth.meta.flowEvery);
		expect(truth.flow.size).toBe(expected);
		for (const [f, points] of truth.flow) {
			const ids = new Set(truth.frames[f]!.objs.map(({ id }) => id));
			for (const [x, y, dx, dy, id] of points) {
				if (!ids.has(id) || x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT || Math.hypot(dx, dy) > 120)
					throw new Error(`frame ${f}: flow (${dx}, ${dy}) at (${x}, ${y}) of ${id}`);
			}
		}
	});

	test('the camera of the demo is the camera of the truth', () => {
		const { camera } = truth.meta;
		expect(sceneCameras.find((entry) => entry.scene === scene)).toMatchObject({
			orientation_deg: camera.headingDeg,
			view_angle_deg: camera.hfovDeg,
			camera_tilt_deg: camera.tiltDeg,
			camera_height_m: camera.heightM
		});
	});
});

test('the intruder is in the forbidden zone exactly while the truth says so', async () => {
	const { meta, frames } = await loadTruth('yard');
	const event = meta.events.find(({ type }) => type === 'intrusion')!;
	const zone = meta.zones[event.zone!]!.enu;
	const inside = frames.filter(({ objs }) =>
		objs.some(({ role, pos }) => role === 'intruder' && inPolygon(pos, zone))
	);
	expect(Math.abs(inside[0]!.t - event.from_s!)).toBeLessThan(0.1);
	expect(Math.abs(inside[inside.length - 1]!.t - event.to_s!)).toBeLessThan(0.1);
});

test('the one against the stream walks north through people who walk south', async () => {
	const { frames } = await loadTruth('concourse');
	const walking = (role: string) =>
		frames.flatMap(({ objs }) => objs.filter((object) => object.role === role).map(({ vel }) => vel[1]));
	expect(Math.min(...walking('against'))).toBeGreaterThan(1);
	expect(Math.max(...walking('streamA'))).toBeLessThan(-1);
});

test('every demo camera plays a file that is there', () => {
	expect(demoCameras.map(({ camera: { rtsp_url } }) => statSync(new URL(rtsp_url)).isFile())).toEqual([
		true,
		true,
		true
	]);
});

test('loops and truth together keep within 12 MB', () => {
	const sizes = readdirSync(LOOPS).map((file) => statSync(path.join(LOOPS, file)).size);
	expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(BUDGET_BYTES);
});
