// Who sends a request: the user of its session cookie, or of the API key in its Authorization header.
import { createHash } from 'node:crypto';
import { roleAllows, type Identity, type Role } from '#lib/contracts/account.ts';
import { AppError } from '../base/errors.ts';
import { KEY_PREFIX, type BetterAuth } from './better-auth.ts';
import { roleOfKey } from './keys.ts';
import { createAttemptLimiter } from './limits.ts';
import type { AuthStore } from './store.ts';

/** How long a key's answer is kept: a key revoked on another instance works here that much longer. */
const KEY_CACHE_MS = 5000;
const KEY_CACHE_SIZE = 1000;
const KEY_REQUESTS = { max: 6000, windowMs: 60_000 };
const ANSWER_WITHIN_MS = 5000;

export interface Identified {
	identity: Identity | null;
	/** To send with the response: a session in use is prolonged. */
	setCookies: string[];
}

interface KnownKey {
	id: string;
	identity: Identity | null;
	until: number;
}

export function createIdentify(auth: BetterAuth, store: AuthStore, now: () => number = Date.now) {
	const known = new Map<string, KnownKey>();
	const spend = createAttemptLimiter(KEY_REQUESTS, now);

	/** Throws `rate_limited` for a key used too often, `unavailable` when the database does not answer in time. */
	async function identify(request: Request): Promise<Identified> {
		const key = bearer(request);
		if (key !== null) return { identity: await answerInTime(byKey(key)), setCookies: [] };
		if (!request.headers.has('cookie')) return { identity: null, setCookies: [] };
		return answerInTime(bySession(request));
	}

	async function bySession(request: Request): Promise<Identified> {
		const { headers, response } = await auth.api.getSession({
			headers: request.headers,
			returnHeaders: true
		});
		if (!response) return { identity: null, setCookies: headers.getSetCookie() };
		const { id, email, name, role } = response.user;
		return {
			identity: { userId: id, email, name, role: role as Role, via: 'session' },
			setCookies: headers.getSetCookie()
		};
	}

	async function byKey(key: string): Promise<Identity | null> {
		// What cannot be a key of ours costs no query.
		if (!key.startsWith(KEY_PREFIX) || key.length > 200) return null;
		const digest = createHash('sha256').update(key).digest('base64');
		const cached = known.get(digest);
		const answer = cached && cached.until > now() ? cached : await verify(key, digest);
		if (!answer?.identity) return null;
		const attempt = spend(answer.id);
		if (!attempt.allowed) {
			const { retryAfterS } = attempt;
			const detail = `This API key made ${KEY_REQUESTS.max} requests within a minute. Try again in ${retryAfterS} s.`;
			throw new AppError('rate_limited', detail, { retryAfterS });
		}
		return answer.identity;
	}

	async function verify(key: string, digest: string): Promise<KnownKey | null> {
		const { valid, key: found } = await auth.api.verifyApiKey({ body: { key } });
		if (!valid || !found) return null;
		const user = await store.findUser(found.referenceId);
		if (!user) return null;
		await store.touchKey(found.id, new Date(now()));
		const { id: userId, email, name } = user;
		const role = lesserRole(roleOfKey(found.metadata), user.role);
		const entry: KnownKey = {
			id: found.id,
			identity: { userId, email, name, role, via: 'api-key' },
			until: now() + KEY_CACHE_MS
		};
		if (known.size >= KEY_CACHE_SIZE) known.clear();
		known.set(digest, entry);
		return entry;
	}

	return {
		identify,
		/** Drops what is remembered of a key, or of every key of a user. */
		forget(id: string) {
			for (const [digest, entry] of known) {
				if (entry.id === id || entry.identity?.userId === id) known.delete(digest);
			}
		}
	};
}

/** What follows `Bearer`; null without it, and then the cookie speaks. */
function bearer(request: Request): string | null {
	const [scheme, token = ''] = (request.headers.get('authorization') ?? '').split(' ');
	if (scheme?.toLowerCase() !== 'bearer') return null;
	return token;
}

/** A user who lost a role takes it from their keys too. */
function lesserRole(a: Role, b: Role): Role {
	return roleAllows(a, b) ? b : a;
}

function answerInTime<T>(work: Promise<T>): Promise<T> {
	let timer: NodeJS.Timeout;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() =>
				reject(
					new AppError(
						'unavailable',
						'The database does not answer. This heals by itself once it is back; try again.'
					)
				),
			ANSWER_WITHIN_MS
		);
	});
	return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
