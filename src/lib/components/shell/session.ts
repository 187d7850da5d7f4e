// Leaving.
import { api } from './api.ts';

/** Ends the session and shows the sign-in page, even when the server did not answer. */
export async function signOut(): Promise<void> {
	await api('/api/auth/sign-out', { method: 'POST', body: {} }).catch(() => undefined);
	location.assign('/login');
}
