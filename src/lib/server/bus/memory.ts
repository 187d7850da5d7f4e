// The bus of a single process: synchronous fan-out, one subscriber's error never reaching another.
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Bus, Origin } from './bus.ts';
import { createLocal, inTime } from './local.ts';

export function createMemoryBus(log: Pick<Logger, 'error'>, instance = 'this'): Bus {
	const local = createLocal(log);
	const origin = (): Origin => ({ instance, here: true, at: Date.now() });

	return {
		publish: (subject, payload) => local.deliver(subject, payload, origin()),
		subscribe: local.subscribe,
		// Everything there is, is here.
		watch: () => () => {},
		watchedElsewhere: () => false,
		async ask(question, asked, payload, timeoutMs) {
			if (asked !== instance && asked !== 'any') throw nobodyThere(asked);
			const answer = await inTime(local.answerOf(question, payload), timeoutMs);
			if (answer === undefined) throw nobodyThere(asked);
			return answer;
		},
		answer: local.answer,
		state: () => ({
			kind: 'memory',
			connected: true,
			lostAt: null,
			reason: null,
			dropped: 0,
			sent: { messages: 0, bytes: 0 }
		}),
		async close() {
			local.clear();
		}
	};
}

function nobodyThere(instance: string): AppError {
	const who = instance === 'any' ? 'No instance' : `The instance ${instance}`;
	return new AppError(
		'unavailable',
		`${who} answers here. Instances reach each other over NATS: set NATS_URL for all of them.`
	);
}
