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
	identity: Identity;
	/** Asked again after this, ms since the epoch. */
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
		const { headers, response } = await auth.api
			.getSession({ headers: request.headers, returnHeaders: true })
			// The library keeps the cause to itself; to look a session up takes nothing but the database.
			.catch((error: unknown) => Promise.reject(databaseAway(error)));
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
		const digest = hashOfKey(key);
		const cached = known.get(digest);
		const answer = cached && cached.until > now() ? cached : await verify(digest);
		if (!answer) return null;
		const attempt = spend(answer.id);
		if (!attempt.allowed) {
			const { retryAfterS } = attempt;
			const detail = `This API key made ${KEY_REQUESTS.max} requests within a minute. Try again in ${retryAfterS} s.`;
			throw new AppError('rate_limited', detail, { retryAfterS });
		}
		return answer.identity;
	}

	/** By ourselves: the library answers "no such key" when it is the database that does not answer. */
	async function verify(digest: string): Promise<KnownKey | null> {
		const found = await store.findKeyByHash(digest);
		if (!found || !found.key.enabled || (found.key.expiresAt?.getTime() ?? Infinity) <= now()) return null;
		const { key, user } = found;
		await store.touchKey(key.id, new Date(now()));
		const role = lesserRole(roleOfKey(key.metadata), user.role);
		const identity: Identity = { userId: user.id, email: user.email, name: user.name, role, via: 'api-key' };
		const until = Math.min(now() + KEY_CACHE_MS, key.expiresAt?.getTime() ?? Infinity);
		if (known.size >= KEY_CACHE_SIZE) known.clear();
		known.set(digest, { id: key.id, identity, until });
		return { id: key.id, identity, until };
	}

	return {
		identify,
		/** Drops what is remembered of a key, or of every key of a user. */
		forget(id: string) {
			for (const [digest, entry] of known) {
				if (entry.id === id || entry.identity.userId === id) known.delete(digest);
			}
		}
	};
}

/** As the API-key plugin stores it. */
function hashOfKey(key: string): string {
	return createHash('sha256').update(key).digest('base64url');
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
		timer = setTimeout(() => reject(databaseAway()), ANSWER_WITHIN_MS);
	});
	return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function databaseAway(cause?: unknown): AppError {
	return new AppError(
		'unavailable',
		'The database does not answer. The server recovers by itself once it is back; try again.',
		{
			retryAfterS: 2,
			cause
		}
	);
}
