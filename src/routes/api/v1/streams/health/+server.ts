// How every stream is doing, in the registry's order.
import { streamHealth } from '#lib/contracts/status.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, async ({ services }) => {
	const now = Date.now();
	const streams = await services.streams.list();
	return streams.map((stream) => streamHealth(stream.name, services.fleet.status(stream.id), now));
});
