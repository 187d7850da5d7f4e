// One user: read, change, remove.
import { userPatch } from '#lib/contracts/account.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.auth.users.get(event.params.id ?? '')
);

export const PATCH = endpoint({ role: 'admin', body: userPatch }, ({ event, services, body }) =>
	services.auth.users.update(event.params.id ?? '', body)
);

export const DELETE = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.auth.users.remove(event.params.id ?? '')
);
