// What moves, remembered from frame to frame: regions become things, things that never travel or explain nothing are not told.
import type { Division } from './divide.ts';
import { areaOf, grownBy, joined, moved, overlapArea, type Rect } from './rect.ts';

/** A region of the picture that differs from its background. */
export interface Sighting {
	rect: Rect;
	/** Of the region it was seen as, counted from 1. */
	number: number;
	/** Parts of one region that go different ways are of different things. */
	partOf: number | null;
	/** Cells that differ, and how many of them strongly. */
	cells: number;
	strong: number;
	/** Seeds of the flow on it. */
	seeds: number;
	/** Whether all of it may be shadow: it continues a thing but begins none. */
	shade: boolean;
}

/** The median motion of the seeds that lie in one rectangle and none of the others, cells a second; null without enough. */
export type FlowWithin = (rect: Rect, others: readonly Rect[]) => { x: number; y: number } | null;

/** Divides a sighting among the places of things. */
export type Divide = (sighting: Sighting, places: Rect[]) => Division;

export interface Thing {
	/** In cells, as last seen. */
	rect: Rect;
	/** Cells a second. */
	velocity: { x: number; y: number };
	firstAt: number;
	seenAt: number;
	/** When it last moved. */
	movedAt: number;
	hits: number;
	/** Looks with seeds on it. */
	supported: number;
	/** Where it was first seen. */
	began: Rect;
	/** Where its middle was first, and how far from there it has been, cells. */
	origin: { x: number; y: number };
	travel: number;
	/** Its middle, smoothed, and the way that has gone: what sways goes far and gets nowhere. */
	middle: { x: number; y: number };
	way: number;
	/** Whether it has gone far enough to be told; then it is told while it is seen. */
	confirmed: boolean;
	/** When it was last told. */
	toldAt: number;
	/** Share of its cells that differ strongly, lately. */
	strength: number;
	/** Share of its looks, lately, in which all of it may have been shadow. */
	shade: number;
	/** Looks that saw it apart from others, and the last of them. */
	apartHits: number;
	apartAt: number;
}

/** Regions smaller than this are noise, cells. */
const LEAST_CELLS = 10;
/** A thing unseen this long is gone, s. */
const GONE_S = 0.5;
/** Overlap, of the smaller one, from which a region may be a thing. */
const TOUCH = 0.45;
/** Followed for so long, s, a thing keeps its size when it runs together with another. */
const SETTLED_S = 1;
/** Parts of one thing lie this near, cells, or above each other. */
const PART_GAP = 3;
/** A thing not seen apart from others for so long, s, is none. */
const CROWDED_S = 12;
/** A region this many times as large as the thing in it, seen apart this lately (s), holds something else too. */
const OUTGROWN = 2;
const OUTGROWN_S = 0.9;
/** A look moves a thing by at most this share of its size from where it is expected. */
const MOST_SHIFT = 0.3;
/** So much of it inside an older and larger thing, it is likely a part of that. */
const WITHIN = 0.3;
/** In company a thing grows by at most this factor a look: what it touches must not become it. */
const CROWD_GROWTH = 1.02;
/** Of a thing's place so much must differ for it to be there. */
const LEAST_SHARE = 0.08;
/** So much of a velocity the flow corrects in a look. */
const STEERED = 0.25;
const VELOCITY_GAIN = { apart: 0.45, crowded: 0.15 };

export class Things {
	private all: Thing[] = [];
	/** Things that the last look gave up. */
	gone: Thing[] = [];

	get known(): readonly Thing[] {
		return this.all;
	}

	/** A moment at which nothing can be seen: all stay as they are. */
	hold(at: number): void {
		for (const thing of this.all) {
			thing.seenAt = at;
			thing.apartAt = at;
		}
	}

	remove(thing: Thing): void {
		this.all = this.all.filter((other) => other !== thing);
	}

	/** Takes a look's regions. Times in ms. */
	update(at: number, sightings: readonly Sighting[], divide: Divide, flowWithin: FlowWithin): void {
		const places = this.all.map((thing) => predict(thing, at));
		const large = sightings.filter(({ cells }) => cells >= LEAST_CELLS);
		const small = sightings.filter(({ cells }) => cells < LEAST_CELLS);
		const owners = large.map(({ rect }) => this.ownersOf(rect, places));
		const parts = this.all.map((): Sighting[] => []);
		const fresh: Sighting[] = [];
		large.forEach((sighting, k) => {
			const mine = this.rivals(owners[k]!, at);
			if (mine.length === 0) fresh.push(sighting);
			else if (mine.length === 1 && !this.outgrows(sighting, mine[0]!, places, at))
				parts[mine[0]!]!.push(sighting);
			else fresh.push(...this.share(sighting, mine, places, at, divide, flowWithin));
		});
		this.all.forEach((thing, k) => {
			if (thing.seenAt === at) return;
			const [main, ...others] = parts[k]!.sort(
				(a, b) => closeness(b.rect, places[k]!) - closeness(a.rect, places[k]!)
			);
			if (!main) return;
			const whole = wholeOf(main, [...others, ...small], places[k]!);
			for (const other of others) if (!whole.taken.includes(other)) fresh.push(other);
			const { rect } = whole.sighting;
			const within = this.all.some(
				(other, j) =>
					j !== k &&
					areaOf(places[j]!) > areaOf(rect) &&
					other.firstAt <= thing.firstAt &&
					overlapArea(places[j]!, rect) > WITHIN * areaOf(rect)
			);
			follow(thing, rect, whole.sighting, at, !within);
		});
		this.gone = this.all.filter((thing) => at - thing.seenAt > GONE_S * 1000);
		this.all = this.all.filter(
			(thing) => at - thing.seenAt <= GONE_S * 1000 && !this.isCrowdedOut(thing, at)
		);
		for (const sighting of fresh)
			if (sighting.seeds > 0 && !sighting.shade) this.all.push(born(sighting, at));
		this.mergeDoubles();
	}

