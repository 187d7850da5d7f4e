// The demo's promise: each scripted breach of a scene alerts once, and nothing else does. The bench plays ten minutes; this, two loops.
import { expect, test } from 'vitest';
import { assess } from '../bench/rules/breaches.ts';
import { replay } from '../bench/rules/replay.ts';
import { SCENES } from './truth.ts';
import { sceneWatch } from './watch.ts';

const SECONDS = 60;

test.each(SCENES)('%s: every breach alerts once, and nothing else', { timeout: 120_000 }, async (scene) => {
	const firings = await replay({ scene, watch: sceneWatch[scene], seconds: SECONDS });
	expect(assess(scene, firings, SECONDS)).toEqual({
		breaches: 2,
		once: 2,
		missed: 0,
		doubled: 0,
		others: []
	});
});
