// The bus of many instances: what is said here is heard here at once, and carried to the others over core NATS.
import type { Logger } from '../../base/log.ts';
import type { Bus, Origin } from '../bus.ts';
import { createLocal } from '../local.ts';
import { subjects, type Subject } from '../subjects.ts';
import { createBatches } from './batches.ts';
import type { Link } from './connection.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { createInterest } from './interest.ts';
import { createQuestions } from './questions.ts';
import { createTally } from './tally.ts';
import { decodeSaid, encodeSaid, type WireSubjects } from './wire.ts';

export interface NatsBusParts {
	link: Link;
	wire: WireSubjects;
	instance: string;
	log: Logger;
}

export function createNatsBus({ link, wire, instance, log }: NatsBusParts): Bus {
	const malformed = createTally(log, 'messages on the bus that this version does not read were dropped');
	const tooLarge = createTally(log, 'messages larger than NATS takes (max_payload) were dropped');
	const taken = new Map<string, () => void>();
	let dropped = 0;
	let closed = false;

	const local = createLocal(log, {
		listening(subject, anybody) {
			taken.get(subject.name)?.();
			taken.delete(subject.name);
			if (anybody && subject.reach === 'fleet')
				taken.set(subject.name, takeSaid(subject, wire.said(subject.name)));
		},
		answering: (question, answered) => questions.offer(question, answered)
	});
	const drop = (messages: number) => void (dropped += messages);
	const batches = createBatches(link, instance, drop);
	const unreadable = () => malformed.add();
	const questions = createQuestions({ link, wire, instance, local, log, malformed: unreadable });
	const interest = createInterest({ link, wire, instance, take: takeWatched, malformed: unreadable });

	function takeSaid(subject: Subject<unknown>, wireSubject: string): () => void {
		return link.subscribe(wireSubject, ({ data }) => {
			const message = decodeSaid(data);
			if (message === null) return unreadable();
			for (const [at, payload] of message.said) local.deliver(subject, payload, afar(message.from, at));
		});
	}
	function takeWatched(name: string, key: string | null): () => void {
		const subject = byName.get(name);
		if (subject === undefined) return () => {};
		const wireSubject = key === null ? wire.saidOfAny(name) : wire.said(name, key);
		if (subject.form === 'json') return takeSaid(subject, wireSubject);
		return link.subscribe(wireSubject, ({ data }) => {
			const received = decodeFrame(data);
			if (received === null) return unreadable();
			local.deliver<unknown>(subject, received.frame, afar(received.from, received.at));
		});
	}
	function publishWatched<T>(subject: Subject<T>, payload: T, at: number): void {
		const key = keyOf(subject, payload);
		if (!interest.watchedElsewhere(subject.name, key)) return;
		const data = encoded(subject, payload, at);
		const carried = data.length <= link.maxPayload() && link.publish(wire.said(subject.name, key), data);
		if (carried) return;
		dropped += 1;
		if (data.length > link.maxPayload()) tooLarge.add({ subject: subject.name, bytes: data.length });
	}
	function encoded<T>(subject: Subject<T>, payload: T, at: number): Uint8Array {
		// The declaration of a subject in the frame's form says that its payload is one.
		if (subject.form === 'frame') return encodeFrame(instance, at, payload as never);
		return Buffer.from(encodeSaid(instance, [`[${at},${JSON.stringify(payload)}]`]));
	}

	return {
		publish(subject, payload) {
			if (closed) return;
			const at = Date.now();
			local.deliver(subject, payload, { instance, here: true, at });
			if (subject.reach === 'fleet') batches.add(wire.said(subject.name), at, payload);
			else if (subject.reach === 'watched') publishWatched(subject, payload, at);
		},
		subscribe: local.subscribe,
		watch: (subject, key) => interest.watch(subject.name, key),
		watchedElsewhere: (subject, key) => interest.watchedElsewhere(subject.name, key),
		ask: questions.ask,
		answer: local.answer,
		state: () => ({ kind: 'nats', ...link.state(), dropped, sent: link.sent() }),
		async close() {
			if (closed) return;
			closed = true;
			interest.close();
			batches.close();
			for (const end of taken.values()) end();
			local.clear();
			await link.close();
		}
	};
}

const byName = new Map<string, Subject<unknown>>(
	Object.values(subjects).map((subject) => [subject.name, subject as Subject<unknown>])
);

const afar = (instance: string, at: number): Origin => ({ instance, here: false, at });

function keyOf<T>(subject: Subject<T>, payload: T): string {
	return subject.key === null ? '' : (subject.key as (payload: T) => string)(payload);
}
