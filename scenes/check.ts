// Measures the loops against their truth: `node scenes/check.ts [scene...]`; ends with status 1 if a figure is off.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { isScene, LOOPS, ROOT, SCENES, type SceneName } from './recipes.ts';
import { groundToImage, loadTruth, project, type Truth, type TruthObject } from './truth.ts';

interface Figure {
	what: string;
	value: number;
	unit: string;
	limit: number;
}

function quantile(values: number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

const distance = (a: [number, number], b: [number, number]) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** How far ground points land from the foot, by the full camera and by H, which knows no kerb. */
function projection({ meta: { camera }, frames }: Truth): Figure[] {
	const objects = frames.flatMap(({ objs }) => objs);
	const full = objects.map(({ pos, z, foot }) => distance(project(camera, [...pos, z]), foot));
	const offPlane = (object: TruthObject) => distance(groundToImage(camera, object.pos), object.foot);
	const level = objects.filter(({ z }) => z === 0).map(offPlane);
	return [
		{ what: 'foot, full camera, worst', value: Math.max(...full), unit: 'px', limit: 1.5 },
		{ what: 'foot, ground H, worst on the road', value: Math.max(...level), unit: 'px', limit: 1.5 },
		{
			what: 'foot, ground H, worst with kerb',
			value: Math.max(...objects.map(offPlane)),
			unit: 'px',
			limit: 10
		}
	];
}

/** Jump of everything alive across the seam, beyond its own speed. */
function seam({ meta, frames }: Truth): Figure[] {
	const [first, last] = [frames[0]!.objs, frames[frames.length - 1]!.objs];
	const jumps = meta.seam.flatMap(([before, after]) => {
		const [end, start] = [last.find(({ id }) => id === before), first.find(({ id }) => id === after)];
		if (!end || !start) return [];
		const expected: [number, number] = [
			end.pos[0] + end.vel[0] / meta.fps,
			end.pos[1] + end.vel[1] / meta.fps
		];
		return [distance(expected, start.pos) * 100];
	});
	return [
		{ what: `seam, ${jumps.length} alive, largest jump`, value: Math.max(0, ...jumps), unit: 'cm', limit: 5 }
	];
}

/** Inverse of a 3x3 matrix, by cofactors. */
function inverse(m: readonly (readonly number[])[]): number[][] {
	const at = (r: number, c: number) => m[r % 3]![c % 3]!;
	const cofactor = (r: number, c: number) =>
		at(r + 1, c + 1) * at(r + 2, c + 2) - at(r + 1, c + 2) * at(r + 2, c + 1);
	const determinant = [0, 1, 2].reduce((sum, c) => sum + at(0, c) * cofactor(0, c), 0);
	return [0, 1, 2].map((r) => [0, 1, 2].map((c) => cofactor(c, r) / determinant));
}

/** What a map would measure: speed over 1 s from the boxes' lower edges through the inverse of H. */
function speed({ meta, frames }: Truth): Figure[] {
	const toGround = inverse(meta.camera.H_ground_to_image);
	const ground = ({ box }: TruthObject): [number, number] => {
		const foot = [(box[0] + box[2]) / 2, box[3], 1];
		const [x = 0, y = 0, w = 1] = toGround.map((row) => row.reduce((sum, v, k) => sum + v * foot[k]!, 0));
		return [x / w, y / w];
	};
	const errors: number[] = [];
	for (let f = 0; f + meta.fps < frames.length; f += meta.fps)
		for (const before of frames[f]!.objs) {
			const after = frames[f + meta.fps]!.objs.find(({ id }) => id === before.id);
			if (before.cls !== 'person' || !after || before.vis < 0.8 || after.vis < 0.8) continue;
			const true_m = distance(before.pos, after.pos);
			if (true_m > 0.5)
				errors.push((Math.abs(distance(ground(before), ground(after)) - true_m) / true_m) * 100);
		}
	return [
		{
			what: `speed of people, n=${errors.length}, median error`,
			value: quantile(errors, 0.5),
			unit: '%',
			limit: 10
		}
	];
}

function size(scene: SceneName): Figure {
	const kinds = ['mp4', 'meta.json', 'truth.jsonl.gz', 'flow.jsonl.gz'];
	const bytes = kinds.map((kind) => statSync(path.join(LOOPS, `${scene}.${kind}`)).size);
	return { what: 'loop and truth', value: bytes.reduce((a, b) => a + b, 0) / 1e6, unit: 'MB', limit: 6 };
}

function print({ what, value, unit, limit }: Figure): boolean {
	const good = value <= limit;
	console.log(`  ${good ? 'ok ' : 'OFF'} ${what}: ${value.toFixed(2)} ${unit} (at most ${limit})`);
	return good;
}

/** Pixels against truth, in Python for OpenCV's Lucas-Kanade; true where OpenCV is not installed. */
function pixels(scene: SceneName): boolean {
	const python = process.env['VF_PYTHON'] ?? '/usr/bin/python3';
	if (spawnSync(python, ['-c', 'import cv2']).status !== 0) {
		console.log(`  --  pixels not compared: ${python} has no OpenCV (apt install python3-opencv)`);
		return true;
	}
	return spawnSync(python, [path.join(ROOT, 'check_pixels.py'), scene], { stdio: 'inherit' }).status === 0;
}

const named = process.argv.slice(2).filter(isScene);
for (const scene of named.length > 0 ? named : SCENES) {
	console.log(scene);
	const truth = await loadTruth(scene);
	const figures = [size(scene), ...projection(truth), ...seam(truth), ...speed(truth)];
	const results = [...figures.map(print), pixels(scene)];
	if (results.includes(false)) process.exitCode = 1;
}
