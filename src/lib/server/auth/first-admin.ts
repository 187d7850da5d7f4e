// The first administrator without the set-up page: from the environment, or for the demo with a password made up.
import { randomInt } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../base/errors.ts';
import type { Config } from '../config/index.ts';
import type { Setup } from './users.ts';

export const DEMO_EMAIL = 'demo@vector-flow.local';

/** What to tell the person at the terminal about signing in. */
export type SignInHint =
	| { kind: 'first-run' } // the set-up page asks
	| { kind: 'given'; email: string } // from VF_ADMIN_EMAIL
	| { kind: 'made'; email: string; password: string; file: string } // the demo's, made up now or at an earlier start
	| { kind: 'known' }; // there are users; they know

export async function seedFirstAdmin(setup: Setup, config: Config): Promise<SignInHint> {
	const file = join(config.dataDir, 'demo-sign-in.txt');
	if (!(await setup.needed())) return rememberedHint(config, file);
	if (config.admin) {
		await createOnce(setup, { ...config.admin, name: 'Administrator' });
		return { kind: 'given', email: config.admin.email };
	}
	if (!config.demo.enabled) return { kind: 'first-run' };
	const password = readablePassword();
	// Kept beside the secret key, as private as that: the second start can say it again.
	writeFileSync(file, `${DEMO_EMAIL}\n${password}\n`, { mode: 0o600 });
	if (await createOnce(setup, { email: DEMO_EMAIL, name: 'Demo', password })) {
		return { kind: 'made', email: DEMO_EMAIL, password, file };
	}
	rmSync(file, { force: true });
	return { kind: 'known' };
}

/** False when another instance was quicker. */
async function createOnce(
	setup: Setup,
	user: { email: string; name: string; password: string }
): Promise<boolean> {
	try {
		await setup.create(user);
		return true;
	} catch (error) {
		if (error instanceof AppError && error.code === 'conflict') return false;
		throw error;
	}
}

function rememberedHint(config: Config, file: string): SignInHint {
	if (!config.demo.enabled) return { kind: 'known' };
	try {
		const [email, password] = readFileSync(file, 'utf8').split('\n');
		return email && password ? { kind: 'made', email, password, file } : { kind: 'known' };
	} catch {
		return { kind: 'known' };
	}
}

/** Four groups of four out of 31 letters and digits that are not mistaken for each other: 79 bits. */
function readablePassword(): string {
	const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
	const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
	return Array.from({ length: 4 }, group).join('-');
}
