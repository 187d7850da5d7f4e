// Who may read the metrics: whoever has the token; without one, whoever is on this very machine.
import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../base/errors.ts';

export interface GuardOptions {
	token: string | null;
	/** Visitors' addresses come in a header: a proxy stands in front, and nobody counts as local. */
	behindProxy: boolean;
	/** Throws `forbidden` for a name that is not this server's: a page elsewhere could have its own name lead here. */
	refuseUnknownHost(request: Request): void;
}

/** Throws `unauthenticated` or `forbidden`. */
export type Guard = (request: Request, clientAddress: () => string) => void;

/** What proxies tell of whom they speak for. One such header, and the loopback address is the proxy's alone. */
const PASSED_ON =
	/^(forwarded|via|x-forwarded(-.+)?|x-original-.+|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|fastly-client-ip|x-envoy-.+)$/;

export function createGuard({ token, behindProxy, refuseUnknownHost }: GuardOptions): Guard {
	if (token !== null) return (request) => requireToken(request, token);
	return (request, clientAddress) => {
		const passedOn = behindProxy || [...request.headers.keys()].some((name) => PASSED_ON.test(name));
		if (passedOn || !isLoopback(clientAddress()))
			throw new AppError(
				'forbidden',
				'Metrics are open on the server itself alone. Set VF_METRICS_TOKEN and send it as "Authorization: Bearer <token>".'
			);
		refuseUnknownHost(request);
	};
}

function requireToken(request: Request, token: string): void {
	const [scheme = '', given = ''] = (request.headers.get('authorization') ?? '').split(' ');
	if (scheme.toLowerCase() === 'bearer' && sameText(given, token)) return;
	throw new AppError(
		'unauthenticated',
		'Send the token of VF_METRICS_TOKEN as "Authorization: Bearer <token>".'
	);
}

/** In a time that tells neither where nor how much they differ. */
function sameText(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}

export function isLoopback(address: string): boolean {
	return /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address) || address === '::1';
}
