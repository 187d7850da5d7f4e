// The one error type: a stable code, words for people, and nothing secret. The edge turns it into HTTP once.
import type { ProblemCode } from '#lib/contracts/problem.ts';

export class AppError extends Error {
	readonly code: ProblemCode;
	readonly errors: { path: string; message: string }[];

	/** `message` says what happened, to what, and what to do; it is shown to people as it stands. */
	constructor(
		code: ProblemCode,
		message: string,
		options: { errors?: { path: string; message: string }[]; cause?: unknown } = {}
	) {
		super(message, { cause: options.cause });
		this.name = 'AppError';
		this.code = code;
		this.errors = options.errors ?? [];
	}
}

/** The chain of causes as one line for a log: "could not save: connection closed: ECONNRESET". */
export function causeChain(error: unknown): string {
	const parts: string[] = [];
	for (let cause = error, depth = 0; cause !== undefined && depth < 8; depth++) {
		parts.push(cause instanceof Error ? cause.message : String(cause));
		cause = cause instanceof Error ? cause.cause : undefined;
	}
	return parts.join(': ');
}
