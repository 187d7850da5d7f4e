// Messages that were set aside because nobody could do anything with them.
import { parkedQuery } from '#lib/contracts/event.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'operator', query: parkedQuery }, ({ services, query }) =>
	services.messages.parked(query.limit)
);
