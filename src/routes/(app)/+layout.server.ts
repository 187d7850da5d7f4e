// Everything behind the sign-in: who asks, or the way to the sign-in page and back.
import { redirect } from '@sveltejs/kit';
import { signInAddress } from '#lib/components/shell/next.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url, untrack }) => {
	if (!locals.identity)
		redirect(
			303,
			untrack(() => signInAddress(url.pathname + url.search))
		);
	return { identity: locals.identity };
};
