// API keys: list and create.
import { apiKeyInput } from '#lib/contracts/account.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services, identity }) =>
	services.auth.keys.list(identity)
);

export const POST = endpoint(
	{ role: 'viewer', body: apiKeyInput, status: 201 },
	({ services, identity, body }) => services.auth.keys.create(identity, body)
);
