// The one scripted breach that needs a model: somebody who stands still is nothing that moves.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createModelSession } from '#lib/workers/detect/session.ts';
import { vetModel } from '#lib/workers/detect/vet.ts';
import type { SceneWatch } from '../../scenes/watch.ts';
import type { Look } from './replay.ts';

const MODEL = fileURLToPath(new URL('../../../shared/data/models/yolox_nano_v8_640.onnx', import.meta.url));
/** Boxes weaker than this are not even asked for. */
const WEAKEST = 0.1;

/** Beside the pillar on the right of the concourse; he stays for the whole loop, and so for ever. */
export const LOITERING: SceneWatch = {
	zones: [
		{
			name: 'By the pillar',
			kind: 'polygon',
			points: [
				[0.8, 0.5],
				[0.92, 0.5],
				[0.93, 0.62],
				[0.8, 0.62]
			]
		}
	],
	rules: [
		{
			name: 'Loitering',
			zone: 'By the pillar',
			severity: 'warning',
			condition: { type: 'object_dwell', classes: ['person'], seconds: 20, min_confidence: 0.2 },
			sustain_s: 1,
			release_s: 10,
			cooldown_s: 30
		}
	]
};

/** What the model sees; null where there is no model. */
export async function personModel(): Promise<Look | null> {
	if (!existsSync(MODEL)) return null;
	const vetted = await vetModel(MODEL, {});
	if (!vetted.ok) throw new Error(vetted.problem);
	const session = await createModelSession(
		{ id: 'bench', path: MODEL, spec: vetted.spec },
		'cpu',
		console.error
	);
	return async (data, width, height) =>
		(await session.detect({ layout: 'yuv420p', width, height, data }, WEAKEST)).detections;
}
