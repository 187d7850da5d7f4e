// People and keys: roles and what each may do.
import { z } from 'zod';

export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Roles are ordered: each may do what the ones before it may. */
export function roleAllows(role: Role, needed: Role): boolean {
	return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export const apiKeyInput = z.strictObject({
	name: z.string().trim().min(1).max(80),
	role: z.enum(ROLES),
	expires_in_days: z.int().min(1).max(3650).nullable().default(null)
});
export type ApiKeyInput = z.infer<typeof apiKeyInput>;

export const userInput = z.strictObject({
	email: z.email().max(254),
	name: z.string().trim().min(1).max(120),
	password: z.string().min(10, { error: 'at least 10 characters' }).max(128),
	role: z.enum(ROLES)
});
export type UserInput = z.infer<typeof userInput>;

/** Who asks: put on `locals.identity` by the auth room, null when nobody signed in. */
export interface Identity {
	userId: string;
	email: string;
	name: string;
	role: Role;
	via: 'session' | 'api-key';
}

/** Body of PATCH /users/{id}: only what is given changes. A new password ends the user's sessions. */
export const userPatch = userInput.omit({ email: true }).partial();
export type UserPatch = z.infer<typeof userPatch>;

/** Body of POST /setup: the first administrator. */
export const setupInput = userInput.omit({ role: true });
export type SetupInput = z.infer<typeof setupInput>;

/** A user as the API answers it. */
export interface User {
	id: string;
	email: string;
	name: string;
	role: Role;
	created_at: string;
}

/** An API key as the API answers it; `start` tells keys apart, the key itself is told once, at its creation. */
export interface ApiKey {
	id: string;
	name: string;
	role: Role;
	start: string;
	user_id: string;
	user_email: string;
	created_at: string;
	expires_at: string | null;
	last_used_at: string | null;
}
