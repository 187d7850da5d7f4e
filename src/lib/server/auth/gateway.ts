// /api/auth/*: the few routes of Better Auth that are open, its sign-in behind limits, its errors in our form.
import { z } from 'zod';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { BetterAuth } from './better-auth.ts';
import { addressKey, createAttemptLimiter, type Attempt, type Limit } from './limits.ts';

const PER_ACCOUNT: Limit = { max: 5, windowMs: 60_000 };
const PER_ADDRESS: Limit = { max: 20, windowMs: 60_000 };
const MAX_BODY_BYTES = 16 * 1024;

const signInInput = z.object({ email: z.email().max(254), password: z.string().min(1).max(128) });

/** Everything else the library offers (sign-up, key and user management) is ours, or not wanted. */
const ROUTES: Record<string, 'GET' | 'POST'> = {
	'/api/auth/sign-in/email': 'POST',
	'/api/auth/sign-out': 'POST',
	'/api/auth/get-session': 'GET',
	'/api/auth/change-password': 'POST',
	'/api/auth/update-user': 'POST',
	'/api/auth/list-sessions': 'GET',
	'/api/auth/revoke-session': 'POST',
	'/api/auth/revoke-other-sessions': 'POST'
};

export function createGateway(auth: BetterAuth, log: Logger, now: () => number = Date.now) {
	const byAccount = createAttemptLimiter(PER_ACCOUNT, now);
	const byAddress = createAttemptLimiter(PER_ADDRESS, now);

	/** Throws AppError for every answer that is not a success. */
	return async function handle(request: Request, clientAddress: string): Promise<Response> {
		const path = new URL(request.url).pathname;
		const method = ROUTES[path];
		if (method === undefined) throw new AppError('not_found', `There is nothing at ${path}.`);
		if (request.method !== method) throw new AppError('method_not_allowed', `${path} takes ${method}.`);
		const text = method === 'GET' ? undefined : await readBody(request);
		// An empty text would be a body of a type, and the library minds which.
		const forwarded = new Request(request.url, { method, headers: request.headers, body: text || undefined });
		if (path !== '/api/auth/sign-in/email' && path !== '/api/auth/change-password')
			return answer(await auth.handler(forwarded));
		const attempts = [...takeAccount(path, text), take(byAddress, addressKey(clientAddress), 'this address')];
		const response = await auth.handler(forwarded);
		if (response.ok) for (const attempt of attempts) attempt.forgive();
		else log.warn({ path, address: clientAddress, status: response.status }, 'a sign-in was refused');
		return answer(response);
	};

	/** Counted whether the account exists or not: the answer must not tell. */
	function takeAccount(path: string, text: string | undefined) {
		if (path !== '/api/auth/sign-in/email') return [];
		const { email } = signInInput.parse(parseJson(text ?? ''));
		return [take(byAccount, email.toLowerCase(), 'this account')];
	}
}

function take(
	limiter: (key: string) => Attempt,
	key: string,
	whose: string
): Extract<Attempt, { allowed: true }> {
	const attempt = limiter(key);
	if (attempt.allowed) return attempt;
	const { retryAfterS } = attempt;
	throw new AppError(
		'rate_limited',
		`Too many attempts to sign in for ${whose}. Try again in ${retryAfterS} s.`,
		{ retryAfterS }
	);
}

async function readBody(request: Request): Promise<string> {
	const text = await request.text();
	if (text.length > MAX_BODY_BYTES)
		throw new AppError('payload_too_large', `The body is larger than ${MAX_BODY_BYTES / 1024} KiB.`);
	return text;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new AppError('bad_json', 'The body is not JSON.');
	}
}

/** Successes pass as they are; the library's errors become ours. */
async function answer(response: Response): Promise<Response> {
	if (response.status < 400) return response;
	const { code = '', message = '' } = (await response.json().catch(() => ({}))) as {
		code?: string;
		message?: string;
	};
	if (code === 'INVALID_EMAIL_OR_PASSWORD')
		throw new AppError('unauthenticated', 'The e-mail address or the password is wrong.');
	if (code === 'INVALID_PASSWORD') throw new AppError('invalid_input', 'The current password is wrong.');
	if (response.status === 401) throw new AppError('unauthenticated', 'Sign in first.');
	if (response.status === 403)
		throw new AppError(
			'forbidden',
			`${message || 'This is refused'}. If you came by another name, set ORIGIN to it.`
		);
	if (response.status < 500) throw new AppError('invalid_input', message || 'The input is not valid.');
	throw new Error(`Better Auth answered ${response.status} ${message}`);
}
