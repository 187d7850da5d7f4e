// API keys: each acts for its user, in a role of its own that is never above the user's.
import { z } from 'zod';
import {
	ROLES,
	roleAllows,
	type ApiKey,
	type ApiKeyInput,
	type Identity,
	type Role
} from '#lib/contracts/account.ts';
import { AppError } from '../base/errors.ts';
import type { BetterAuth } from './better-auth.ts';
import type { AuthStore, KeyRow } from './store.ts';

export interface Keys {
	/** One's own keys; an administrator sees everybody's. */
	list(identity: Identity): Promise<ApiKey[]>;
	/** `key` is told here and never again. Throws `forbidden` for a role above one's own. */
	create(identity: Identity, input: ApiKeyInput): Promise<ApiKey & { key: string }>;
	/** At once, everywhere within seconds. Throws `not_found` for a key one may not see. */
	revoke(identity: Identity, id: string): Promise<void>;
}

export function createKeys(auth: BetterAuth, store: AuthStore, forget: (keyId: string) => void): Keys {
	return {
		list: async (identity) =>
			(await store.listKeys(identity.role === 'admin' ? null : identity.userId)).map(describeKey),
		async create(identity, input) {
			if (!roleAllows(identity.role, input.role)) {
				throw new AppError(
					'forbidden',
					`A key cannot have the role ${input.role}: you are ${identity.role}.`
				);
			}
			const made = await auth.api.createApiKey({
				body: {
					name: input.name,
					userId: identity.userId,
					expiresIn: input.expires_in_days === null ? null : input.expires_in_days * 24 * 3600,
					metadata: { role: input.role }
				}
			});
			const row = await store.findKey(made.id);
			if (!row) throw new Error('the key just made is not there');
			return { ...describeKey(row), key: made.key };
		},
		async revoke(identity, id) {
			const row = await store.findKey(id);
			if (!row || (identity.role !== 'admin' && row.referenceId !== identity.userId)) {
				throw new AppError('not_found', 'There is no such key.');
			}
			await store.deleteKey(id);
			forget(id);
		}
	};
}

const keyMetadata = z.object({ role: z.enum(ROLES) });

/** The role a key was made with; the least one if that cannot be told. */
export function roleOfKey(metadata: unknown): Role {
	let value = metadata;
	// Stored as JSON text, and by the library as JSON within JSON.
	for (let depth = 0; typeof value === 'string' && depth < 2; depth++) value = parseJson(value);
	return keyMetadata.safeParse(value).data?.role ?? 'viewer';
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

function describeKey(row: KeyRow): ApiKey {
	return {
		id: row.id,
		name: row.name ?? '',
		role: roleOfKey(row.metadata),
		start: row.start ?? '',
		user_id: row.referenceId,
		user_email: row.userEmail,
		created_at: row.createdAt.toISOString(),
		expires_at: row.expiresAt?.toISOString() ?? null,
		last_used_at: row.lastRequest?.toISOString() ?? null
	};
}
