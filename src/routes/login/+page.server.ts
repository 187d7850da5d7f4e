// Who is signed in already has no business here; before the first administrator exists there is nobody to sign in.
import { redirect } from '@sveltejs/kit';
import { safeNext } from '#lib/components/shell/next.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const next = safeNext(url.searchParams.get('next'));
	if (locals.identity) redirect(303, next);
	if (await locals.services.auth.setup.needed()) redirect(303, '/setup');
	return { next };
};
