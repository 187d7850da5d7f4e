// Failures of the API as the pages tell them.
import { expect, it } from 'vitest';
import { api, ApiError, type Fetch } from './api.ts';

const answering =
	(body: string, init: ResponseInit): Fetch =>
	() =>
		Promise.resolve(new Response(body, init));
const failure = async (call: Promise<unknown>) => {
	const error: unknown = await call.then(
		() => null,
		(reason: unknown) => reason
	);
	if (!(error instanceof ApiError)) throw new Error('expected an ApiError');
	return error;
};

it('answers JSON, and undefined for an empty 204', async () => {
	expect(await api('/x', { fetch: answering('{"a":1}', { status: 200 }) })).toEqual({ a: 1 });
	expect(
		await api('/x', { fetch: () => Promise.resolve(new Response(null, { status: 204 })) })
	).toBeUndefined();
});

it('keeps the problem, its field errors and the wait', async () => {
	const problem = {
		type: 'about:blank#invalid_input',
		title: 'Bad Request',
		status: 400,
		detail: 'fps: too many',
		code: 'invalid_input',
		errors: [{ path: 'fps', message: 'too many' }]
	};
	const error = await failure(
		api('/x', { fetch: answering(JSON.stringify(problem), { status: 400, headers: { 'retry-after': '7' } }) })
	);
	expect([error.message, error.fieldError('fps'), error.fieldError('name'), error.retryAfterS]).toEqual([
		'fps: too many',
		'too many',
		null,
		7
	]);
});

it("takes the sign-in library's own message", async () => {
	const fetch = answering('{"message":"Invalid email or password","code":"X"}', { status: 401 });
	const error = await failure(api('/x', { fetch }));
	expect([error.message, error.problem.code]).toEqual(['Invalid email or password', 'unauthenticated']);
});

it('speaks of the server when the answer is a page or none at all', async () => {
	const page = await failure(api('/x', { fetch: answering('<html>', { status: 502 }) }));
	expect(page.message).toBe('The server answered 502 without saying why.');
	const none = await failure(api('/x', { fetch: () => Promise.reject(new TypeError('fetch failed')) }));
	expect(none.problem.code).toBe('unavailable');
});

it('lets a cancelled call stay a cancellation', async () => {
	const stop = new AbortController();
	stop.abort();
	const call = api('/x', { signal: stop.signal, fetch: () => Promise.reject(stop.signal.reason as Error) });
	await expect(call).rejects.toHaveProperty('name', 'AbortError');
});
