// A temporary stream that ends with its owner.
import { sessionInput } from '#lib/contracts/scenario.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint(
	{ role: 'operator', body: sessionInput, status: 201 },
	({ services, identity, body }) => services.scenarios.sessions.create(body, identity)
);
