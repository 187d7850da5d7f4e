// Says that somebody looks after an alert.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator' }, ({ event, services, identity }) =>
	services.alerts.acknowledge(event.params.id ?? '', identity.email)
);
