// What the map shows of cameras: the cone being placed with its axis, and the others, grey, for orientation.
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';
import type { Feature, FeatureCollection } from 'geojson';
import { coneHandles, coneRing, type LatLon, type View } from './geo.ts';

export interface OtherCamera extends LatLon {
	name: string;
	/** null: only the place is known. */
	view: View | null;
}

export interface ConeColours {
	accent: string;
	ink: string;
	quiet: string;
	pane: string;
}

const CONE = 'camera-cone';
const OTHERS = 'other-cameras';
const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features });

/** Adds the sources and layers; call at every `style.load`. */
export function addCameraLayers(map: MapLibreMap, colours: ConeColours): void {
	map.addSource(OTHERS, { type: 'geojson', data: collection([]), tolerance: 0.1 });
	// A cone is metres across: no point of its arc may be simplified away.
	map.addSource(CONE, { type: 'geojson', data: collection([]), tolerance: 0 });
	map.addLayer({
		id: 'others-fill',
		type: 'fill',
		source: OTHERS,
		filter: ['==', ['geometry-type'], 'Polygon'],
		paint: { 'fill-color': colours.quiet, 'fill-opacity': 0.14 }
	});
	map.addLayer({
		id: 'others-line',
		type: 'line',
		source: OTHERS,
		filter: ['==', ['geometry-type'], 'Polygon'],
		paint: { 'line-color': colours.quiet, 'line-width': 1, 'line-opacity': 0.7 }
	});
	map.addLayer({
		id: 'others-dot',
		type: 'circle',
		source: OTHERS,
		filter: ['==', ['geometry-type'], 'Point'],
		paint: {
			'circle-radius': 3.5,
			'circle-color': colours.quiet,
			'circle-stroke-color': colours.pane,
			'circle-stroke-width': 1.5
		}
	});
	map.addLayer({
		id: 'cone-fill',
		type: 'fill',
		source: CONE,
		filter: ['==', ['geometry-type'], 'Polygon'],
		paint: { 'fill-color': colours.accent, 'fill-opacity': 0.2 }
	});
	map.addLayer({
		id: 'cone-line',
		type: 'line',
		source: CONE,
		filter: ['==', ['geometry-type'], 'Polygon'],
		layout: { 'line-join': 'round' },
		paint: { 'line-color': colours.accent, 'line-width': 1.5 }
	});
	map.addLayer({
		id: 'cone-axis',
		type: 'line',
		source: CONE,
		filter: ['==', ['geometry-type'], 'LineString'],
		paint: { 'line-color': colours.ink, 'line-width': 1.2, 'line-dasharray': [3, 3] }
	});
}

export function showCone(map: MapLibreMap, view: View | null): void {
	const features: Feature[] = view
		? [
				{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [coneRing(view)] } },
				{
					type: 'Feature',
					properties: {},
					geometry: {
						type: 'LineString',
						coordinates: [[view.longitude, view.latitude], coneHandles(view).axis]
					}
				}
			]
		: [];
	void map.getSource<GeoJSONSource>(CONE)?.setData(collection(features));
}

export function showOthers(map: MapLibreMap, cameras: readonly OtherCamera[]): void {
	const features = cameras.flatMap((camera): Feature[] => [
		...(camera.view
			? [
					{
						type: 'Feature' as const,
						properties: {},
						geometry: { type: 'Polygon' as const, coordinates: [coneRing(camera.view)] }
					}
				]
			: []),
		{
			type: 'Feature',
			properties: { name: camera.name },
			geometry: { type: 'Point', coordinates: [camera.longitude, camera.latitude] }
		}
	]);
	void map.getSource<GeoJSONSource>(OTHERS)?.setData(collection(features));
}

/** The other placed cameras of a registry, as the picker shows them. */
export function otherCameras(
	records: readonly {
		id: string;
		name: string;
		latitude: number | null;
		longitude: number | null;
		orientation_deg: number | null;
		view_angle_deg: number | null;
		view_distance_m: number | null;
	}[],
	exceptId: string | null,
	orientationOffset: number
): OtherCamera[] {
	return records.flatMap((record): OtherCamera[] => {
		const {
			id,
			name,
			latitude,
			longitude,
			orientation_deg: heading,
			view_angle_deg: angle,
			view_distance_m: distance
		} = record;
		if (id === exceptId || latitude === null || longitude === null) return [];
		const place = { latitude, longitude };
		const view =
			heading === null
				? null
				: { ...place, heading: heading + orientationOffset, angle: angle ?? 60, distance: distance ?? 50 };
		return [{ name, ...place, view }];
	});
}
