// The pages' one way to the REST API: JSON in, JSON out, and every failure a problem with words.
import type { Problem } from '#lib/contracts/problem.ts';

export type Fetch = typeof fetch;

/** What went wrong, ready to show: `message` is the problem's sentence. */
export class ApiError extends Error {
	readonly problem: Problem;
	/** Seconds the server asks to wait; null when it does not. */
	readonly retryAfterS: number | null;

	constructor(problem: Problem, retryAfterS: number | null = null) {
		super(problem.detail);
		this.name = 'ApiError';
		this.problem = problem;
		this.retryAfterS = retryAfterS;
	}

	/** The message for one field of the input, if that is what was refused. */
	fieldError(path: string): string | null {
		return this.problem.errors?.find((error) => error.path === path)?.message ?? null;
	}
}

export interface ApiCall {
	method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	body?: unknown;
	signal?: AbortSignal;
	/** SvelteKit's own fetch, inside `load`. */
	fetch?: Fetch;
}

/** Calls `path` and answers its JSON, or undefined for 204. Throws ApiError. */
export async function api<T>(path: string, call: ApiCall = {}): Promise<T> {
	const response = await send(path, call);
	if (!response.ok) throw new ApiError(await problemOf(response), retryAfter(response));
	const text = await response.text();
	return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Any thrown thing as words; what is not an ApiError is a fault of the page itself. */
export function wordsOf(error: unknown): string {
	return error instanceof Error ? error.message : 'Something failed without saying why.';
}

async function send(
	path: string,
	{ method = 'GET', body, signal, fetch: ask = fetch }: ApiCall
): Promise<Response> {
	try {
		return await ask(path, {
			method,
			...(signal ? { signal } : {}),
			headers: {
				accept: 'application/json',
				...(body === undefined ? {} : { 'content-type': 'application/json' })
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
	} catch (error) {
		if (signal?.aborted) throw error;
		throw new ApiError(
			problem(503, 'unavailable', 'The server does not answer. It may be restarting, or the network is down.')
		);
	}
}

async function problemOf(response: Response): Promise<Problem> {
	try {
		const body = (await response.json()) as Partial<Problem> & { message?: string };
		if (body.detail && body.code) return body as Problem;
		if (body.message) return problem(response.status, codeFor(response.status), body.message);
	} catch {
		// Not JSON: a proxy's page, most likely.
	}
	return problem(
		response.status,
		codeFor(response.status),
		`The server answered ${response.status} without saying why.`
	);
}

function codeFor(status: number): Problem['code'] {
	if (status === 401) return 'unauthenticated';
	if (status === 403) return 'forbidden';
	if (status === 404) return 'not_found';
	if (status === 429) return 'rate_limited';
	return status >= 500 ? 'unavailable' : 'invalid_input';
}

function problem(status: number, code: Problem['code'], detail: string): Problem {
	return { type: `about:blank#${code}`, title: 'Error', status, detail, code };
}

function retryAfter(response: Response): number | null {
	const seconds = Number(response.headers.get('retry-after') ?? response.headers.get('x-retry-after') ?? NaN);
	return Number.isFinite(seconds) ? seconds : null;
}
