// One session: read, which keeps it alive for its owner, and remove.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services, identity }) =>
	services.scenarios.sessions.get(event.params.id ?? '', identity)
);

export const DELETE = endpoint({ role: 'operator' }, ({ event, services }) =>
	services.scenarios.sessions.remove(event.params.id ?? '')
);
