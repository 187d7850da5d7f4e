// One API key: revoke.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const DELETE = endpoint({ role: 'viewer' }, ({ event, services, identity }) =>
	services.auth.keys.revoke(identity, event.params.id ?? '')
);
