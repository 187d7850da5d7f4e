// The delivery log of one channel.
import { deliveriesQuery } from '#lib/contracts/channel.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: deliveriesQuery }, ({ event, services, query }) =>
	services.delivery.ofChannel(event.params.id ?? '', query.limit)
);
