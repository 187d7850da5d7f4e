// Questions to one instance, or to whoever answers first: NATS requests, with failures that cross as what they were.
import { errors, type Msg } from '@nats-io/transport-node';
import { AppError, causeChain } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Bus } from '../bus.ts';
import { inTime, type Local } from '../local.ts';
import type { Question } from '../subjects.ts';
import type { Link } from './connection.ts';
import { ANYBODY, decodeAnswer, decodeAsked, encodeAnswer, encodeAsked, encodeFailure } from './wire.ts';
import type { WireSubjects } from './wire.ts';

export interface Questions extends Pick<Bus, 'ask'> {
	/** Whether a question is answered here, for the others to ask. */
	offer(question: Question<unknown, unknown>, offered: boolean): void;
}

export interface QuestionParts {
	link: Link;
	wire: WireSubjects;
	instance: string;
	local: Pick<Local, 'answerOf'>;
	log: Pick<Logger, 'error'>;
	malformed: () => void;
}

export function createQuestions(parts: QuestionParts): Questions {
	const { link, wire, instance, local } = parts;
	const offered = new Map<string, () => void>();

	/** What this instance knows itself needs no bus; undefined where it does not. */
	async function askHere<Q, A>(question: Question<Q, A>, asked: string, payload: Q, timeoutMs: number) {
		if (asked !== instance && asked !== ANYBODY) return undefined;
		return inTime(local.answerOf(question, payload), timeoutMs);
	}

	return {
		async ask(question, asked, payload, timeoutMs) {
			const known = await askHere(question, asked, payload, timeoutMs);
			if (known !== undefined) return known;
			if (asked === instance) throw unanswered(asked);
			const connection = link.connection();
			if (connection === null) throw away(asked, link.state().reason);
			try {
				const subject = wire.ask(asked, question.name);
				const reply = await connection.request(subject, encodeAsked(instance, payload), {
					timeout: Math.max(1, timeoutMs)
				});
				return decodeAnswer(reply.data) as never;
			} catch (error) {
				throw error instanceof AppError ? error : translated(error, asked);
			}
		},
		offer(question, answered) {
			offered.get(question.name)?.();
			offered.delete(question.name);
			if (!answered) return;
			const handler = (message: Msg) => void respond(parts, question, message);
			const ends = [instance, ANYBODY].map((who) => link.subscribe(wire.ask(who, question.name), handler));
			offered.set(question.name, () => ends.forEach((end) => end()));
		}
	};
}

/** Says nothing where this instance has no answer: another one may. */
async function respond(
	{ local, log, instance, malformed }: QuestionParts,
	question: Question<unknown, unknown>,
	message: Msg
): Promise<void> {
	const asked = decodeAsked(message.data);
	if (asked === null) return malformed();
	try {
		const answered = await local.answerOf(question, asked.asked);
		if (answered !== undefined) message.respond(encodeAnswer(instance, answered));
	} catch (error) {
		const told = error instanceof AppError ? error : failed(instance);
		if (told !== error) log.error({ err: error, question: question.name }, 'an answer failed');
		tryTo(() => message.respond(encodeFailure(instance, told)));
	}
}

/** The connection may have gone meanwhile: then whoever asked knows by the time that passes. */
function tryTo(say: () => void): void {
	try {
		say();
	} catch {
		// Told above.
	}
}

const failed = (instance: string) =>
	new AppError('internal', `The instance ${instance} failed to answer; its log says why.`);

const who = (asked: string) => (asked === ANYBODY ? 'No instance' : `The instance ${asked}`);

export function unanswered(asked: string): AppError {
	const verb = asked === ANYBODY ? 'answered' : 'did not answer';
	return new AppError('unavailable', `${who(asked)} ${verb} in time. Try again in a moment.`, {
		retryAfterS: 5
	});
}

function away(asked: string, reason: string | null): AppError {
	const cannot = asked === ANYBODY ? 'No other instance can' : `The instance ${asked} cannot`;
	return new AppError('unavailable', `${cannot} be asked: ${reason ?? 'NATS is away'}.`, { retryAfterS: 5 });
}

function translated(error: unknown, asked: string): AppError {
	const nobody = error instanceof errors.NoRespondersError || causeChain(error).includes('no responders');
	if (!nobody) return unanswered(asked);
	const isThere = asked === ANYBODY ? 'No instance answers that now.' : `The instance ${asked} is not there.`;
	return new AppError('unavailable', isThere, { retryAfterS: 5, cause: error });
}
