// The bus of a single process: synchronous fan-out, one subscriber's error never reaching another.
import type { Logger } from '../base/log.ts';
import type { Bus } from './bus.ts';

type Handler = (payload: never) => void;

export function createMemoryBus(log: Pick<Logger, 'error'>): Bus {
	const handlers = new Map<string, Set<Handler>>();

	return {
		publish(subject, payload) {
			for (const handler of handlers.get(subject.name) ?? []) {
				try {
					(handler as (payload: unknown) => void)(payload);
				} catch (error) {
					log.error({ err: error, subject: subject.name }, 'a bus subscriber failed');
				}
			}
		},
		subscribe(subject, handler) {
			const set = handlers.get(subject.name) ?? new Set<Handler>();
			handlers.set(subject.name, set);
			// A handler of its own per subscription: the same function may subscribe twice.
			const entry: Handler = (payload) => handler(payload);
			set.add(entry);
			return () => void set.delete(entry);
		},
		async close() {
			handlers.clear();
		}
	};
}
