// What an inference thread is asked and what it answers. Types alone, plain data.
import type { ExecutionProvider, InferenceResult, LoadableModel, Picture } from '#lib/contracts/model.ts';

/** A picture in memory that threads share, or that was copied along. */
export interface TaskPicture {
	layout: Picture['layout'];
	width: number;
	height: number;
	/** The bytes of `Picture.data`; more may follow after them. */
	buffer: SharedArrayBuffer | Uint8Array;
}

export interface InferenceTask {
	model: LoadableModel;
	/** Asked for; the CPU takes over where it cannot be had. */
	provider: ExecutionProvider;
	pictures: TaskPicture[];
	/** Least confidence of a box, 0..1. */
	confidence: number;
}

export interface InferenceAnswer {
	/** One a picture, in their order. */
	results: InferenceResult[];
	/** The execution provider that did it. */
	provider: ExecutionProvider;
	/** For the log: told once by each thread that loads a model and cannot have the provider asked for. */
	note: string | null;
}
