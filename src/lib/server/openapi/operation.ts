// One operation of the API as the document describes it: who may call it, what it takes, what it answers, what can go wrong.
import type { z } from 'zod';
import type { Role } from '#lib/contracts/account.ts';
import type { ProblemCode } from '#lib/contracts/problem.ts';
import type { AnswerName, InputName } from './schemas.ts';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof METHODS)[number];

export const TOKENS = ['metricsToken', 'webhookToken'] as const;
export type TokenName = (typeof TOKENS)[number];

export interface Operation {
	method: Method;
	/** With its parameters in braces. */
	path: `/${string}`;
	/** `public` needs no role; a `token` may be needed instead. */
	role: Role | 'public';
	/** The secret of its own that programs send, where it is neither a session nor an API key. */
	token?: TokenName;
	summary: string;
	/** What is worth knowing before calling it. */
	notes?: string;
	query?: z.ZodObject;
	body?: InputName;
	/** The body is bytes and not JSON. */
	upload?: { media: string; words: string };
	answer: Answer;
	/** Beside those that follow from role, body, query and path. */
	problems?: ProblemCode[];
	/** Takes `If-Match` with the record's ETag. */
	ifMatch?: true;
}

/** `also`: the same form comes with this status, and is no problem document. */
export type Answer =
	| { status: 200 | 201 | 202; schema: AnswerName; list?: true; also?: 503 }
	| { status: 204 }
	| { status: 200; media: string; words: string };

export const one = (schema: AnswerName, status: 200 | 201 | 202 = 200) => ({ status, schema });
export const list = (schema: AnswerName): Answer => ({ status: 200, schema, list: true });
export const nothing: Answer = { status: 204 };
export const media = (type: string, words: string): Answer => ({ status: 200, media: type, words });

export interface Chapter {
	title: string;
	/** What it is about, for whoever meets it for the first time. */
	words: string;
	operations: Operation[];
}
