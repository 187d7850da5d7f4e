// How each scene is baked and encoded, and where its files lie.
import path from 'node:path';

export const SCENES = ['junction', 'concourse', 'yard'] as const;
export type SceneName = (typeof SCENES)[number];

/** `bakePasses`: light samples of the still picture; `crf`: x264's constant rate factor, chosen by file size. */
export interface Recipe {
	bakePasses: number;
	crf: number;
}

export const RECIPES: Record<SceneName, Recipe> = {
	junction: { bakePasses: 96, crf: 29.5 },
	concourse: { bakePasses: 96, crf: 28 },
	yard: { bakePasses: 80, crf: 31.2 }
};

export const WIDTH = 1280;
export const HEIGHT = 720;
export const FPS = 25;
/** Frames from one key frame to the next: 2 s. */
export const KEY_FRAME_INTERVAL = 50;

export const ROOT = import.meta.dirname;
/** Committed: the loops and their truth. */
export const LOOPS = path.join(ROOT, 'loops');
/** Git-ignored: lossless renders and single frames. */
export const MASTER = path.join(ROOT, 'master');

export function isScene(name: string): name is SceneName {
	return (SCENES as readonly string[]).includes(name);
}