	private ownersOf(rect: Rect, places: Rect[]): number[] {
		return places.flatMap((place, k) =>
			overlapArea(rect, place) > TOUCH * Math.min(areaOf(rect), areaOf(place)) ? [k] : []
		);
	}

	/** Of several things in one region those that were followed long enough apart; the oldest where none was. */
	private rivals(owners: number[], at: number): number[] {
		if (owners.length < 2) return owners;
		const settled = owners.filter((k) => {
			const { firstAt, apartHits } = this.all[k]!;
			return apartHits >= 4 && at - firstAt >= SETTLED_S * 1000;
		});
		if (settled.length > 0) return settled;
		return [owners.reduce((a, b) => (this.all[a]!.firstAt <= this.all[b]!.firstAt ? a : b))];
	}

	/** Whether a region is suddenly much larger than the settled thing in it: something else came up to it. */
	private outgrows(sighting: Sighting, owner: number, places: Rect[], at: number): boolean {
		const { firstAt, hits, apartAt } = this.all[owner]!;
		if (hits < 4 || at - firstAt < SETTLED_S * 1000 || at - apartAt > OUTGROWN_S * 1000) return false;
		return areaOf(sighting.rect) > OUTGROWN * areaOf(places[owner]!);
	}

	/** Follows each thing in a region they share; returns what is left of it where that may be another thing. */
	private share(
		sighting: Sighting,
		owners: number[],
		places: Rect[],
		at: number,
		divide: Divide,
		flowWithin: FlowWithin
	): Sighting[] {
		const { shares, rest } = divide(
			sighting,
			owners.map((k) => places[k]!)
		);
		owners.forEach((k, i) => {
			const share = shares[i];
			if (!share || this.all[k]!.seenAt === at || share.cells < LEAST_SHARE * areaOf(places[k]!)) return;
			const others = owners.filter((other) => other !== k).map((other) => places[other]!);
			const rect = aligned(places[k]!, share.rect, rest ? [...others, rest.rect] : others);
			follow(this.all[k]!, rect, { ...sighting, rect, cells: share.cells }, at, false);
			steer(this.all[k]!, flowWithin(places[k]!, others));
		});
		if (!rest || rest.cells < LEAST_CELLS) return [];
		return [{ ...sighting, rect: rest.rect, cells: rest.cells }];
	}

	/** Long in one region with an older thing. */
	private isCrowdedOut(thing: Thing, at: number): boolean {
		if (at - thing.apartAt <= CROWDED_S * 1000) return false;
		return this.all.some(
			(other) => other.firstAt < thing.firstAt && overlapArea(other.rect, grownBy(thing.rect, 2)) > 0
		);
	}

	/** Two things in one place are one: the older stays. */
	private mergeDoubles(): void {
		const kept: Thing[] = [];
		for (const thing of [...this.all].sort((a, b) => a.firstAt - b.firstAt)) {
			const settled = thing.seenAt - thing.firstAt >= SETTLED_S * 1000;
			const double = kept.some(({ rect }) => {
				const overlap = overlapArea(rect, thing.rect);
				return settled
					? overlap > 0.7 * Math.max(areaOf(rect), areaOf(thing.rect))
					: overlap > 0.7 * Math.min(areaOf(rect), areaOf(thing.rect));
			});
			if (!double) kept.push(thing);
		}
		this.all = kept;
	}
}

function predict(thing: Thing, at: number): Rect {
	const dt = (at - thing.seenAt) / 1000;
	return moved(thing.rect, thing.velocity.x * dt, thing.velocity.y * dt);
}

function closeness(rect: Rect, place: Rect): number {
	return overlapArea(rect, place) / (areaOf(rect) + areaOf(place));
}

/** A thing's main region with those of its other regions that can be parts of it. */
function wholeOf(main: Sighting, others: Sighting[], place: Rect): { sighting: Sighting; taken: Sighting[] } {
	let sighting = main;
	const taken: Sighting[] = [];
	for (const other of others) {
		if (main.partOf !== null && other.partOf === main.partOf) continue;
		if (!isPart(other.rect, sighting.rect, place)) continue;
		taken.push(other);
		sighting = {
			rect: joined(sighting.rect, other.rect),
			cells: sighting.cells + other.cells,
			strong: sighting.strong + other.strong,
			number: sighting.number,
			partOf: sighting.partOf,
			seeds: sighting.seeds + other.seeds,
			shade: sighting.shade && other.shade
		};
	}
	return { sighting, taken };
}

