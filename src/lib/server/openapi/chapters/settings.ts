// The API of the system settings, and of places by name.
import { geocodeQuery, reverseGeocodeQuery } from '#lib/contracts/geocode.ts';
import { list, one, type Chapter } from '../operation.ts';

export const SETTINGS: Chapter = {
	title: 'Settings and places',
	words:
		'What holds for the whole system: previews, retention, addresses of services beside it. Places come from the service configured there.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/settings/system',
			role: 'viewer',
			summary: 'The system settings',
			answer: one('SystemSettings')
		},
		{
			method: 'PUT',
			path: '/api/v1/settings/system',
			role: 'admin',
			summary: 'Save the system settings',
			notes: 'What is left out takes its default. The preview follows at once.',
			body: 'SystemSettingsInput',
			answer: one('SystemSettings')
		},
		{
			method: 'GET',
			path: '/api/v1/geocode',
			role: 'viewer',
			summary: 'Places by name',
			notes: 'From the service configured as `geocoder_url`; 404 where none is.',
			query: geocodeQuery,
			answer: list('Place'),
			problems: ['not_found', 'rate_limited', 'source_unavailable']
		},
		{
			method: 'GET',
			path: '/api/v1/geocode/reverse',
			role: 'viewer',
			summary: 'Names for a place, shortest first',
			query: reverseGeocodeQuery,
			answer: list('Place'),
			problems: ['not_found', 'rate_limited', 'source_unavailable']
		}
	]
};
