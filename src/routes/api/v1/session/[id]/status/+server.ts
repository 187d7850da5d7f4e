// How a session is doing; its owner's sign of life.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services, identity }) =>
	services.scenarios.sessions.status(event.params.id ?? '', identity)
);
