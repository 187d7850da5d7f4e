// Who may tell alerts: whoever knows the secret, and not faster than anybody needs to.
import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';

/** Counts attempts by key, as the sign-in does. */
export type Limiter = (
	key: string
) => { allowed: true; forgive: () => void } | { allowed: false; retryAfterS: number };

/** A sender, and whoever guesses, by address: so many a minute. */
export const MESSAGES_A_MINUTE = 600;
export const REFUSALS_A_MINUTE = 20;

export interface Guard {
	/** Throws `unauthenticated` or `rate_limited`; `query` is the secret of the address. */
	admit(headers: Headers, query: string | null, clientAddress: string): void;
}

export function createGuard(
	token: string | null,
	limits: { messages: Limiter; refusals: Limiter },
	log: Logger
): Guard {
	return {
		admit(headers, query, clientAddress) {
			const given = [query, ...credentials(headers.get('authorization') ?? '')];
			if (token !== null && given.some((one) => one !== null && same(one, token)))
				// Whoever knows the secret is not held up by another's guesses from behind the same proxy.
				return spend(limits.messages(clientAddress), 'messages');
			spend(limits.refusals(clientAddress), 'refused messages');
			log.warn({ address: clientAddress }, 'alerts were refused: the secret was wrong or missing');
			throw refusal(token);
		}
	};
}

function refusal(token: string | null): AppError {
	if (token === null)
		return new AppError(
			'unauthenticated',
			'This server takes no alerts: it has no secret for them. Set VF_WEBHOOK_TOKEN, the same on every instance.'
		);
	return new AppError(
		'unauthenticated',
		'The secret of the webhook is wrong or missing. Send it as "Authorization: Bearer <secret>"; an admin finds it in Settings, System.'
	);
}

function spend(attempt: ReturnType<Limiter>, what: string): void {
	if (attempt.allowed) return;
	const { retryAfterS } = attempt;
	throw new AppError(
		'rate_limited',
		`Too many ${what} from this address within a minute. Try again in ${retryAfterS} s.`,
		{ retryAfterS }
	);
}

/** What follows `Bearer`, or the password of Basic: Grafana's contact point can send either. */
function credentials(authorization: string): string[] {
	const [, scheme = '', value = ''] = /^(\S+)\s+(\S+)\s*$/.exec(authorization.slice(0, 2000)) ?? [];
	if (scheme.toLowerCase() === 'bearer') return [value];
	if (scheme.toLowerCase() !== 'basic') return [];
	const pair = Buffer.from(value, 'base64').toString();
	return pair.includes(':') ? [pair.slice(pair.indexOf(':') + 1)] : [];
}

/** In the same time, however much of it is right. */
function same(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}
