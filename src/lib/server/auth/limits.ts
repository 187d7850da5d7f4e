// Counting attempts in a sliding window, in bounded memory.
import { isIPv6 } from 'node:net';

export interface Limit {
	max: number;
	windowMs: number;
}

export type Attempt =
	| { allowed: true; /** Takes the attempt back: it was no guess. */ forgive: () => void }
	| { allowed: false; retryAfterS: number };

export type AttemptLimiter = (key: string) => Attempt;

/**
 * Each key may make `max` attempts in any `windowMs`. An attempt counts from the moment it is made, so that many at
 * once cannot pass together. When more than `capacity` keys are known, the one quiet for longest is forgotten.
 */
export function createAttemptLimiter(
	limit: Limit,
	now: () => number = Date.now,
	capacity = 10_000
): AttemptLimiter {
	const attempts = new Map<string, number[]>();

	return (key) => {
		const at = now();
		const recent = (attempts.get(key) ?? []).filter((time) => time > at - limit.windowMs);
		attempts.delete(key);
		attempts.set(key, recent);
		const [oldest] = recent;
		if (recent.length >= limit.max && oldest !== undefined) {
			return { allowed: false, retryAfterS: Math.max(1, Math.ceil((oldest + limit.windowMs - at) / 1000)) };
		}
		recent.push(at);
		if (attempts.size > capacity) forgetOldest(attempts);
		return { allowed: true, forgive: () => void recent.splice(recent.indexOf(at), 1) };
	};
}

function forgetOldest(attempts: Map<string, unknown>): void {
	const [oldest] = attempts.keys();
	if (oldest !== undefined) attempts.delete(oldest);
}

/** One household or company often has a whole IPv6 /64 to choose from: it counts as one address. */
export function addressKey(address: string): string {
	if (!isIPv6(address)) return address;
	// The same IPv4 address, as a socket that speaks both writes it.
	if (address.startsWith('::ffff:')) return address.slice(7);
	const [head = '', tail = ''] = address.split('::');
	const groups = head.split(':').filter(Boolean);
	const rest = tail.split(':').filter(Boolean);
	const zeros = Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0');
	return [...groups, ...zeros, ...rest].slice(0, 4).join(':');
}
