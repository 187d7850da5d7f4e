// The registry: list and add.
import { streamInput, streamsQuery } from '#lib/contracts/stream.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: streamsQuery }, ({ services, query }) =>
	services.streams.list({ ephemeral: query.ephemeral === '1' })
);

export const POST = endpoint(
	{ role: 'admin', body: streamInput, status: 201 },
	({ services, identity, body }) => services.streams.create(body, identity.email)
);
