// One alert.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services }) =>
	services.alerts.get(event.params.id ?? '')
);
