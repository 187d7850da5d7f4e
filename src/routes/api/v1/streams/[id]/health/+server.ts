// How one stream is doing.
import { streamHealth } from '#lib/contracts/status.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) => {
	const stream = await services.streams.get(event.params.id ?? '');
	return streamHealth(stream.name, services.fleet.status(stream.id), Date.now());
});
