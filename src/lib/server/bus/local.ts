// Subscribers and answerers of this process: what every kind of bus does for those who are here.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../base/log.ts';
import type { Bus, Origin } from './bus.ts';
import type { Question, Subject } from './subjects.ts';

type Handler = (payload: never, origin: Origin) => void;
type Answerer = (payload: never) => Promise<unknown>;

export interface Local extends Pick<Bus, 'subscribe' | 'answer'> {
	deliver<T>(subject: Subject<T>, payload: T, origin: Origin): void;
	/** Undefined where nobody here answers. */
	answerOf<Q, A>(question: Question<Q, A>, payload: Q): Promise<A | undefined>;
	clear(): void;
}

/** What reaches further than this process, and has to be fetched or offered there. */
export interface Far {
	/** The first subscriber here takes what other instances say (true), or the last such has gone (false). */
	listening(subject: Subject<unknown>, anybody: boolean): void;
	/** A question is answered here now, or no more. */
	answering(question: Question<unknown, unknown>, answered: boolean): void;
}

const NOWHERE: Far = { listening: () => {}, answering: () => {} };

export function createLocal(log: Pick<Logger, 'error'>, far: Far = NOWHERE): Local {
	const handlers = new Map<string, Set<{ handle: Handler; onlyHere: boolean }>>();
	const answerers = new Map<string, Answerer>();
	const listenersAfar = new Map<string, number>();

	function countAfar(subject: Subject<unknown>, by: 1 | -1): void {
		const before = listenersAfar.get(subject.name) ?? 0;
		listenersAfar.set(subject.name, before + by);
		if (before === 0 || before + by === 0) far.listening(subject, before + by > 0);
	}

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
			if (!entry.onlyHere) countAfar(subject, 1);
			return () => {
				if (set.delete(entry) && !entry.onlyHere) countAfar(subject, -1);
			};
		},
		answer(question, answerer) {
			answerers.set(question.name, answerer as Answerer);
			far.answering(question, true);
			return () => {
				if (answerers.get(question.name) !== answerer) return;
				answerers.delete(question.name);
				far.answering(question, false);
			};
		},
		async answerOf<Q, A>(question: Question<Q, A>, payload: Q) {
			const answerer = answerers.get(question.name) as ((payload: Q) => Promise<A | undefined>) | undefined;
			return answerer?.(payload);
		},
		clear() {
			for (const set of handlers.values()) set.clear();
			handlers.clear();
			answerers.clear();
			listenersAfar.clear();
		}
	};
}

/** What the promise gives, or undefined when it takes longer. */
export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
	const overdue = new AbortController();
	try {
		const late = sleep(ms, undefined, { signal: overdue.signal }).catch(() => undefined);
		return await Promise.race([promise, late]);
	} finally {
		overdue.abort();
	}
}
