// The fleet on the map: each placed camera's cone with the colour and strength of what it measures. Pure.
import { HUES_ON_PICTURES, hueIndex } from '#lib/contracts/direction.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { StreamStatusWord } from '#lib/contracts/status.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import { flowDirection, HUES_ON_LIGHT } from '../live/wheel.ts';
import { coneRing, destination, wrapHeading, type LatLon, type Position, type View } from './geo.ts';

export const COLOUR_BY = ['direction', 'magnitude', 'state'] as const;
export type ColourBy = (typeof COLOUR_BY)[number];

/** A camera as the map needs it. */
export interface MapCamera {
	id: string;
	name: string;
	word: StreamStatusWord;
	record: StreamRecord;
	flow: FlowSample | null;
}

export interface PlacedCamera extends LatLon {
	id: string;
	name: string;
	word: StreamStatusWord;
	/** null: only the place is known. */
	view: View | null;
	/** The motion with its direction turned to the compass; null while nothing is measured. */
	flow: Pick<FlowSample, 'direction' | 'coherence' | 'avg'> | null;
}

/** Greys and signal colours of the theme. */
export interface ConeInk {
	quiet: string;
	ink: string;
	state: Record<StreamStatusWord, string>;
	dark: boolean;
}

/** What is drawn of a cone. */
export interface Cone {
	id: string;
	ring: Position[];
	colour: string;
	/** Of the fill, 0..1. */
	opacity: number;
	/** Nothing is measured. */
	dashed: boolean;
}

/** The scale's top is never less than this, px/frame: a still fleet must not look busy. */
const LEAST_TOP = 4;
const FAINTEST = 0.1;
const STRONGEST = 0.6;

/** The cameras that have a place. `offset` is added to every heading, as the settings say. */
export function placedCameras(cameras: readonly MapCamera[], offset: number): PlacedCamera[] {
	return cameras.flatMap(({ id, name, word, record, flow }): PlacedCamera[] => {
		const { latitude, longitude, orientation_deg, view_angle_deg, view_distance_m } = record;
		if (latitude === null || longitude === null) return [];
		const heading = orientation_deg === null ? null : wrapHeading(orientation_deg + offset);
		const view =
			heading === null
				? null
				: { latitude, longitude, heading, angle: view_angle_deg ?? 60, distance: view_distance_m ?? 50 };
		const measured = word === 'connected' ? flow : null;
		return [{ id, name, word, latitude, longitude, view, flow: measured && onCompass(measured, heading) }];
	});
}

/** What goes up in the picture goes away from the camera, along its heading; without one no direction is known. */
function onCompass(flow: FlowSample, heading: number | null): PlacedCamera['flow'] {
	const { avg, coherence, direction } = flow;
	const known = direction !== null && heading !== null;
	return { avg, coherence, direction: known ? wrapHeading(heading + direction) : null };
}

/** The magnitude at which a cone is strongest: the fleet's greatest mean, px/frame. */
export function scaleTop(cameras: readonly PlacedCamera[]): number {
	return cameras.reduce((top, { flow }) => Math.max(top, flow?.avg ?? 0), LEAST_TOP);
}

export function conesOf(cameras: readonly PlacedCamera[], by: ColourBy, ink: ConeInk): Cone[] {
	const top = scaleTop(cameras);
	return cameras.flatMap((camera): Cone[] => {
		if (!camera.view) return [];
		const { id, flow } = camera;
		return [{ id, ring: coneRing(camera.view), dashed: flow === null, ...paint(camera, by, top, ink) }];
	});
}

function paint(
	{ flow, word }: PlacedCamera,
	by: ColourBy,
	top: number,
	ink: ConeInk
): Pick<Cone, 'colour' | 'opacity'> {
	if (by === 'state') return { colour: ink.state[word], opacity: flow ? 0.25 : 0 };
	if (!flow) return { colour: word === 'deactivated' ? ink.quiet : ink.state[word], opacity: 0 };
	const opacity = FAINTEST + (STRONGEST - FAINTEST) * Math.min(1, flow.avg / top);
	if (by === 'magnitude') return { colour: ink.ink, opacity };
	const direction = flowDirection(flow);
	if (direction.kind !== 'towards') return { colour: ink.quiet, opacity: Math.min(opacity, 0.25) };
	const hues = ink.dark ? HUES_ON_PICTURES : HUES_ON_LIGHT;
	return { colour: hues[hueIndex(direction.degrees)] ?? ink.quiet, opacity };
}

/** Where a cone's mark stands: on its axis, a little beyond the middle. */
export function markPlace({ view }: PlacedCamera): Position | null {
	if (!view) return null;
	const { longitude, latitude } = destination(view, view.heading, view.distance * 0.6);
	return [longitude, latitude];
}

/** West, south, east, north of every camera and its cone; null without any. */
export function boundsOf(cameras: readonly PlacedCamera[]): [Position, Position] | null {
	const points = cameras.flatMap((camera): Position[] =>
		camera.view ? coneRing(camera.view) : [[camera.longitude, camera.latitude]]
	);
	if (points.length === 0) return null;
	const longitudes = points.map(([longitude]) => longitude);
	const latitudes = points.map(([, latitude]) => latitude);
	return [
		[Math.min(...longitudes), Math.min(...latitudes)],
		[Math.max(...longitudes), Math.max(...latitudes)]
	];
}
