// One ticking clock for every counter on the page: it runs only while something shows it.
import { createSubscriber } from 'svelte/reactivity';

class Ticker {
	readonly #subscribe: () => void;
	readonly #epoch = Date.now();

	constructor(periodMs: number) {
		this.#subscribe = createSubscriber((update) => {
			const timer = setInterval(update, periodMs);
			return () => clearInterval(timer);
		});
	}

	/** Milliseconds since the epoch; read inside an effect or a template it is read again each period. */
	get now(): number {
		this.#subscribe();
		return typeof window === 'undefined' ? this.#epoch : Date.now();
	}
}

export const seconds = new Ticker(1_000);
export const quarters = new Ticker(250);