function isPart(part: Rect, whole: Rect, place: Rect): boolean {
	if (overlapArea(part, place) < 0.6 * areaOf(part)) return false;
	const gapX = Math.max(part.left - whole.right, whole.left - part.right);
	const gapY = Math.max(part.top - whole.bottom, whole.top - part.bottom);
	const across = Math.min(part.right, whole.right) - Math.max(part.left, whole.left);
	const above = across > 0.4 * Math.min(part.right - part.left, whole.right - whole.left);
	return gapX <= 0 && gapY <= (above ? PART_GAP * 2 : 0);
}

/**
 * A thing's expected place, moved to where its edges are that are not hidden by others:
 *
 *     ┌──────┐            this edge is free ▸│      │ this one is another's
 *     │  a ┌─┼────┐
 *     └────┼─┘ b  │
 *          └──────┘
 */
function aligned(place: Rect, seen: Rect, others: Rect[]): Rect {
	const [x, y] = [(seen.left + seen.right) / 2, (seen.top + seen.bottom) / 2];
	const isFree = (px: number, py: number) =>
		!others.some(
			({ left, top, right, bottom }) => px > left - 1 && px < right + 1 && py > top - 1 && py < bottom + 1
		);
	const across = spanOf(
		place.left,
		place.right,
		seen.left,
		seen.right,
		isFree(seen.left, y),
		isFree(seen.right, y)
	);
	const down = spanOf(
		place.top,
		place.bottom,
		seen.top,
		seen.bottom,
		isFree(x, seen.top),
		isFree(x, seen.bottom)
	);
	return { left: across.from, right: across.to, top: down.from, bottom: down.to };
}

/** One side of a thing: as seen where both ends are free, as long as it was where one is, as expected where none is. */
function spanOf(
	from: number,
	to: number,
	seenFrom: number,
	seenTo: number,
	fromFree: boolean,
	toFree: boolean
) {
	if (fromFree && toFree) {
		const middle = (seenFrom + seenTo) / 2;
		const half = Math.min(seenTo - seenFrom, CROWD_GROWTH * (to - from)) / 2;
		return { from: middle - half, to: middle + half };
	}
	const wanted = fromFree ? seenFrom - from : toFree ? seenTo - to : 0;
	const most = MOST_SHIFT * (to - from);
	const shift = Math.max(-most, Math.min(most, wanted));
	return { from: from + shift, to: to + shift };
}

function follow(
	thing: Thing,
	rect: Rect,
	{ cells, strong, seeds, shade }: Sighting,
	at: number,
	apart: boolean
): void {
	const dt = Math.max(0.01, (at - thing.seenAt) / 1000);
	const [from, to] = [middleOf(thing.rect), middleOf(rect)];
	const gain = thing.hits < 3 ? 0.6 : apart ? VELOCITY_GAIN.apart : VELOCITY_GAIN.crowded;
	{
		thing.velocity.x += gain * ((to.x - from.x) / dt - thing.velocity.x);
		thing.velocity.y += gain * ((to.y - from.y) / dt - thing.velocity.y);
	}
	thing.rect = rect;
	if (apart) {
		thing.apartAt = at;
		thing.apartHits++;
	}
	thing.seenAt = at;
	thing.hits++;
	if (seeds > 0) {
		thing.movedAt = at;
		thing.supported++;
	}
	const dx = 0.4 * (to.x - thing.middle.x);
	const dy = 0.4 * (to.y - thing.middle.y);
	thing.middle = { x: thing.middle.x + dx, y: thing.middle.y + dy };
	thing.way += Math.hypot(dx, dy);
	thing.travel = Math.max(thing.travel, Math.hypot(to.x - thing.origin.x, to.y - thing.origin.y));
	thing.shade += 0.2 * ((shade ? 1 : 0) - thing.shade);
	thing.strength += 0.2 * (strong / Math.max(1, cells) - thing.strength);
}

/** In company the flow tells better than the outline where a thing goes. */
function steer({ velocity }: Thing, flow: { x: number; y: number } | null): void {
	if (flow === null) return;
	velocity.x += STEERED * (flow.x - velocity.x);
	velocity.y += STEERED * (flow.y - velocity.y);
}

function born({ rect, cells, strong }: Sighting, at: number): Thing {
	return {
		rect,
		velocity: { x: 0, y: 0 },
		firstAt: at,
		seenAt: at,
		movedAt: at,
		hits: 1,
		supported: 1,
		began: rect,
		origin: middleOf(rect),
		travel: 0,
		middle: middleOf(rect),
		way: 0,
		confirmed: false,
		toldAt: -Infinity,
		strength: strong / Math.max(1, cells),
		shade: 0,
		apartHits: 1,
		apartAt: at
	};
}

function middleOf({ left, top, right, bottom }: Rect): { x: number; y: number } {
	return { x: (left + right) / 2, y: (top + bottom) / 2 };
}
