// What became of one alert on its way to its channels.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services }) =>
	services.delivery.ofAlert(event.params.id ?? '')
);
