// A list the page reads from the API: loading, failed or there, and read again after each change or every so often.
import { api, ApiError } from './api.ts';

export class Resource<T> {
	value = $state.raw<T | null>(null);
	failure = $state.raw<ApiError | null>(null);
	readonly #path: string;

	constructor(path: string) {
		this.#path = path;
	}

	/** Meant for an effect: reads once, and gives up when the page is left. */
	read(): () => void {
		const stop = new AbortController();
		api<T>(this.#path, { signal: stop.signal })
			.then((value) => {
				this.value = value;
				this.failure = null;
			})
			.catch((error: unknown) => {
				if (stop.signal.aborted) return;
				if (!(error instanceof ApiError)) throw error;
				this.failure = error;
			});
		return () => stop.abort();
	}

	/** Meant for an effect: reads now, and every so often while the page is looked at. */
	keep(everyMs: number): () => void {
		let giveUp = this.read();
		const timer = setInterval(() => {
			if (document.visibilityState !== 'visible') return;
			giveUp();
			giveUp = this.read();
		}, everyMs);
		return () => {
			clearInterval(timer);
			giveUp();
		};
	}
}
