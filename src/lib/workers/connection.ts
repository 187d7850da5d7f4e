// Asking the engine's connection budget for leave to connect, from inside a worker.
import type { FromWorker, ToWorker } from '#lib/contracts/messages.ts';
import type { SourceFailure } from '#lib/contracts/failure.ts';

/** Ends the attempt: to be called when it has led to a first frame or failed. */
export type Release = () => void;

export interface ConnectionDesk {
	/** Waits for this stream's turn. Resolves to a release function, or to why the address may not be reached. */
	acquire(): Promise<Release | SourceFailure>;
	answer(message: Extract<ToWorker, { type: 'connect-granted' | 'connect-denied' }>): void;
	/** Nobody answers any more: who waits is refused. */
	close(): void;
}

type Ask = Extract<FromWorker, { type: 'connect-request' | 'connect-done' }>;

const STOPPED: SourceFailure = {
	code: 'unknown',
	message: 'The stream was stopped before it connected.',
	advice: 'Start it again if it should run.',
	evidence: ''
};

export function createConnectionDesk(send: (message: Ask) => void): ConnectionDesk {
	const waiting = new Map<number, (answer: Release | SourceFailure) => void>();
	let lastId = 0;
	let closed = false;

	function settle(requestId: number, answer: Release | SourceFailure): void {
		waiting.get(requestId)?.(answer);
		waiting.delete(requestId);
	}

	/** Tells the end of an attempt once, however often it is called. */
	function releaseOf(requestId: number): Release {
		let held = true;
		return () => {
			if (held && !closed) send({ type: 'connect-done', requestId });
			held = false;
		};
	}

	return {
		acquire() {
			if (closed) return Promise.resolve(STOPPED);
			const requestId = ++lastId;
			send({ type: 'connect-request', requestId });
			return new Promise((resolve) => waiting.set(requestId, resolve));
		},
		answer(message) {
			if (message.type === 'connect-granted') settle(message.requestId, releaseOf(message.requestId));
			else settle(message.requestId, message.failure);
		},
		close() {
			closed = true;
			for (const requestId of [...waiting.keys()]) settle(requestId, STOPPED);
		}
	};
}
