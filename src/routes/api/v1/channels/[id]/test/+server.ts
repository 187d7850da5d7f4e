// Sends a test to one channel, at once.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator' }, ({ event, services }) =>
	services.delivery.test(event.params.id ?? '')
);
