// The models that are asked for: looked up once, and given a rest after they failed, so that no broken one takes the threads.
import type { LoadableModel } from '#lib/contracts/model.ts';
import { causeChain } from '../../base/errors.ts';

export interface ModelSource {
	/** What a thread needs to load it; null when there is no such model. Rejects while that cannot be told. */
	loadable(id: string): Promise<LoadableModel | null>;
}

export type ModelState =
	| { is: 'ready'; model: LoadableModel }
	| { is: 'coming' }
	/** Nothing is tried with it for now. */
	| { is: 'unusable'; why: string; missing: boolean };

export interface ModelDesk {
	/** Where a model stands now; the first question begins to look it up. */
	state(id: string): ModelState;
	/** It failed: it rests, for longer with each failure in a row. */
	failed(id: string, why: string): void;
	succeeded(id: string): void;
}

export interface ModelDeskDeps {
	source: ModelSource;
	now: () => number;
	/** A model that was coming is coming no more. */
	onArrival: () => void;
}

interface Entry {
	state: ModelState;
	failures: number;
	/** When it may be tried again, ms; only while it is unusable. */
	restUntil: number;
}

const FIRST_REST_MS = 500;
const MAX_REST_MS = 30_000;
/** A model that does not exist, or could not be looked up, is looked up again after this. */
const LOOK_AGAIN_MS = 3000;
const MAX_MODELS = 200;

export function createModelDesk({ source, now, onArrival }: ModelDeskDeps): ModelDesk {
	const entries = new Map<string, Entry>();

	function look(id: string, failures: number): Entry {
		if (entries.size >= MAX_MODELS) entries.clear();
		const entry: Entry = { state: { is: 'coming' }, failures, restUntil: 0 };
		entries.set(id, entry);
		source
			.loadable(id)
			.then(
				(model) => arrive(entry, model),
				(error: unknown) => rest(entry, `it could not be looked up: ${causeChain(error)}`, LOOK_AGAIN_MS)
			)
			.finally(onArrival);
		return entry;
	}

	function arrive(entry: Entry, model: LoadableModel | null): void {
		if (model) entry.state = { is: 'ready', model };
		else rest(entry, 'there is no such model any more', LOOK_AGAIN_MS, true);
	}

	function rest(entry: Entry, why: string, forMs: number, missing = false): void {
		entry.state = { is: 'unusable', why, missing };
		entry.restUntil = now() + forMs;
	}

	return {
		state(id) {
			const entry = entries.get(id) ?? look(id, 0);
			const rested = entry.state.is === 'unusable' && now() >= entry.restUntil;
			return rested ? look(id, entry.failures).state : entry.state;
		},
		failed(id, why) {
			const entry = entries.get(id);
			if (!entry) return;
			entry.failures++;
			rest(entry, why, Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** (entry.failures - 1)));
		},
		succeeded(id) {
			const entry = entries.get(id);
			if (entry) entry.failures = 0;
		}
	};
}
