// SvelteKit's way in: only delegates to the composition root.
import type { Handle, HandleServerError, ServerInit } from '@sveltejs/kit/hooks';
import { runningApp } from '#lib/server/app/app.ts';
import { handleFailure, handleRequest } from '#lib/server/app/requests.ts';

export const init: ServerInit = async () => {
	await runningApp();
};

export const handle: Handle = async (input) => handleRequest((await runningApp()).services, input);

export const handleError: HandleServerError = async (input) =>
	handleFailure((await runningApp()).services, input);
