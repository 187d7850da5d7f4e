// Finds moving things without a model, from the flow field and the luma: class `moving`.
//
//   luma ─▶ cells ─▶ light changed? ─▶ differs from background ─▶ regions ─┐
//   flow ─▶ seeds that explain the change ────────────────────────────────┴▶ things ─▶ those that travel, as boxes
//
//
// Lengths are cells of the raster, about 320 to the picture's width, and times seconds: the same for every analysed size and rate.
// In a dense crowd regions touch and become one: its boxes are then regions of motion and not single people.
import { MOVING, type BoundingBox, type Detected } from '#lib/contracts/detection.ts';
import type { FlowField } from '../../flow/kernel.ts';
import { Background, COVERED, FREE, PASSED } from './background.ts';
import { Beginning } from './beginning.ts';
import { divide } from './divide.ts';
import { isGhost } from './ghost.ts';
import { isSwitch, LightSteps } from './light.ts';
import { confidenceOf, isConfirmed, isTold } from './judgement.ts';
import { partRegions } from './part.ts';
import { rasterOf, shrink, type Raster } from './raster.ts';
import { findRegions } from './regions.ts';
import { Restlessness } from './restlessness.ts';
import { SeedFinder } from './seeds.ts';
import { markLight } from './shadow.ts';
import { flowWithin, isSteady, sightings } from './sightings.ts';
import { Things, type Thing } from './things.ts';

export interface MovingFrame {
	/** ms since the epoch. */
	capturedAt: number;
	width: number;
	height: number;
	/** The luma plane, and whatever follows it. */
	data: Uint8Array;
	field: FlowField;
}

/** After the light changed, this long nothing is told, s. */
const SETTLE_S = 0.8;
/** Learning is this much faster meanwhile. */
const SETTLE_SPEED = 6;
/** More of the picture than this differs: not things, another picture. Less is enough while the whole light changes. */
const MOST_DIFFERENT = { ever: 0.5, switched: 0.08 };
/** A thing that stands still is told this long, s, then it is part of the place. */
const ABSORB_S = 20;
/** Standing this long, s, it may be what was uncovered when something left. */
const GHOST_S = 0.7;
/** Things this fast do not stand, cells a second. */
const MOVING_SPEED = 6;
/** What stands and has travelled less than this share of its size never was a thing. */
const STAYED = 0.8;
/** What goes and has travelled less than this share of its size got nowhere. */
const IDLE = 1.5;
/** Around things the background learns nothing, cells. */
const MARGIN = 2;

export class MovingDetector {
	private size = '';
	private state!: State;

	/** The moving things on a frame, in order of time; those of a light that changes are none. */
	look(frame: MovingFrame): Detected[] {
		const { width, height } = frame;
		const size = `${width}x${height}`;
		if (size !== this.size) {
			this.size = size;
			this.state = createState(width, height);
		}
		const { state } = this;
		const { luma, at } = begin(state, frame);
		if (state.background.isEmpty) return start(state, luma, at);
		const dt = Math.max(0.001, Math.min(2, (at - state.at) / 1000));
		const seeds = state.finder.find(frame.field, luma, state.luma, width, height, dt);
		const told = see(state, frame.field, seeds, at, dt);
		end(state, luma, at);
		return told;
	}
}

interface State {
	width: number;
	height: number;
	raster: Raster;
	background: Background;
	finder: SeedFinder;
	steps: LightSteps;
	things: Things;
	restlessness: Restlessness;
	picture: Int16Array;
	previous: Int16Array;
	/** The whole luma plane of the frame before. */
	luma: Uint8Array;
	labels: Uint16Array;
	frozen: Uint8Array;
	scratch: Int16Array;
	at: number;
	beginning: Beginning;
	/** Until then nothing is told. */
	settledAt: number;
}

function createState(width: number, height: number): State {
	const raster = rasterOf(width, height);
	const cells = raster.columns * raster.rows;
	return {
		width,
		height,
		raster,
		background: new Background(cells),
		finder: new SeedFinder(),
		steps: new LightSteps(raster),
		things: new Things(),
		restlessness: new Restlessness(raster.columns, raster.rows),
		picture: new Int16Array(cells),
		previous: new Int16Array(cells),
		luma: new Uint8Array(width * height),
		labels: new Uint16Array(cells),
		frozen: new Uint8Array(cells),
		scratch: new Int16Array(cells),
		at: 0,
		beginning: new Beginning(),
		settledAt: 0
	};
}

function begin(
	state: State,
	{ data, width, height, capturedAt }: MovingFrame
): { luma: Uint8Array; at: number } {
	const luma = data.subarray(0, width * height);
	shrink(luma, width, state.raster, state.picture);
	return { luma, at: Math.max(capturedAt, state.at) };
}

function end(state: State, luma: Uint8Array, at: number): void {
	state.luma.set(luma);
	[state.picture, state.previous] = [state.previous, state.picture];
	state.at = at;
}

