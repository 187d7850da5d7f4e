// Names for a place, to suggest as a camera's location.
import { reverseGeocodeQuery } from '#lib/contracts/geocode.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint(
	{ role: 'viewer', query: reverseGeocodeQuery },
	({ services, query: { lat, lon } }) => services.settings.geocoder.reverse(lat, lon)
);
