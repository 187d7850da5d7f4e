// The offline basemap as a MapLibre style: land, water, borders, names and a net, in greys of the theme. It carries no hue.
import type { GeoJSONSourceSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import type { World } from './world.ts';

/** The greys of the basemap, as CSS for both themes. */
export const MAP_TOKENS = {
	water: 'light-dark(oklch(.885 .006 250), oklch(.140 .005 250))',
	land: 'light-dark(oklch(.968 .002 250), oklch(.212 .004 250))',
	coast: 'light-dark(oklch(.800 .006 250), oklch(.300 .004 250))',
	border: 'light-dark(oklch(.720 .004 250), oklch(.360 .004 250))',
	net: 'light-dark(oklch(.875 .004 250), oklch(.262 .004 250))',
	text: 'light-dark(oklch(.470 .006 250), oklch(.680 .006 250))',
	faint: 'light-dark(oklch(.560 .006 250), oklch(.560 .006 250))'
} as const;
export type MapColours = Record<keyof typeof MAP_TOKENS, string>;

/** Sources of the offline style, by name. */
export const NET_SOURCE = 'net';
const FONT = ['IBM Plex Sans'];
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

export function offlineStyle(
	world: World,
	places: FeatureCollection,
	colours: MapColours
): StyleSpecification {
	return {
		version: 8,
		// Names are drawn by the browser from the product's own font: there is no glyph server to ask.
		'font-faces': { 'IBM Plex Sans': '/fonts/ibm-plex-sans-latin-standard-normal.woff2' },
		sources: {
			land: source(world.land, 10, 1),
			borders: source(world.borders, 10, 1),
			countries: source(world.countries, 8),
			places: source(places, 10),
			[NET_SOURCE]: source(EMPTY, 18)
		},
		layers: [...ground(colours), ...names(colours)]
	};
}

/** `tolerance` in pixels of a tile: outlines keep their shape to a pixel, which keeps a continent within one draw call. */
const source = (data: FeatureCollection, maxzoom: number, tolerance = 0.3): GeoJSONSourceSpecification => ({
	type: 'geojson',
	data,
	maxzoom,
	tolerance
});

function ground(colours: MapColours): LayerSpecification[] {
	return [
		{ id: 'water', type: 'background', paint: { 'background-color': colours.water } },
		{
			id: 'land',
			type: 'fill',
			source: 'land',
			paint: { 'fill-color': colours.land, 'fill-antialias': false }
		},
		{
			id: 'net',
			type: 'line',
			source: NET_SOURCE,
			paint: {
				'line-color': colours.net,
				'line-width': ['case', ['get', 'major'], 1.4, 0.6],
				'line-opacity': 0.8
			}
		},
		{
			id: 'coast',
			type: 'line',
			source: 'land',
			paint: {
				'line-color': colours.coast,
				'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.5, 8, 1.2]
			}
		},
		{
			id: 'borders',
			type: 'line',
			source: 'borders',
			paint: {
				'line-color': colours.border,
				'line-width': ['interpolate', ['linear'], ['zoom'], 1, 0.5, 8, 1.4],
				'line-dasharray': [3, 2]
			}
		}
	];
}

function names(colours: MapColours): LayerSpecification[] {
	const halo = { 'text-halo-color': colours.land, 'text-halo-width': 1.2 };
	return [
		{
			id: 'places-dot',
			type: 'circle',
			source: 'places',
			filter: ['<=', ['get', 'zoom'], ['zoom']],
			minzoom: 4,
			paint: {
				'circle-radius': ['interpolate', ['linear'], ['zoom'], 4, 1.3, 12, 3],
				'circle-color': colours.text,
				'circle-stroke-color': colours.land,
				'circle-stroke-width': 1
			}
		},
		{
			id: 'places',
			type: 'symbol',
			source: 'places',
			filter: ['<=', ['get', 'zoom'], ['zoom']],
			layout: {
				'text-field': ['get', 'name'],
				'text-font': FONT,
				'text-size': ['interpolate', ['linear'], ['zoom'], 3, 10.5, 12, 13],
				'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
				'text-radial-offset': 0.5,
				'text-padding': 6,
				'symbol-sort-key': ['-', 0, ['get', 'population']]
			},
			paint: { 'text-color': colours.text, ...halo }
		},
		{
			id: 'countries',
			type: 'symbol',
			source: 'countries',
			maxzoom: 7,
			filter: ['<=', ['get', 'rank'], ['-', ['zoom'], 0.5]],
			layout: {
				'text-field': ['upcase', ['get', 'name']],
				'text-font': FONT,
				'text-size': ['interpolate', ['linear'], ['zoom'], 1, 9.5, 6, 13],
				'text-letter-spacing': 0.12,
				'text-max-width': 7,
				'symbol-sort-key': ['get', 'rank']
			},
			paint: { 'text-color': colours.faint, ...halo }
		}
	];
}
