// Finding places: towns from the offline list while typing, addresses from the configured service when asked.
import type { Place } from '#lib/contracts/geocode.ts';
import { api } from '../shell/api.ts';
import type { LatLon } from './geo.ts';
import { loadPlaces, placeName, searchPlaces, suggestLabel } from './world.ts';

export type FoundPlace = Place;

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

/** A label for a point: its address where a service is configured and answers, else the nearest town; null far from all. */
export async function labelFor(at: LatLon, addresses: boolean): Promise<string | null> {
	const query = `lat=${at.latitude.toFixed(6)}&lon=${at.longitude.toFixed(6)}`;
	// The suggestion is a convenience: without the service the town is good enough, and nobody is told of the failure.
	const named = addresses ? await api<Place[]>(`/api/v1/geocode/reverse?${query}`).catch(() => []) : [];
	return named[0]?.label ?? suggestLabel(await loadPlaces().catch(() => []), at);
}
