// The one place where errors become HTTP: RFC 9457 problem details.
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { PROBLEM_CODES, type Problem, type ProblemCode } from '#lib/contracts/problem.ts';
import { AppError } from '../base/errors.ts';
import { isDatabaseOutage } from '../base/outage.ts';

export const DATABASE_AWAY =
	'The database does not answer. The server recovers by itself once it is back; try again.';

/** Words for an error: an AppError speaks for itself, bad input lists its fields, the rest stays inside. */
export function problemOf(error: unknown): Problem {
	if (error instanceof AppError) return describe(error.code, error.message, error.errors);
	if (error instanceof z.ZodError) return describe('invalid_input', summary(error), issues(error));
	if (isDatabaseOutage(error)) return describe('unavailable', DATABASE_AWAY);
	return describe(
		'internal',
		'The server failed to do this. Its log has the cause, under the request id in X-Request-Id.'
	);
}

/** `Retry-After` where the error knows it. */
export function retryHeaders(error: unknown): Record<string, string> {
	if (error instanceof AppError && error.retryAfterS !== null)
		return { 'retry-after': String(error.retryAfterS) };
	return isDatabaseOutage(error) ? { 'retry-after': '2' } : {};
}

export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
	return new Response(JSON.stringify(problem), {
		status: problem.status,
		headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers }
	});
}

function describe(code: ProblemCode, detail: string, errors: Problem['errors'] = []): Problem {
	const status = PROBLEM_CODES[code];
	return {
		type: `about:blank#${code}`,
		title: STATUS_CODES[status] ?? 'Error',
		status,
		detail,
		code,
		...(errors.length > 0 && { errors })
	};
}

/** Paths as people write them: `points.3.x`. At most 50 issues, so that no input makes a long answer. */
function issues(error: z.ZodError): { path: string; message: string }[] {
	return error.issues.slice(0, 50).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
}

function summary(error: z.ZodError): string {
	const [first] = issues(error);
	if (!first) return 'The input is not valid.';
	const rest = error.issues.length - 1;
	const where = first.path ? `${first.path}: ` : '';
	return `${where}${first.message}${rest > 0 ? ` (and ${rest} more)` : ''}`;
}
