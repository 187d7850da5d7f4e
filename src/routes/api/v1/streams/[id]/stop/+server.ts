// Alias of deactivate.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator' }, ({ event, services }) =>
	services.streams.setActive(event.params.id ?? '', false)
);
