// Lets a message that was set aside take effect, now.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.messages.retry(event.params.id ?? '')
);
