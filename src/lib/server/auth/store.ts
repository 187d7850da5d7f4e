// The SQL of accounts: users, their passwords, and the keys that act for them.
import { and, count, desc, eq, gt, inArray, ne, sql } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import type { Role } from '#lib/contracts/account.ts';
import type { Db, Transaction } from '../db/index.ts';
import { accounts, apiKeys, sessions, users } from '../db/schema/auth.ts';

/** Everything that adds or removes users waits for this lock, so that counts hold until the commit. */
const USERS_LOCK = 760_318_545;

export type UserRow = typeof users.$inferSelect;
export type KeyRow = typeof apiKeys.$inferSelect & { userEmail: string };

export interface NewUser {
	email: string;
	name: string;
	role: Role;
	passwordHash: string;
}

export type AuthStore = ReturnType<typeof createAuthStore>;

export function createAuthStore(db: Db) {
	return {
		/** Runs alone among all that change users, here and on every other instance. */
		changeUsers: <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
			db.transaction(async (tx) => {
				await tx.execute(sql`select pg_advisory_xact_lock(${USERS_LOCK})`);
				return work(tx);
			}),

		hasUsers: async (tx: Db | Transaction = db): Promise<boolean> =>
			(await tx.select({ id: users.id }).from(users).limit(1)).length > 0,

		listUsers: (): Promise<UserRow[]> => db.select().from(users).orderBy(users.createdAt, users.id),

		findUser: async (id: string, tx: Db | Transaction = db): Promise<UserRow | undefined> =>
			(await tx.select().from(users).where(eq(users.id, id)))[0],

		findUserByEmail: async (email: string, tx: Db | Transaction = db): Promise<UserRow | undefined> =>
			(await tx.select().from(users).where(eq(users.email, email)))[0],

		otherAdmins: async (id: string, tx: Transaction): Promise<number> => {
			const [row] = await tx
				.select({ n: count() })
				.from(users)
				.where(and(eq(users.role, 'admin'), ne(users.id, id)));
			return row?.n ?? 0;
		},

		async insertUser(user: NewUser, tx: Transaction): Promise<UserRow> {
			const id = randomUUID();
			const { passwordHash, ...fields } = user;
			const [row] = await tx
				.insert(users)
				.values({ id, ...fields })
				.returning();
			if (!row) throw new Error('the insert of a user answered no row');
			await tx.insert(accounts).values({
				id: randomUUID(),
				accountId: id,
				providerId: 'credential',
				userId: id,
				password: passwordHash
			});
			return row;
		},

		async updateUser(id: string, fields: { name?: string; role?: Role }, tx: Transaction): Promise<void> {
			await tx
				.update(users)
				.set({ ...fields, updatedAt: new Date() })
				.where(eq(users.id, id));
		},

		async setPassword(id: string, passwordHash: string, tx: Transaction): Promise<void> {
			await tx
				.update(accounts)
				.set({ password: passwordHash, updatedAt: new Date() })
				.where(and(eq(accounts.userId, id), eq(accounts.providerId, 'credential')));
		},

		async endSessions(id: string, tx: Transaction): Promise<void> {
			await tx.delete(sessions).where(eq(sessions.userId, id));
		},

		/** Those of them with a session that has not run out. */
		async withSession(ids: string[]): Promise<string[]> {
			if (ids.length === 0) return [];
			const rows = await db
				.selectDistinct({ id: sessions.userId })
				.from(sessions)
				.where(and(inArray(sessions.userId, ids), gt(sessions.expiresAt, sql`now()`)));
			return rows.map(({ id }) => id);
		},

		async deleteUser(id: string, tx: Transaction): Promise<void> {
			await tx.delete(users).where(eq(users.id, id));
		},

		/** Newest first; one user's, or everybody's. */
		listKeys: (userId: string | null): Promise<KeyRow[]> =>
			keysWith(db, userId === null ? undefined : eq(apiKeys.referenceId, userId)),

		findKey: async (id: string): Promise<KeyRow | undefined> => (await keysWith(db, eq(apiKeys.id, id)))[0],

		/** By its hash, with its user; expired and disabled ones too. */
		async findKeyByHash(
			hash: string
		): Promise<{ key: typeof apiKeys.$inferSelect; user: UserRow } | undefined> {
			const rows = await db
				.select({ key: apiKeys, user: users })
				.from(apiKeys)
				.innerJoin(users, eq(users.id, apiKeys.referenceId))
				.where(eq(apiKeys.key, hash))
				.limit(1);
			return rows[0];
		},

		async touchKey(id: string, at: Date): Promise<void> {
			await db.update(apiKeys).set({ lastRequest: at }).where(eq(apiKeys.id, id));
		},

		async deleteKey(id: string): Promise<void> {
			await db.delete(apiKeys).where(eq(apiKeys.id, id));
		}
	};
}

async function keysWith(db: Db, condition: ReturnType<typeof eq> | undefined): Promise<KeyRow[]> {
	const rows = await db
		.select({ key: apiKeys, userEmail: users.email })
		.from(apiKeys)
		.innerJoin(users, eq(users.id, apiKeys.referenceId))
		.where(condition)
		.orderBy(desc(apiKeys.createdAt), apiKeys.id);
	return rows.map(({ key, userEmail }) => ({ ...key, userEmail }));
}
