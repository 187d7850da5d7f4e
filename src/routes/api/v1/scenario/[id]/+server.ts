// One scenario with the history of its states.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services }) =>
	services.scenarios.get(event.params.id ?? '')
);
