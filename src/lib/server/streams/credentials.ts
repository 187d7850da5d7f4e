// Credentials that come back masked: kept for the same camera, never sent to another.
import { MASK, maskUrl } from '../base/mask.ts';

export type Restored = { ok: true; url: string } | { ok: false; message: string };

const PASSWORD = /^([a-z][a-z0-9+.-]*:\/\/[^:/@]*:)\*\*\*@/i;
const MASKED_PARAMETER = /([?&;])([^=&;#]+)=\*\*\*(?=[&;#]|$)/g;

/**
 * The whole address behind one that a client may have read masked and sent back. Where a mask stands, the stored
 * secret takes its place, if scheme, user, host and port are still the same; otherwise it has to be typed again.
 */
export function restoreCredentials(given: string, stored: string | null): Restored {
	if (stored !== null && given === maskUrl(stored)) return { ok: true, url: stored };
	if (!isMasked(given)) return { ok: true, url: given };
	if (stored === null) return again('The password is masked and none is stored that could be meant');
	if (authority(given) !== authority(stored))
		return again('The address leads to another camera or user than the stored password belongs to');
	const url = withStoredParameters(withStoredPassword(given, stored), stored);
	return isMasked(url) ? again('The address holds a mask where nothing is stored') : { ok: true, url };
}

export function isMasked(url: string): boolean {
	return PASSWORD.test(url) || url.search(MASKED_PARAMETER) >= 0;
}

function again(why: string): Restored {
	return { ok: false, message: `${why}: type the password again, in place of ${MASK}.` };
}

/** Scheme, user, host and port, in one form; a file's is empty. */
function authority(address: string): string {
	if (!URL.canParse(address)) return `unreadable ${address}`;
	const { protocol, username, host } = new URL(address);
	return `${protocol}//${username}@${host.toLowerCase()}`;
}

function withStoredPassword(given: string, stored: string): string {
	const { password } = new URL(stored);
	return password === '' ? given : given.replace(PASSWORD, (_, before: string) => `${before}${password}@`);
}

function withStoredParameters(given: string, stored: string): string {
	const values = new Map(
		[...stored.matchAll(/[?&;]([^=&;#]+)=([^&;#]*)/g)].map(([, name, value]) => [name, value])
	);
	return given.replace(MASKED_PARAMETER, (masked, mark: string, name: string) => {
		const value = values.get(name);
		return value === undefined ? masked : `${mark}${name}=${value}`;
	});
}
