// An inference thread for tests: real threads, and models that behave as their path says.
import type { InferenceAnswer, InferenceTask } from '#lib/workers/detect/task.ts';

/** `well` finds one box a picture, `busy` takes 700 ms of this thread, `throw` fails, `exit` takes the thread with it. */
export default function look({ model, provider, pictures }: InferenceTask): InferenceAnswer {
	const began = performance.now();
	if (model.path === 'throw') throw new Error('the tensor is wrong');
	if (model.path === 'exit') process.exit(3);
	while (model.path === 'busy' && performance.now() - began < 700);
	const box = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
	const detections = [{ label: 'person', confidence: 0.9, box }];
	return { results: pictures.map(() => ({ detections, runMs: 1, totalMs: 2 })), provider, note: null };
}
