// A stream's zones: list and add.
import { zoneInput } from '#lib/contracts/zone.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services }) =>
	services.rules.zones.list(event.params.id ?? '')
);

export const POST = endpoint(
	{ role: 'operator', body: zoneInput, status: 201 },
	({ event, services, body }) => services.rules.zones.create(event.params.id ?? '', body)
);
