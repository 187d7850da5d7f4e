// What the inference pool's threads are asked to do: look at pictures with a model, whose session the thread keeps.
import { createSessionShelf } from './detect/shelf.ts';
import type { InferenceAnswer, InferenceTask } from './detect/task.ts';

const shelf = createSessionShelf();

/**
 * Looks at the pictures of one task, one after another or as a batch. Blocks this thread while the model runs: a thread
 * that is at it must not be terminated, since that ends the whole process. Throws where the model cannot be loaded or run.
 */
export default async function infer(task: InferenceTask): Promise<InferenceAnswer> {
	const { session, note } = await shelf.take(task.model, task.provider);
	const results = await session.detectBatch(task.pictures.map(pictureOf), task.confidence);
	return { results, provider: session.provider, note };
}

/** The bytes of this picture alone, however much memory it came in. */
function pictureOf({ layout, width, height, buffer }: InferenceTask['pictures'][number]) {
	const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
	return { layout, width, height, data: bytes };
}
