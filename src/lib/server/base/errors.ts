// The one error type: a stable code, words for people, and nothing secret. The edge turns it into HTTP once.
import type { ProblemCode } from '#lib/contracts/problem.ts';

export class AppError extends Error {
	readonly code: ProblemCode;
	readonly errors: { path: string; message: string }[];
	/** Seconds after which trying again makes sense; null when nobody knows. */
	readonly retryAfterS: number | null;

	/** `message` says what happened, to what, and what to do; it is shown to people as it stands. */
	constructor(
		code: ProblemCode,
		message: string,
		options: { errors?: { path: string; message: string }[]; retryAfterS?: number; cause?: unknown } = {}
	) {
		super(message, { cause: options.cause });
		this.name = 'AppError';
		this.code = code;
		this.errors = options.errors ?? [];
		this.retryAfterS = options.retryAfterS ?? null;
	}
}

/**
 * The chain of causes as one line for a log: "could not save: connection closed: ECONNRESET". A failed query tells neither
 * its statement nor its parameters: they are long, and among them are secrets.
 */
export function causeChain(error: unknown): string {
	const parts: string[] = [];
	for (let cause = error, depth = 0; cause !== undefined && depth < 8; depth++) {
		parts.push(cause instanceof Error ? wordsOf(cause) : String(cause));
		cause = cause instanceof Error ? cause.cause : undefined;
	}
	return parts.join(': ');
}

const wordsOf = (error: Error): string => ('params' in error ? 'a query failed' : error.message);
