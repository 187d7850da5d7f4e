// What happens to every request before and after its handler: identity, the closed door, and headers.
import { redirect, type RequestEvent } from '@sveltejs/kit';
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks';
import {
	isHealth,
	isMetrics,
	isOpen,
	isPage,
	signInPath,
	type Auth,
	type Identified
} from '../auth/index.ts';
import { AppError } from '../base/errors.ts';
import { boundBody } from '../http/body.ts';
import { authorise } from '../http/endpoint.ts';
import { DATABASE_AWAY, problemOf, problemResponse, retryHeaders } from '../http/problem.ts';
import { noteAccess, requestIdOf } from './access.ts';
import { allowFrame, secureHeaders } from './headers.ts';
import type { Services } from './services.ts';

type HandleInput = Parameters<Handle>[0];

/** Every request passes here, and is counted by the pattern of its route. */
export async function handleRequest(services: Services, input: HandleInput): Promise<Response> {
	const { event } = input;
	const began = performance.now();
	let status = 500;
	try {
		const response = await handled(services, input);
		({ status } = response);
		return response;
	} catch (error) {
		if (isRedirect(error)) ({ status } = error);
		throw error;
	} finally {
		const { method } = event.request;
		const seconds = (performance.now() - began) / 1000;
		services.metrics.answered({ method, routeId: event.route.id, status, seconds });
		noteAccess(services.log, event, status, seconds);
	}
}

async function handled(services: Services, { event, resolve }: HandleInput): Promise<Response> {
	const requestId = requestIdOf(event.request.headers);
	Object.assign(event.locals, { requestId, services, identity: null });
	const response = await respond(services, { event, resolve });
	response.headers.set('x-request-id', requestId);
	secureHeaders(response.headers, services.config);
	if (event.url.pathname === '/dashboard') await allowGrafana(services, response.headers);
	return response;
}

/** The dashboard alone frames Grafana; a page without that policy shows all but the frame. */
async function allowGrafana({ settings }: Services, headers: Headers): Promise<void> {
	const address = await settings.get().then(
		({ grafana_url }) => grafana_url,
		() => null
	);
	if (address !== null) allowFrame(headers, address);
}

async function respond(services: Services, { event, resolve }: HandleInput): Promise<Response> {
	if (needsNobody(event.url.pathname)) return resolve(event);
	if (!services.config.roles.includes('web')) return problemResponse(problemOf(notServedHere()));
	return answer(services, event, async () => asProblem(event, await resolve(event)));
}

/** Asks who one is by itself, or nobody at all, and is answered with no database too. */
const needsNobody = (path: string) => isHealth(path) || isMetrics(path);

async function answer(
	services: Services,
	event: RequestEvent,
	resolve: () => Promise<Response>
): Promise<Response> {
	const admitted = await admit(services, event).catch((error: unknown) => refusal(services, event, error));
	if (admitted instanceof Response) return admitted;
	const response = await resolve();
	// A handler that sets cookies, as sign-in does, has the last word: what it replaces may be an expired session.
	if (response.headers.has('set-cookie')) return response;
	for (const cookie of admitted.setCookies) response.headers.append('set-cookie', cookie);
	return response;
}

/** Deny by default: what is not open goes no further without an identity. */
async function admit({ auth, health }: Services, event: RequestEvent): Promise<Identified> {
	if (!health.databaseUp()) throw new AppError('unavailable', DATABASE_AWAY, { retryAfterS: 2 });
	auth.refuseForeignOrigin(event.request);
	// Declared read-only so that nobody does this by accident: what comes after must not see the unbounded body.
	Object.assign(event, { request: boundBody(event.request, event.url.pathname) });
	const identified = await auth.identify(event.request);
	event.locals.identity = identified.identity;
	if (!isOpen(event.request.method, event.url.pathname)) await requireIdentity(auth, event);
	return identified;
}

async function requireIdentity(auth: Auth, event: RequestEvent): Promise<void> {
	if (event.locals.identity) return;
	if (isPage(event.request.method, event.url.pathname))
		redirect(303, signInPath(event.url, await auth.setup.needed()));
	authorise(null, 'viewer');
}

/** Programs get the problem; people get a page that says it and looks again by itself. Redirects are SvelteKit's to send. */
function refusal(services: Services, event: RequestEvent, error: unknown): Response {
	const problem = problemOf(error);
	if (isRedirect(error)) throw error;
	if (problem.status === 500)
		services.log.error({ err: error, requestId: event.locals.requestId }, 'request refused by a fault');
	const headers = retryHeaders(error);
	if (!isPage(event.request.method, event.url.pathname) || event.isDataRequest)
		return problemResponse(problem, headers);
	return new Response(plainPage(problem.title, problem.detail), {
		status: problem.status,
		headers: {
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-store',
			refresh: '3',
			...headers
		}
	});
}

function isRedirect(error: unknown): error is { location: string; status: number } {
	return typeof error === 'object' && error !== null && 'location' in error && 'status' in error;
}

/** Needs nothing of the application: it is what is left when the application cannot work. */
function plainPage(title: string, detail: string): string {
	return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} · Vector Flow</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; padding: 0 1rem">
<h1 style="font-size: 1.25rem">${title}</h1><p>${detail}</p></body></html>`;
}

/** Without the role web there are monitors alone to answer. */
function notServedHere(): AppError {
	return new AppError(
		'not_found',
		'This instance serves no pages and no API: its VF_ROLES has no web. Ask one that has; here are /health, /metrics and /api/v1/metrics/targets.'
	);
}

/** What SvelteKit itself answers under /api (no such route, no such method) in the API's own form. */
function asProblem(event: RequestEvent, response: Response): Response {
	const foreign = response.status >= 400 && !response.headers.get('content-type')?.includes('json');
	if (!event.url.pathname.startsWith('/api/') || !foreign) return response;
	const allow = response.headers.get('allow');
	return problemResponse(problemOf(apiError(event, response.status)), allow ? { allow } : {});
}

function apiError({ request, url }: RequestEvent, status: number): AppError {
	if (status === 404) return new AppError('not_found', `There is nothing at ${url.pathname}.`);
	// A path with an escape that is no text, as %FF: SvelteKit reads no further.
	if (status === 400) return new AppError('not_found', `Nothing can be at ${url.pathname}: it is no text.`);
	if (status === 405)
		return new AppError('method_not_allowed', `${url.pathname} does not take ${request.method}.`);
	if (status === 403) return new AppError('forbidden', 'Forms of another site are not accepted.');
	if (status === 413) return new AppError('payload_too_large', 'The body is larger than this server takes.');
	return new AppError(
		'internal',
		'The server failed to do this. Its log has the cause, under the request id in X-Request-Id.'
	);
}

/** For pages: a sentence, and the id under which the log has the cause. */
export function handleFailure(services: Services, caught: Parameters<HandleServerError>[0]): App.Error {
	const { requestId } = caught.event.locals;
	const path = caught.event.url.pathname;
	switch (caught.kind) {
		case 'app':
			return { ...caught.error, requestId };
		case 'framework':
		case 'validation': {
			const { status, message } = caught.error;
			return { status, message: status === 404 ? `There is nothing at ${path}.` : message, requestId };
		}
		case 'unknown': {
			const problem = problemOf(caught.error);
			if (problem.status === 500) services.log.error({ err: caught.error, requestId, path }, 'page failed');
			return { status: problem.status, message: problem.detail, problem, requestId };
		}
	}
}
