// Better Auth's routes: sign in, sign out, the session, one's own password.
import { endpoint } from '#lib/server/http/endpoint.ts';

const handle = endpoint({ role: 'public' }, ({ event, services }) =>
	services.auth.handle(event.request, event.getClientAddress())
);

export const GET = handle;
export const POST = handle;
