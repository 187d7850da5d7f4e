// What is open without signing in. Everything not named here needs an identity before its handler runs.

const OPEN = new Set([
	'GET /login',
	'GET /setup',
	'GET /api/v1/setup',
	'POST /api/v1/setup',
	'POST /api/auth/sign-in/email',
	'POST /api/auth/sign-out',
	// Grafana's webhook checks a secret of its own.
	'POST /api/v1/alerts/webhook',
	'GET /health',
	'GET /health/live',
	'GET /health/ready'
]);

/** Paths in their plain form alone: `/health/`, `//health` and the like are not open. */
export function isOpen(method: string, path: string): boolean {
	return OPEN.has(`${method === 'HEAD' ? 'GET' : method} ${path}`);
}

/** Answered with no database at all. */
export function isHealth(path: string): boolean {
	return path === '/health' || path.startsWith('/health/');
}

/** Guarded by a token of their own, and answered with no database at all. */
export function isMetrics(path: string): boolean {
	return path === '/metrics' || path === '/api/v1/metrics/targets';
}

/** Programs get a problem document, people a page to sign in on. */
export function isPage(method: string, path: string): boolean {
	return (
		(method === 'GET' || method === 'HEAD') &&
		!path.startsWith('/api/') &&
		path !== '/metrics' &&
		path !== '/openapi.json'
	);
}

/** Where a signed-out person is sent, to come back afterwards. */
export function signInPath(url: URL, setupNeeded: boolean): string {
	if (setupNeeded) return '/setup';
	const next = url.pathname + url.search;
	return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}
