// Every subject on the wire, and the envelope that messages travel in.
import { z } from 'zod';
import { AppError } from '../../base/errors.ts';
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';

/** Of the envelopes below: an instance of another version drops, and counts, what it cannot read. */
const VERSION = 1;

export interface WireSubjects {
	/** `<prefix>.bus.<subject>`: what instances say; with a key for what is watched. */
	said(subject: string, key?: string): string;
	/** All keys of a subject. */
	saidOfAny(subject: string): string;
	/** `<prefix>.watch`: who watches what. */
	watch: string;
	/** `<prefix>.ask.<instance>.<question>`; `any` for whoever answers first. */
	ask(instance: string, question: string): string;
	/** `<prefix>.events.<topic>`, `<prefix>.commands.<command>`: what JetStream keeps. */
	journal(part: 'events' | 'commands', subject: string): string;
}

export const ANYBODY = 'any';

export function wireSubjects(prefix: string): WireSubjects {
	return {
		said: (subject, key) => `${prefix}.bus.${subject}${key === undefined ? '' : `.${token(key)}`}`,
		saidOfAny: (subject) => `${prefix}.bus.${subject}.*`,
		watch: `${prefix}.watch`,
		ask: (instance, question) =>
			`${prefix}.ask.${instance === ANYBODY ? ANYBODY : instanceToken(instance)}.${question}`,
		journal: (part, subject) => `${prefix}.${part}.${subject}`
	};
}

/** One token of a subject: whatever is neither letter, digit, dash nor underscore is spelled as its code. */
function token(text: string): string {
	return text.replaceAll(/[^\w-]/g, (character) => `=${character.codePointAt(0)?.toString(16)}`);
}

/** An instance may be called `any`. */
const instanceToken = (id: string) => (id === ANYBODY ? '=any' : token(id));

/** What was said, at whose clock's time, oldest first. */
export interface Said {
	from: string;
	said: [at: number, payload: unknown][];
}

const saidSchema = z.object({
	v: z.literal(VERSION),
	from: z.string(),
	said: z.array(z.tuple([z.number(), z.unknown()]))
});

/** `entries`: `[at,payload]` as JSON each. */
export function encodeSaid(from: string, entries: string[]): string {
	return `{"v":${VERSION},"from":${JSON.stringify(from)},"said":[${entries.join(',')}]}`;
}

/** Bytes of the envelope around the entries, at most. */
export const SAID_OVERHEAD = 512;

/** Null for what is no envelope of ours. */
export const decodeSaid = (data: Uint8Array): Said | null => parsed(saidSchema, data);

/** Everything an instance watches: the subjects with their keys, `*` for all. */
export interface Watching {
	from: string;
	watches: Record<string, string[]>;
	/** Asks the others to say at once what they watch. */
	ask: boolean;
}

const watchingSchema = z.object({
	v: z.literal(VERSION),
	from: z.string().min(1).max(64),
	watches: z.record(z.string().max(64), z.array(z.string().max(128))),
	ask: z.boolean()
});

export const encodeWatching = (watching: Watching): string => JSON.stringify({ v: VERSION, ...watching });
export const decodeWatching = (data: Uint8Array): Watching | null => parsed(watchingSchema, data);

const askedSchema = z.object({ v: z.literal(VERSION), from: z.string(), asked: z.unknown() });

export const encodeAsked = (from: string, asked: unknown): string =>
	JSON.stringify({ v: VERSION, from, asked });
export const decodeAsked = (data: Uint8Array): { asked?: unknown } | null => parsed(askedSchema, data);

const answeredSchema = z.object({
	v: z.literal(VERSION),
	from: z.string(),
	answered: z.unknown().optional(),
	failed: z
		.object({
			code: z.string(),
			message: z.string(),
			errors: z.array(z.object({ path: z.string(), message: z.string() })),
			retryAfterS: z.number().nullable()
		})
		.optional()
});

export const encodeAnswer = (from: string, answered: unknown): string =>
	JSON.stringify({ v: VERSION, from, answered });

export function encodeFailure(from: string, { code, message, errors, retryAfterS }: AppError): string {
	return JSON.stringify({ v: VERSION, from, failed: { code, message, errors, retryAfterS } });
}

/** The answer; throws the AppError the answerer threw, and `internal` for what is no answer. */
export function decodeAnswer(data: Uint8Array): unknown {
	const answer = parsed(answeredSchema, data);
	if (answer === null) {
		throw new AppError('internal', 'Another instance answered in a form that this version does not read.');
	}
	const { failed } = answer;
	if (failed === undefined) return answer.answered;
	throw new AppError(isCode(failed.code) ? failed.code : 'internal', failed.message, {
		errors: failed.errors,
		...(failed.retryAfterS !== null && { retryAfterS: failed.retryAfterS })
	});
}

const isCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEM_CODES, code);

function parsed<T>(schema: z.ZodType<T>, data: Uint8Array): T | null {
	try {
		const result = schema.safeParse(JSON.parse(new TextDecoder().decode(data)));
		return result.success ? result.data : null;
	} catch {
		return null;
	}
}
