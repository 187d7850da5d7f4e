// Set-up is for a server without people; afterwards it is the sign-in page's turn.
import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	if (locals.identity) redirect(303, '/');
	if (!(await locals.services.auth.setup.needed())) redirect(303, '/login');
};
