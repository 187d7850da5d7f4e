// The auth room's door: who asks, signing in, people, keys, and the first administrator.
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { createBetterAuth } from './better-auth.ts';
import { seedFirstAdmin, type SignInHint } from './first-admin.ts';
import { createGateway } from './gateway.ts';
import { createIdentify, type Identified } from './identify.ts';
import { createKeys, type Keys } from './keys.ts';
import { refuseForeignOrigin, refuseUnknownHost } from './origin.ts';
import { createAuthStore } from './store.ts';
import { createSetup, createUsers, type Setup, type Users } from './users.ts';

export { isHealth, isMetrics, isOpen, isPage, signInPath } from './guard.ts';
export { addressKey, createAttemptLimiter } from './limits.ts';
export type { Identified } from './identify.ts';
export type { SignInHint } from './first-admin.ts';
export type { Keys } from './keys.ts';
export type { Setup, Users } from './users.ts';

export interface Auth {
	/** Who sends this request; `identity` is null when nobody signed in. */
	identify(request: Request): Promise<Identified>;
	/** Better Auth's own routes under /api/auth. Throws AppError. */
	handle(request: Request, clientAddress: string): Promise<Response>;
	/** Throws `forbidden` when a page of another origin sent a request that changes something. */
	refuseForeignOrigin(request: Request): void;
	/** Throws `forbidden` when the request came by a name this server does not know as its own. */
	refuseUnknownHost(request: Request): void;
	/** Those of these users who are signed in somewhere. */
	signedIn(userIds: string[]): Promise<string[]>;
	setup: Setup;
	users: Users;
	keys: Keys;
	/** Makes the first administrator where the configuration says so, and tells how to sign in. */
	seed(): Promise<SignInHint>;
}

export function createAuth(db: Db, config: Config, log: Logger): Auth {
	const betterAuth = createBetterAuth(db, config, log);
	const store = createAuthStore(db);
	const { identify, forget } = createIdentify(betterAuth, store);
	const users = createUsers(store);
	const setup = createSetup(store);
	return {
		identify,
		handle: createGateway(betterAuth, log),
		refuseForeignOrigin: (request) => refuseForeignOrigin(request, config),
		refuseUnknownHost: (request) => refuseUnknownHost(request, config),
		signedIn: store.withSession,
		setup,
		users: {
			...users,
			async update(id, patch) {
				const user = await users.update(id, patch);
				forget(id);
				return user;
			},
			async remove(id) {
				await users.remove(id);
				forget(id);
			}
		},
		keys: createKeys(betterAuth, store, forget),
		seed: () => seedFirstAdmin(setup, config)
	};
}
