// One message that was set aside: forgotten.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const DELETE = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.messages.remove(event.params.id ?? '')
);
