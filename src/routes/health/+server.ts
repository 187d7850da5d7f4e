// Whether the server is well, for people and for monitors: open without signing in.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'public' }, ({ services }) =>
	services.health.respond(services.health.report())
);
