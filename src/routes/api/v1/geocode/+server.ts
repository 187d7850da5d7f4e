// Places by name, from the configured address service.
import { geocodeQuery } from '#lib/contracts/geocode.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: geocodeQuery }, ({ services, query: { q } }) =>
	services.settings.geocoder.search(q)
);
