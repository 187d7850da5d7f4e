// The panel with the map: where the streams stand, and what moves there.
import { atOnce, thresholdsOf, type LoosePanel, type Words } from './panels.ts';
import type { Options } from './schema.ts';

/** Where the cameras stand, and what moves there: points over a layer of heat. Both read degrees from labels. */
export function map([title, description]: Words, points: string, heat: string): LoosePanel {
	const location = { mode: 'coords', latitude: 'latitude', longitude: 'longitude' } as const;
	return {
		type: 'geomap',
		title,
		description,
		width: 16,
		targets: [atOnce(points, 'A'), atOnce(heat, 'B')],
		fieldConfig: {
			defaults: { color: { mode: 'thresholds' }, thresholds: thresholdsOf([[null, 'text']]) },
			overrides: [
				{
					matcher: { id: 'byName', options: 'Value #A' },
					properties: [
						{ id: 'displayName', value: 'Connected' },
						{ id: 'color', value: { mode: 'thresholds' } },
						{ id: 'thresholds', value: thresholdsOf([[null, 'red'], [1, 'green']]) } // prettier-ignore
					]
				},
				{
					matcher: { id: 'byName', options: 'Value #B' },
					properties: [
						{ id: 'displayName', value: 'Magnitude' },
						{ id: 'color', value: { mode: 'continuous-BlYlRd' } },
						{ id: 'min', value: 0 }
					]
				}
			]
		},
		options: {
			view: { id: 'fit', allLayers: true, padding: 20, lat: 0, lon: 0, zoom: 15 },
			controls: { showZoom: true, mouseWheelZoom: false, showAttribution: true, showScale: true },
			basemap: { type: 'default', name: 'Basemap', config: {} },
			layers: [
				{
					type: 'heatmap',
					name: 'Magnitude now',
					filterData: { id: 'byRefId', options: 'B' },
					location,
					opacity: 0.7,
					tooltip: false,
					config: { weight: { field: 'Value #B', fixed: 1, min: 0, max: 1 }, radius: 30, blur: 25 }
				},
				{
					type: 'markers',
					name: 'Streams',
					filterData: { id: 'byRefId', options: 'A' },
					location,
					tooltip: true,
					config: { showLegend: true, style: POINT }
				}
			],
			tooltip: { mode: 'details' }
		} satisfies Options['geomap'],
		// Labels are texts, and a geomap wants numbers.
		transformations: [
			{
				id: 'convertFieldType',
				options: {
					fields: {},
					conversions: ['latitude', 'longitude'].map((targetField) => ({
						targetField,
						destinationType: 'number'
					}))
				}
			}
		]
	};
}

const POINT = {
	color: { field: 'Value #A', fixed: 'green' },
	opacity: 0.9,
	size: { fixed: 7, min: 2, max: 15 },
	symbol: { mode: 'fixed', fixed: 'img/icons/marker/circle.svg' },
	symbolAlign: { horizontal: 'center', vertical: 'center' },
	text: { mode: 'field', field: 'stream_name', fixed: '' },
	textConfig: { fontSize: 12, offsetX: 0, offsetY: 14, textAlign: 'center', textBaseline: 'middle' },
	rotation: { mode: 'mod', fixed: 0, min: -360, max: 360 }
};
