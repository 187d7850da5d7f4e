// What became of a stream's activations, newest first.
import { runsQuery } from '#lib/contracts/history.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: runsQuery }, ({ event, services, query: { tail } }) =>
	services.streams.runs(event.params.id ?? '', tail)
);
