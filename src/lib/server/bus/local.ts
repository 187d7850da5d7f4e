// Subscribers and answerers of this process: what every kind of bus does for those who are here.
import type { Logger } from '../base/log.ts';
import type { Bus, Origin } from './bus.ts';
import type { Question, Subject } from './subjects.ts';

type Handler = (payload: never, origin: Origin) => void;
type Answerer = (payload: never) => Promise<unknown>;

export interface Local extends Pick<Bus, 'subscribe' | 'answer'> {
	deliver<T>(subject: Subject<T>, payload: T, origin: Origin): void;
	/** Whether anybody here takes what other instances say. */
	listensAfar<T>(subject: Subject<T>): boolean;
	/** Undefined where nobody here answers. */
	answerOf<Q, A>(question: Question<Q, A>, payload: Q): Promise<A | undefined>;
	clear(): void;
}

export function createLocal(log: Pick<Logger, 'error'>): Local {
	const handlers = new Map<string, Set<{ handle: Handler; onlyHere: boolean }>>();
	const answerers = new Map<string, Answerer>();

	return {
		deliver(subject, payload, origin) {
			for (const { handle, onlyHere } of handlers.get(subject.name) ?? []) {
				if (onlyHere && !origin.here) continue;
				try {
					(handle as (payload: unknown, origin: Origin) => void)(payload, origin);
				} catch (error) {
					log.error({ err: error, subject: subject.name }, 'a bus subscriber failed');
				}
			}
		},
		subscribe(subject, handler, { from = 'anywhere' } = {}) {
			const set = handlers.get(subject.name) ?? new Set();
			handlers.set(subject.name, set);
			// An entry of its own per subscription: the same function may subscribe twice.
			const entry = {
				handle: ((payload, origin) => handler(payload, origin)) as Handler,
				onlyHere: from === 'here'
			};
			set.add(entry);
			return () => void set.delete(entry);
		},
		listensAfar: (subject) => [...(handlers.get(subject.name) ?? [])].some(({ onlyHere }) => !onlyHere),
		answer(question, answerer) {
			answerers.set(question.name, answerer as Answerer);
			return () => void answerers.delete(question.name);
		},
		async answerOf<Q, A>(question: Question<Q, A>, payload: Q) {
			const answerer = answerers.get(question.name) as ((payload: Q) => Promise<A | undefined>) | undefined;
			return answerer?.(payload);
		},
		clear() {
			handlers.clear();
			answerers.clear();
		}
	};
}
