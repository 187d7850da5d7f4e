// Tries one delivery again, now.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator' }, ({ event, services }) =>
	services.delivery.retry(event.params.id ?? '', event.params.deliveryId ?? '')
);
