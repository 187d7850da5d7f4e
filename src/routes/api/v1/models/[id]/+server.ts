// One model: read, remove.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services }) =>
	services.models.get(event.params.id ?? '')
);

export const DELETE = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.models.remove(event.params.id ?? '')
);
