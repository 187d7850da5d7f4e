// The clips of the flow bench, decoded to raw gray files: the demo loops, and the shared clips where present.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type SceneKind = 'moving' | 'mostly static';

interface Source {
	name: string;
	kind: SceneKind;
	/** Candidates relative to the project's root; the first that exists is used. */
	files: string[];
	startS: number;
}

export interface Clip {
	name: string;
	kind: SceneKind;
	path: string;
	width: number;
	height: number;
	frames: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = '../shared/data/video';
const LOOPS = ['scenes/loops', '../shared/studies/scenes/out'];
const FRAMES = 200;

const loop = (file: string) => LOOPS.map((folder) => `${folder}/${file}`);
const SOURCES: Source[] = [
	{ name: 'walking', kind: 'moving', files: [`${SHARED}/supervision-walking.mp4`], startS: 0 },
	{ name: 'concourse', kind: 'moving', files: loop('concourse.mp4'), startS: 2 },
	{ name: 'junction', kind: 'moving', files: loop('junction.mp4'), startS: 2 },
	{ name: 'yard', kind: 'mostly static', files: loop('yard.mp4'), startS: 2 },
	{ name: 'bottle', kind: 'mostly static', files: [`${SHARED}/bottle-detection.mp4`], startS: 2 },
	{
		name: 'one-by-one',
		kind: 'mostly static',
		files: [`${SHARED}/one-by-one-person-detection.mp4`],
		startS: 5
	}
];

/** The first of the candidates that exists, as an absolute path. */
export function findFile(candidates: string[]): string | undefined {
	return candidates.map((file) => join(ROOT, file)).find((file) => existsSync(file));
}

/** Decodes every clip that is there at width x height into folder; says which are absent. */
export function decodeClips(
	width: number,
	height: number,
	folder: string
): { clips: Clip[]; absent: string[] } {
	const clips: Clip[] = [];
	const absent: string[] = [];
	for (const { name, kind, files, startS } of SOURCES) {
		const file = findFile(files);
		if (file === undefined) {
			absent.push(name);
			continue;
		}
		const path = join(folder, `${name}-${width}.gray`);
		decodeGray(file, path, width, height, startS);
		clips.push({ name, kind, path, width, height, frames: statSync(path).size / (width * height) });
	}
	return { clips, absent };
}

function decodeGray(file: string, path: string, width: number, height: number, startS: number): void {
	const scale = `scale=${width}:${height}:flags=area`;
	const input = ['-v', 'error', '-y', '-ss', String(startS), '-i', file, '-frames:v', String(FRAMES)];
	execFileSync('ffmpeg', [...input, '-vf', scale, '-pix_fmt', 'gray', '-f', 'rawvideo', path]);
}
