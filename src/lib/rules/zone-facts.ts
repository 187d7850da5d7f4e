// What a zone shows on one frame: the motion in it, the objects standing in it and for how long, the crossings of a line.
import type { BoundingBox } from '#lib/contracts/detection.ts';
import type { Crossings, ZoneFacts, ZoneObjects } from '#lib/contracts/facts.ts';
import { polygonArea, polygonContains, type Point } from '#lib/contracts/geometry.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import { followLine, type LinePath } from './crossing.ts';
import { flowOf, motionOf, type FrameVectors, type Motion } from './motion.ts';

/** An object as facts need it; a TrackedObject is one. */
export interface FactsObject {
	trackId: number;
	label: string;
	confidence: number;
	/** In 0..1 of the frame. */
	box: BoundingBox;
	/** False while the box is predicted: it still stands where it is, but crosses nothing. */
	seen?: boolean;
}

export interface FactsInput extends FrameVectors {
	/** When it was captured, ms since the epoch. */
	at: number;
	objects: readonly FactsObject[];
}

/** A frame made ready for any number of zones. */
export interface FactsFrame {
	at: number;
	motion: Motion;
	objects: readonly FactsObject[];
}

/** What has to be remembered of one zone from frame to frame. A zone that is redrawn gets a new one. */
export interface ZoneMemory {
	/** Which grid cells lie inside: found out when the first vector begins there. */
	cells: { key: string; state: Uint8Array } | null;
	/** Of each object inside, by track. */
	stays: Map<number, Stay>;
	/** The objects inside on the newest frame. */
	inside: Standing[];
	/** Of each object in the picture, by track, how it moves about the line. */
	paths: Map<number, LinePath>;
}

interface Stay {
	enteredAt: number;
	lastAt: number;
}

interface Standing {
	label: string;
	confidence: number;
	stayS: number;
}

/** An object that is away for less than this never left: boxes waver on a zone's edge. */
const STAY_GAP_MS = 1500;
/** A track not seen for so long will not come back under its number. */
const PATH_KEPT_MS = 10_000;
/** Boxes are cut at the picture's edge, and a point on an edge belongs to neither side: it is taken to lie just within. */
const WITHIN = 1e-6;

const INSIDE = 1;
const OUTSIDE = 2;

export function createZoneMemory(): ZoneMemory {
	return { cells: null, stays: new Map(), inside: [], paths: new Map() };
}

export function factsFrame({ at, objects, ...vectors }: FactsInput): FactsFrame {
	return { at, objects, motion: motionOf(vectors) };
}

/**
 * The facts of a zone (null: the whole picture) on this frame, objects of every confidence. Frames are given in order,
 * each once; one that lies before the last is a new beginning for the clock, and stays go on from there.
 */
export function zoneFactsOf(zone: Zone | null, frame: FactsFrame, memory: ZoneMemory): ZoneFacts {
	if (zone?.kind === 'line') {
		const crossings = crossingsOf(zone, frame, memory);
		return { zoneId: zone.id, flow: null, objects: {}, crossings };
	}
	memory.inside = standing(zone, frame, memory.stays);
	return {
		zoneId: zone?.id ?? null,
		flow: zone ? flowInside(zone, frame.motion, memory) : flowOf(frame.motion, frame.motion.total, null),
		objects: byClass(memory.inside),
		crossings: {}
	};
}

/** The same facts with only those objects of the newest frame that the detector was sure enough of. */
export function confidentFacts(facts: ZoneFacts, memory: ZoneMemory, minConfidence: number): ZoneFacts {
	const sure = memory.inside.filter(({ confidence }) => confidence >= minConfidence);
	return sure.length === memory.inside.length ? facts : { ...facts, objects: byClass(sure) };
}

/** Where an object stands: the middle of its box's lower edge, within the picture. */
export function groundPoint({ x, y, width, height }: BoundingBox): Point {
	const within = (value: number) => Math.min(1 - WITHIN, Math.max(WITHIN, value));
	return [within(x + width / 2), within(y + height)];
}

function flowInside(zone: Zone, motion: Motion, memory: ZoneMemory) {
	const key = `${motion.width}x${motion.height}/${motion.gridSize}`;
	if (memory.cells?.key !== key) memory.cells = { key, state: new Uint8Array(motion.cells) };
	const { state } = memory.cells;
	const isInside = (i: number) => {
		const cell = motion.cell[i]!;
		if (!state[cell]) {
			const point: Point = [motion.x[i]! / motion.width, motion.y[i]! / motion.height];
			state[cell] = polygonContains(zone.points, point) ? INSIDE : OUTSIDE;
		}
		return state[cell] === INSIDE;
	};
	// As many grid points as its share of the picture: the grid is even.
	const total = Math.max(1, Math.round(polygonArea(zone.points) * motion.total));
	return flowOf(motion, total, isInside);
}

/** The objects inside now; their stays are brought up to date. */
function standing(zone: Zone | null, { at, objects }: FactsFrame, stays: Map<number, Stay>): Standing[] {
	const inside: Standing[] = [];
	for (const { trackId, label, confidence, box } of objects) {
		if (zone && !polygonContains(zone.points, groundPoint(box))) continue;
		const stay = stays.get(trackId) ?? { enteredAt: at, lastAt: at };
		// A clock set back takes the entry with it, so that no stay is lost and none is negative.
		if (at < stay.lastAt) stay.enteredAt -= stay.lastAt - at;
		stay.lastAt = at;
		stays.set(trackId, stay);
		inside.push({ label, confidence, stayS: (at - stay.enteredAt) / 1000 });
	}
	for (const [trackId, { lastAt }] of stays) if (Math.abs(at - lastAt) > STAY_GAP_MS) stays.delete(trackId);
	return inside;
}

function byClass(inside: readonly Standing[]): Record<string, ZoneObjects> {
	const classes = new Map<string, ZoneObjects>();
	for (const { label, confidence, stayS } of inside) {
		const found = classes.get(label) ?? { count: 0, maxConfidence: 0, longestS: 0 };
		classes.set(label, {
			count: found.count + 1,
			maxConfidence: Math.max(found.maxConfidence, confidence),
			longestS: Math.max(found.longestS, stayS)
		});
	}
	return Object.fromEntries(classes);
}

function crossingsOf(
	{ points }: Zone,
	{ at, objects, motion }: FactsFrame,
	{ paths }: ZoneMemory
): Record<string, Crossings> {
	const [a, b] = points;
	if (!a || !b) return {};
	const classes = new Map<string, Crossings>();
	for (const { trackId, label, box, seen = true } of objects) {
		if (!seen) continue;
		const step = { at, point: groundPoint(box), boxHeight: box.height };
		const { path, crossed } = followLine([a, b], motion.height / motion.width, paths.get(trackId), step);
		paths.set(trackId, path);
		if (!crossed) continue;
		const found = classes.get(label) ?? { in: 0, out: 0 };
		found[crossed]++;
		classes.set(label, found);
	}
	for (const [trackId, path] of paths) if (Math.abs(at - path.at) > PATH_KEPT_MS) paths.delete(trackId);
	return Object.fromEntries(classes);
}
