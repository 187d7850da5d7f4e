// The registry: list and add.
import { streamInput } from '#lib/contracts/stream.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services }) => services.streams.list());

export const POST = endpoint(
	{ role: 'admin', body: streamInput, status: 201 },
	({ services, identity, body }) => services.streams.create(body, identity.email)
);
