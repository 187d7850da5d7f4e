// Finding places: towns from the offline list while typing, addresses from the configured service when asked.
import { api } from '../shell/api.ts';
import type { LatLon } from './geo.ts';
import { loadPlaces, placeName, searchPlaces } from './world.ts';

export interface FoundPlace extends LatLon {
	label: string;
}

/** Towns whose name begins so. Works without any network beyond this server. */
export async function findTowns(query: string): Promise<FoundPlace[]> {
	const places = searchPlaces(await loadPlaces(), query);
	return places.map((place) => ({
		label: placeName(place),
		latitude: place.latitude,
		longitude: place.longitude
	}));
}

/** Addresses, by the service the settings name. Throws ApiError. */
export async function findAddresses(query: string, signal: AbortSignal): Promise<FoundPlace[]> {
	return api<FoundPlace[]>(`/api/v1/geocode?q=${encodeURIComponent(query)}`, { signal });
}
