// Where a request may come from: a page of another site must not act with a signed-in person's cookie.
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { AppError } from '../base/errors.ts';
import type { Config } from '../config/index.ts';

type OriginConfig = Pick<Config, 'origin' | 'originGiven'>;

/** ORIGIN itself; and while ORIGIN is not set, whatever name the request itself came by. */
export function trustedOrigins(request: Request, config: OriginConfig): string[] {
	const own = new URL(request.url).origin;
	return config.originGiven ? [config.origin] : [config.origin, own];
}

/** Throws `forbidden` when a request that changes something was sent by a page of another origin. */
export function refuseForeignOrigin(request: Request, config: OriginConfig): void {
	if (request.method === 'GET' || request.method === 'HEAD') return;
	// A key is sent by a program on purpose; a cookie comes along by itself.
	if (request.headers.has('authorization')) return;
	const origin = request.headers.get('origin');
	// Programs send none; browsers always do with these methods.
	if (origin === null || trustedOrigins(request, config).includes(origin)) return;
	throw new AppError(
		'forbidden',
		`Requests from ${origin.slice(0, 200)} are not accepted. If that is this server's address, set ORIGIN to it.`
	);
}

/**
 * For what is open to everybody who reaches the server, as first-run set-up is: a page elsewhere could have its
 * own name lead here, so only addresses that nobody else can claim are taken. Throws `forbidden`.
 */
export function refuseUnknownHost(request: Request, config: OriginConfig): void {
	const host = new URL(request.url).hostname.replaceAll(/^\[|\]$/g, '');
	const known = host === new URL(config.origin).hostname || host === hostname().toLowerCase();
	if (known || isIP(host) !== 0 || host === 'localhost' || host.endsWith('.localhost')) return;
	throw new AppError(
		'forbidden',
		`This server does not know itself by the name ${host.slice(0, 200)}. Set ORIGIN to its public address.`
	);
}
