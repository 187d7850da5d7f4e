// First-run set-up: whether it is needed, and the first administrator.
import { setupInput } from '#lib/contracts/account.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'public' }, async ({ services }) => ({
	needed: await services.auth.setup.needed()
}));

export const POST = endpoint(
	{ role: 'public', body: setupInput, status: 201 },
	({ event, services, body }) => {
		services.auth.refuseUnknownHost(event.request);
		return services.auth.setup.create(body);
	}
);
