// Better Auth on our tables: e-mail and password sessions, and API keys. What is not used of it is switched off.
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { hkdfSync } from 'node:crypto';
import { ROLES } from '#lib/contracts/account.ts';
import type { Logger } from '../base/log.ts';
import type { Config } from '../config/index.ts';
import type { Db } from '../db/index.ts';
import { accounts, apiKeys, sessions, users, verifications } from '../db/schema/auth.ts';
import { trustedOrigins } from './origin.ts';

export const PASSWORD_LENGTH = { min: 10, max: 128 };
export const KEY_PREFIX = 'vf_';

export type BetterAuth = ReturnType<typeof createBetterAuth>;

export function createBetterAuth(db: Db, config: Config, log: Logger) {
	return betterAuth({
		appName: 'Vector Flow',
		baseURL: config.origin,
		basePath: '/api/auth',
		secret: Buffer.from(hkdfSync('sha256', config.secretKey, '', 'vector-flow sessions', 32)).toString('hex'),
		database: drizzleAdapter(db, {
			provider: 'pg',
			schema: {
				user: users,
				session: sessions,
				account: accounts,
				verification: verifications,
				apikey: apiKeys
			}
		}),
		trustedOrigins: (request) => (request ? trustedOrigins(request, config) : [config.origin]),
		emailAndPassword: {
			enabled: true,
			// People are added by an administrator, or by the first-run set-up.
			disableSignUp: true,
			minPasswordLength: PASSWORD_LENGTH.min,
			maxPasswordLength: PASSWORD_LENGTH.max
		},
		user: {
			additionalFields: { role: { type: [...ROLES], required: true, defaultValue: 'viewer', input: false } }
		},
		session: { expiresIn: 7 * 24 * 3600, updateAge: 24 * 3600 },
		advanced: {
			cookiePrefix: 'vector-flow',
			useSecureCookies: config.origin.startsWith('https:'),
			defaultCookieAttributes: { httpOnly: true, sameSite: 'lax' },
			database: { validateSchema: false },
			// Its check turns away programs, which send no Origin; ours (origin.ts) stands before every route.
			disableCSRFCheck: true
		},
		// Ours counts by account as well as by address, and answers in our form: see limits.ts.
		rateLimit: { enabled: false },
		telemetry: { enabled: false },
		logger: {
			level: 'error',
			disableColors: true,
			// Not what comes with the message: errors of queries carry their parameters.
			log: (level, message) => log[level]({ part: 'better-auth' }, String(message))
		},
		// Faults come to us as they are, to be told apart and logged our way; its own refusals stay answers.
		onAPIError: { throw: true },
		plugins: [
			apiKey({
				defaultPrefix: KEY_PREFIX,
				enableMetadata: true,
				maximumNameLength: 80,
				startingCharactersConfig: { shouldStore: true, charactersLength: 8 },
				keyExpiration: { maxExpiresIn: 3650 },
				// Its default is ten requests a day, and each costs a write; ours is in memory: see identify.ts.
				rateLimit: { enabled: false }
			})
		]
	});
}
