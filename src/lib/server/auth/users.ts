// People: the first one, those an administrator adds, and what changes about them.
import { hashPassword } from 'better-auth/crypto';
import type { SetupInput, User, UserInput, UserPatch } from '#lib/contracts/account.ts';
import { AppError } from '../base/errors.ts';
import type { Transaction } from '../db/index.ts';
import type { AuthStore, UserRow } from './store.ts';

export interface Users {
	list(): Promise<User[]>;
	/** Throws `not_found`. */
	get(id: string): Promise<User>;
	/** Throws `conflict` when the e-mail address is taken. */
	create(input: UserInput): Promise<User>;
	/** A new role or password ends the user's sessions. Throws `not_found`, or `conflict` for the last administrator. */
	update(id: string, patch: UserPatch): Promise<User>;
	/** With the user go their sessions and keys. Throws `not_found`, or `conflict` for the last administrator. */
	remove(id: string): Promise<void>;
}

export interface Setup {
	/** Whether there is no user yet. */
	needed(): Promise<boolean>;
	/** Makes the first administrator; throws `conflict` once there is any user. */
	create(input: SetupInput): Promise<User>;
}

export function createUsers(store: AuthStore): Users {
	return {
		list: async () => (await store.listUsers()).map(describeUser),
		get: async (id) => describeUser(found(await store.findUser(id))),
		async create({ password, ...user }) {
			const passwordHash = await hashPassword(password);
			return store.changeUsers(async (tx) => {
				const email = user.email.toLowerCase();
				if (await store.findUserByEmail(email, tx)) {
					throw new AppError('conflict', `There is a user with the e-mail address ${email} already.`);
				}
				return describeUser(await store.insertUser({ ...user, email, passwordHash }, tx));
			});
		},
		async update(id, { password, ...fields }) {
			const passwordHash = password === undefined ? null : await hashPassword(password);
			return store.changeUsers(async (tx) => {
				const user = found(await store.findUser(id, tx));
				const demoted = fields.role !== undefined && fields.role !== user.role;
				if (demoted && user.role === 'admin') await keepAnAdmin(store, id, tx);
				await store.updateUser(id, fields, tx);
				if (passwordHash) await store.setPassword(id, passwordHash, tx);
				if (passwordHash || demoted) await store.endSessions(id, tx);
				return describeUser(found(await store.findUser(id, tx)));
			});
		},
		remove: (id) =>
			store.changeUsers(async (tx) => {
				const user = found(await store.findUser(id, tx));
				if (user.role === 'admin') await keepAnAdmin(store, id, tx);
				await store.deleteUser(id, tx);
			})
	};
}

export function createSetup(store: AuthStore): Setup {
	// The last administrator cannot be removed, so once there are users there always are.
	let done = false;
	return {
		async needed() {
			done ||= await store.hasUsers();
			return !done;
		},
		async create({ password, ...user }) {
			if (done || (await store.hasUsers())) throw setUpAlready();
			const passwordHash = await hashPassword(password);
			const row = await store.changeUsers(async (tx) => {
				// Asked again under the lock: of two people setting up at once, one becomes the administrator.
				if (await store.hasUsers(tx)) throw setUpAlready();
				return store.insertUser(
					{ ...user, email: user.email.toLowerCase(), role: 'admin', passwordHash },
					tx
				);
			});
			done = true;
			return describeUser(row);
		}
	};
}

function setUpAlready(): AppError {
	return new AppError(
		'conflict',
		'This server has been set up already. Sign in, or ask its administrator for an account.'
	);
}

async function keepAnAdmin(store: AuthStore, id: string, tx: Transaction): Promise<void> {
	if ((await store.otherAdmins(id, tx)) > 0) return;
	throw new AppError('conflict', 'This is the only administrator. Make somebody else one first.');
}

function found(user: UserRow | undefined): UserRow {
	if (!user) throw new AppError('not_found', 'There is no such user.');
	return user;
}

function describeUser(row: UserRow): User {
	return {
		id: row.id,
		email: row.email,
		name: row.name,
		role: row.role,
		created_at: row.createdAt.toISOString()
	};
}
