// A stored past as a chart reads it: kept on screen while it is read again, and while the server is away.
import { untrack } from 'svelte';
import { api, ApiError } from '../shell/api.ts';

/** What failed is tried again after this. */
const AGAIN_MS = 5_000;
const HIDDEN_MS = 2_000;

export class Past<T> {
	/** Oldest first. */
	points = $state.raw<readonly T[]>([]);
	/** Whether the server has answered for what is shown. */
	known = $state(false);
	/** Why the newest reading failed; what was read before is still there. */
	failure = $state.raw<ApiError | null>(null);
	/** When the reading that is under way began, ms since the epoch; null when none is. */
	askedAt = $state<number | null>(null);
	/** When it was last answered, ms since the epoch. */
	readAt = $state<number | null>(null);
	#subject = '';

	/**
	 * Meant for an effect: reads `path` now, and again every `everyMs` while the page is looked at (null: once).
	 * Points of the same subject stay until newer ones are there; those of another are dropped at once.
	 */
	keep(subject: string, path: string, everyMs: number | null): () => void {
		return untrack(() => {
			if (subject !== this.#subject) this.#forget(subject);
			const stop = new AbortController();
			let timer: ReturnType<typeof setTimeout>;
			const again = async () => {
				if (document.visibilityState === 'visible') await this.#read(path, stop.signal);
				if (stop.signal.aborted) return;
				const wait = document.visibilityState !== 'visible' ? HIDDEN_MS : this.failure ? AGAIN_MS : everyMs;
				if (wait !== null) timer = setTimeout(again, wait);
			};
			void again();
			return () => {
				stop.abort();
				clearTimeout(timer);
			};
		});
	}

	#forget(subject: string): void {
		this.#subject = subject;
		this.points = [];
		this.known = false;
		this.failure = null;
		this.readAt = null;
	}

	async #read(path: string, signal: AbortSignal): Promise<void> {
		this.askedAt = Date.now();
		try {
			const points = await api<T[]>(path, { signal });
			if (signal.aborted) return;
			this.points = points;
			this.known = true;
			this.failure = null;
			this.readAt = Date.now();
		} catch (error) {
			if (signal.aborted) return;
			if (!(error instanceof ApiError)) throw error;
			this.failure = error;
		} finally {
			if (!signal.aborted) this.askedAt = null;
		}
	}
}
