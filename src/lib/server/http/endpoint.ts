// An API handler's frame: who may call it, what it takes, and every error as a problem document.
import type { RequestEvent } from '@sveltejs/kit';
import type { z } from 'zod';
import { roleAllows, type Identity, type Role } from '#lib/contracts/account.ts';
import type { Services } from '../app/services.ts';
import { AppError } from '../base/errors.ts';
import { problemOf, problemResponse, retryHeaders } from './problem.ts';
import { requireStorable, requireStorablePath } from './storable.ts';

const MAX_JSON_BYTES = 256 * 1024;

interface EndpointSpec<B extends z.ZodType, Q extends z.ZodType> {
	/** The least role that may call; `public` for what is open without signing in. */
	role: Role | 'public';
	/** Checks a secret of the endpoint's own, before anything else is read; throws AppError. */
	admit?: (event: RequestEvent) => void;
	/** Schema of the JSON body; without one the body is not read. */
	body?: B;
	/** Of the JSON text; 256 Ki unless told. */
	maxJsonBytes?: number;
	/** Schema of the query string, given as an object of strings. */
	query?: Q;
	/** Status of a plain answer; 200 unless told, 204 is sent for undefined. */
	status?: number;
}

export interface EndpointCall<B, Q> {
	event: RequestEvent;
	services: Services;
	/** Never null unless the endpoint is public. */
	identity: Identity;
	body: B;
	query: Q;
}

/**
 * Wraps a handler: checks the role (401 without identity, 403 without the role), parses body and query,
 * answers what it returns as JSON, or the Response it returns as it is, and turns errors into problems.
 */
export function endpoint<B extends z.ZodType = z.ZodUndefined, Q extends z.ZodType = z.ZodUndefined>(
	spec: EndpointSpec<B, Q>,
	handler: (call: EndpointCall<z.infer<B>, z.infer<Q>>) => unknown
): (event: RequestEvent) => Promise<Response> {
	return async (event) => {
		try {
			const identity = authorise(event.locals.identity, spec.role);
			spec.admit?.(event);
			requireStorablePath(event.params);
			const query = spec.query?.parse(
				requireStorable(Object.fromEntries(event.url.searchParams))
			) as z.infer<Q>;
			const sent = spec.body ? requireStorable(await readJson(event.request, spec.maxJsonBytes)) : undefined;
			const body = spec.body?.parse(sent) as z.infer<B>;
			return answer(
				await handler({ event, services: event.locals.services, identity, body, query }),
				spec.status ?? 200
			);
		} catch (error) {
			return problemResponse(problemOf(logged(error, event)), retryHeaders(error));
		}
	};
}

/** The identity, if it may act in this role. Throws `unauthenticated` or `forbidden`. */
export function authorise(identity: Identity | null, role: Role | 'public'): Identity {
	if (role === 'public') return identity as Identity;
	if (!identity) {
		throw new AppError('unauthenticated', 'Sign in, or send an API key as "Authorization: Bearer <key>".');
	}
	if (!roleAllows(identity.role, role)) {
		throw new AppError('forbidden', `This needs the role ${role}; you are ${identity.role}.`);
	}
	return identity;
}

async function readJson(request: Request, limit = MAX_JSON_BYTES): Promise<unknown> {
	const text = await request.text();
	if (text.length > limit) {
		throw new AppError('payload_too_large', `The body is larger than ${limit / 1024} KiB.`);
	}
	try {
		return JSON.parse(text);
	} catch {
		throw new AppError('bad_json', 'The body is not JSON.');
	}
}

function answer(result: unknown, status: number): Response {
	if (result instanceof Response) return result;
	if (result === undefined) return new Response(null, { status: 204 });
	return new Response(JSON.stringify(result), {
		status,
		headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }
	});
}

/** Unexpected errors go to the log with their request; expected ones are the caller's business. */
function logged(error: unknown, event: RequestEvent): unknown {
	const problem = problemOf(error);
	if (problem.status === 500)
		event.locals.services.log.error({ err: error, requestId: event.locals.requestId }, 'request failed');
	return error;
}
