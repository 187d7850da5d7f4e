// Registering an instance under its id: at most one living server bears it.
import { setTimeout as sleep } from 'node:timers/promises';
import { StartupError } from '../base/startup-error.ts';
import type { Contact } from './contact.ts';
import type { Self } from './ports.ts';
import * as store from './store.ts';

export interface RegistrationDeps {
	self: Self;
	ttlMs: number;
	passMs: number;
	beat(): Promise<store.Survey>;
	ask: Contact['ask'];
}

/**
 * Registers the instance. Under an id whose last server may still live it waits until that one's heartbeat has expired, and takes
 * the id over; where the heartbeat goes on, it throws StartupError.
 */
export async function confirmAlone({ self, ttlMs, passMs, beat, ask }: RegistrationDeps): Promise<void> {
	const deadline = performance.now() + 3 * ttlMs;
	let first: string | null = null;
	while (!(await beat()).registered) {
		const other = await ask((db) => store.whoIs(db, self.id));
		first ??= other?.heartbeat ?? null;
		if (other && other.heartbeat !== first) throw sameId(self, other);
		if (other && performance.now() > deadline) throw sameId(self, other);
		await sleep(passMs / 4);
	}
}

function sameId(self: Self, other: store.Registered): StartupError {
	return new StartupError(
		`Another server runs as the instance ${self.id}: at ${other.address ?? 'an unknown address'}, since ${other.startedAt} UTC. ` +
			`This one is at ${self.address}. Give each a VF_INSTANCE_ID of its own.`
	);
}
