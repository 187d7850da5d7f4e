// Tries a failed source at once, instead of when its backoff ends.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator', status: 202 }, async ({ event, services }) => {
	const { id } = await services.streams.get(event.params.id ?? '');
	await services.fleet.retryNow(id);
	return services.fleet.status(id);
});