function start(state: State, luma: Uint8Array, at: number): Detected[] {
	const place = state.beginning.take(state.picture, at);
	if (place !== null) state.background.adopt(place);
	end(state, luma, at);
	return [];
}

function see(state: State, field: FlowField, seeds: Int32Array, at: number, dt: number): Detected[] {
	const { background, picture, previous, frozen, things, raster } = state;
	const switched = isSwitch(picture, previous, state.scratch);
	if (state.steps.measure(picture, previous, at) > 0) state.steps.apply(background.mean);
	const different = background.compare(picture);
	if (different.length > (switched ? MOST_DIFFERENT.switched : MOST_DIFFERENT.ever) * picture.length)
		return settle(state, at, dt);
	if (at < state.settledAt) {
		things.hold(at);
		learn(state, at, dt);
		return [];
	}
	const difference = {
		columns: raster.columns,
		rows: raster.rows,
		picture,
		mean: background.mean,
		mask: background.mask,
		cells: different
	};
	markLight(difference);
	const steady = seeds.filter((point) => isSteady(point, field, state, at));
	const regions = partRegions(
		findRegions(background.mask, different, raster.columns, state.labels),
		background.mask,
		state.labels,
		raster,
		field,
		steady
	);
	things.update(
		at,
		sightings(state, difference, regions, field, steady),
		({ number }, places) => divide(state.labels, raster.columns, regions[number - 1]!, number, places),
		(rect, others) => flowWithin(rect, others, field, steady, raster, dt)
	);
	noteIdlers(state, dt);
	reconsider(state, at);
	for (const thing of things.known) thing.confirmed ||= isConfirmed(thing, state.restlessness, at);
	frozen.fill(FREE);
	for (const thing of things.known) if (thing.confirmed) freeze(thing, raster, frozen);
	learn(state, at, dt);
	const told = things.known.filter((thing) => isTold(thing, raster, at));
	for (const thing of told) thing.toldAt = at;
	return told.map((thing) => detected(thing, state, at));
}

function settle(state: State, at: number, dt: number): Detected[] {
	state.settledAt = at + SETTLE_S * 1000;
	state.things.hold(at);
	state.frozen.fill(FREE);
	learn(state, at, dt);
	return [];
}

function learn(state: State, at: number, dt: number): void {
	state.background.learn(
		state.picture,
		state.previous,
		state.frozen,
		dt,
		at < state.settledAt ? SETTLE_SPEED : 1
	);
}

/** Remembers where things appeared that got nowhere. */
function noteIdlers({ things, restlessness }: State, dt: number): void {
	restlessness.fade(dt);
	for (const { travel, began, rect } of things.gone) {
		if (travel < IDLE * Math.max(rect.right - rect.left, rect.bottom - rect.top)) restlessness.note(began);
	}
}

/** Things that stand: what left a hole where it had stood is no thing, and what stands for long belongs to the place. */
function reconsider(state: State, at: number): void {
	const { things, background, picture, raster } = state;
	for (const thing of things.known) {
		const stillS = (at - thing.movedAt) / 1000;
		const { rect } = thing;
		const stayed = thing.travel < STAYED * Math.max(rect.right - rect.left, rect.bottom - rect.top);
		const ghost = stillS > GHOST_S && (stayed || isGhost(rect, background, picture, raster));
		if (!ghost && stillS <= ABSORB_S) continue;
		const { left, top, right, bottom } = within(thing.rect, raster, 1);
		background.absorb(picture, raster.columns, left, top, right, bottom);
		things.remove(thing);
	}
}

function freeze({ rect, velocity }: Thing, raster: Raster, frozen: Uint8Array): void {
	const cover = Math.hypot(velocity.x, velocity.y) > MOVING_SPEED ? PASSED : COVERED;
	const { left, top, right, bottom } = within(rect, raster, MARGIN);
	for (let row = top; row <= bottom; row++) {
		frozen.fill(cover, row * raster.columns + left, row * raster.columns + right + 1);
	}
}

/** Whole cells, both ends included. */
function within({ left, top, right, bottom }: Thing['rect'], { columns, rows }: Raster, margin: number) {
	return {
		left: Math.max(0, Math.floor(left) - margin),
		top: Math.max(0, Math.floor(top) - margin),
		right: Math.min(columns - 1, Math.ceil(right) - 1 + margin),
		bottom: Math.min(rows - 1, Math.ceil(bottom) - 1 + margin)
	};
}

function detected(thing: Thing, { raster, width, height }: State, at: number): Detected {
	const { rect } = thing;
	const box: BoundingBox = {
		x: (rect.left * raster.cell) / width,
		y: (rect.top * raster.cell) / height,
		width: ((rect.right - rect.left) * raster.cell) / width,
		height: ((rect.bottom - rect.top) * raster.cell) / height
	};
	const confidence = confidenceOf(thing, at);
	return { label: MOVING, confidence, box };
}
