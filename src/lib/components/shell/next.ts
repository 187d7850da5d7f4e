// Where to go after signing in: only ever a path of this same site.

const BASE = 'http://site.invalid';

/** The path if it leads to a page of this site, else `/`. Refuses other hosts, `//host`, `/\host` and the sign-in page. */
export function safeNext(next: string | null | undefined): string {
	if (!next || !next.startsWith('/')) return '/';
	let url: URL;
	try {
		url = new URL(next, BASE);
	} catch {
		return '/';
	}
	if (url.origin !== BASE || /^\/(login|setup|api)(\/|$)/.test(url.pathname)) return '/';
	return url.pathname + url.search + url.hash;
}

/** The sign-in page's address that comes back to `path`. */
export function signInAddress(path: string): string {
	const next = safeNext(path);
	return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}
