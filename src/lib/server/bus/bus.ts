// The bus as rooms see it: publish and subscribe, whatever carries the messages.
import type { Subject } from './subjects.ts';

export interface Bus {
	/** Hands the payload to every subscriber. Never throws: a failing subscriber is the log's business. */
	publish<T>(subject: Subject<T>, payload: T): void;
	/** Calls the handler for each payload from now on; the returned function ends that. */
	subscribe<T>(subject: Subject<T>, handler: (payload: T) => void): () => void;
	/** Ends every subscription; later publications reach nobody. */
	close(): Promise<void>;
}
