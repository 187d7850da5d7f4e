// The tables of Better Auth and its API-key plugin, with our roles. A test holds them to what the library expects.
import { boolean, index, integer, pgTable, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core';
import { ROLES } from '#lib/contracts/account.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const users = pgTable('users', {
	id: text('id').primaryKey(),
	name: text('name').notNull(),
	/** Lower case always. */
	email: text('email').notNull().unique(),
	emailVerified: boolean('email_verified').notNull().default(false),
	image: text('image'),
	role: text('role', { enum: ROLES }).notNull().default('viewer'),
	createdAt: moment('created_at').notNull().defaultNow(),
	updatedAt: moment('updated_at').notNull().defaultNow()
});

export const sessions = pgTable(
	'sessions',
	{
		id: text('id').primaryKey(),
		token: text('token').notNull().unique(),
		userId: text('user_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		expiresAt: moment('expires_at').notNull(),
		ipAddress: text('ip_address'),
		userAgent: text('user_agent'),
		createdAt: moment('created_at').notNull().defaultNow(),
		updatedAt: moment('updated_at').notNull().defaultNow()
	},
	(table) => [
		index('sessions_user_id_idx').on(table.userId),
		index('sessions_expires_at_idx').on(table.expiresAt)
	]
);

/** How a user signs in: one row of provider `credential` with the password's hash. */
export const accounts = pgTable(
	'accounts',
	{
		id: text('id').primaryKey(),
		accountId: text('account_id').notNull(),
		providerId: text('provider_id').notNull(),
		userId: text('user_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		accessToken: text('access_token'),
		refreshToken: text('refresh_token'),
		idToken: text('id_token'),
		accessTokenExpiresAt: moment('access_token_expires_at'),
		refreshTokenExpiresAt: moment('refresh_token_expires_at'),
		scope: text('scope'),
		/** scrypt, with its salt. */
		password: text('password'),
		createdAt: moment('created_at').notNull().defaultNow(),
		updatedAt: moment('updated_at').notNull().defaultNow()
	},
	(table) => [
		index('accounts_user_id_idx').on(table.userId),
		uniqueIndex('accounts_provider_account_idx').on(table.providerId, table.accountId)
	]
);

export const verifications = pgTable(
	'verifications',
	{
		id: text('id').primaryKey(),
		identifier: text('identifier').notNull(),
		value: text('value').notNull(),
		expiresAt: moment('expires_at').notNull(),
		createdAt: moment('created_at').notNull().defaultNow(),
		updatedAt: moment('updated_at').notNull().defaultNow()
	},
	(table) => [index('verifications_identifier_idx').on(table.identifier)]
);

export const apiKeys = pgTable(
	'api_keys',
	{
		id: text('id').primaryKey(),
		configId: text('config_id').notNull().default('default'),
		name: text('name'),
		/** The first characters, to tell keys apart. */
		start: text('start'),
		prefix: text('prefix'),
		/** SHA-256 of the key; the key itself is shown once and kept nowhere. */
		key: text('key').notNull(),
		/** The user it acts for. */
		referenceId: text('reference_id')
			.notNull()
			.references(() => users.id, { onDelete: 'cascade' }),
		refillInterval: integer('refill_interval'),
		refillAmount: integer('refill_amount'),
		lastRefillAt: moment('last_refill_at'),
		enabled: boolean('enabled').notNull().default(true),
		rateLimitEnabled: boolean('rate_limit_enabled').notNull().default(true),
		rateLimitTimeWindow: integer('rate_limit_time_window'),
		rateLimitMax: integer('rate_limit_max'),
		requestCount: integer('request_count').notNull().default(0),
		remaining: integer('remaining'),
		lastRequest: moment('last_request'),
		expiresAt: moment('expires_at'),
		createdAt: moment('created_at').notNull(),
		updatedAt: moment('updated_at').notNull(),
		permissions: text('permissions'),
		metadata: text('metadata')
	},
	(table) => [
		index('api_keys_key_idx').on(table.key),
		index('api_keys_reference_id_idx').on(table.referenceId)
	]
);
