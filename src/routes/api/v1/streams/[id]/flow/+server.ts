// What a stream, or one of its zones, showed over time.
import { flowQuery } from '#lib/contracts/facts.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: flowQuery }, async ({ event, services, query }) => {
	const { id } = await services.streams.get(event.params.id ?? '');
	return services.history.read(id, query.zone_id ?? null, query.range);
});
