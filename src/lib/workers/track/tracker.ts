// Follows boxes from look to look (ByteTrack, Zhang et al. 2022): sure boxes first, then unsure ones for what is already followed.
//
//   sure boxes ──▶ tracks by overlap ──▶ what is left: unsure boxes ──▶ what is left: sure boxes near by ──▶ new tracks
//
import type { BoundingBox, Detected, TrackedObject } from '#lib/contracts/detection.ts';
import {
	assignGreedily,
	boxAt,
	boxMotion,
	correctedBox,
	grown,
	intersectionOverUnion,
	predictedBox,
	type BoxMotion
} from './kernel.ts';

export interface TrackerOptions {
	/** Boxes from here up begin tracks; those from `low` up only continue them. 0..1 */
	high: number;
	low: number;
	/** Looks that must have seen a thing before it is told; two are enough once `confirmS` lies between them. */
	confirmHits: number;
	confirmS: number;
	/** Seconds a track lives unseen. */
	lostS: number;
	/** Seconds an unseen thing is told after the first look that missed it. */
	predictedS: number;
	/** Seconds without any look after which nothing is told. */
	blindS: number;
}

export const TRACKER_DEFAULTS: TrackerOptions = {
	high: 0.4,
	low: 0.1,
	confirmHits: 3,
	confirmS: 0.35,
	lostS: 2,
	predictedS: 0.5,
	blindS: 1.5
};

/** More boxes than this in one look are noise; the surest are taken. */
const MAX_BOXES = 300;
/** Least overlap for a sure box, an unsure one, and one near by with both boxes grown. */
const OVERLAP = { sure: 0.15, unsure: 0.3, near: 0.1 };
const NEAR = 0.5;
/** What another label costs of the overlap: a detector that wavers keeps its track, two things side by side their own. */
const LABEL_PENALTY = 0.2;
/** Votes of earlier looks count this much less a look. */
const VOTE_MEMORY = 0.9;

interface Track {
	/** 0 until confirmed. */
	id: number;
	motion: BoxMotion;
	/** As last seen. */
	box: BoundingBox;
	/** ms of the motion's state, of the first look that saw it and of the last. */
	at: number;
	firstAt: number;
	seenAt: number;
	/** When a look first missed it since it was last seen; null while it is seen. */
	missedAt: number | null;
	hits: number;
	confidence: number;
	votes: Map<string, number>;
}

/** One stream's tracks. Times are ms since the epoch and should rise; a step back is taken for none. */
export class Tracker {
	private readonly options: TrackerOptions;
	private tracks: Track[] = [];
	private lastId = 0;

	constructor(options: Partial<TrackerOptions> = {}) {
		this.options = { ...TRACKER_DEFAULTS, ...options };
	}

	/** What a detector saw at a moment; boxes that are none are passed over. Returns the objects of that moment. */
	look(at: number, detections: readonly Detected[]): TrackedObject[] {
		const { high, low } = this.options;
		const boxes = usable(detections);
		const sure = boxes.filter(({ confidence }) => confidence >= high);
		const unsure = boxes.filter(({ confidence }) => confidence >= low && confidence < high);
		for (const track of this.tracks) advance(track, at);

		const known = this.tracks.filter(({ id }) => id > 0);
		const fresh = this.tracks.filter(({ id }) => id === 0);
		const first = this.match(known, sure, at, OVERLAP.sure, 0);
		const second = this.match(first.tracks, unsure, at, OVERLAP.unsure, 0);
		const third = this.match([...second.tracks, ...fresh], first.boxes, at, OVERLAP.sure, 0);
		const fourth = this.match(third.tracks, third.boxes, at, OVERLAP.near, NEAR);
		for (const track of fourth.tracks) track.missedAt ??= at;
		for (const box of fourth.boxes) this.tracks.push(born(box, at));
		this.tracks = this.tracks.filter((track) => this.lives(track, at));
		for (const track of this.tracks) this.confirm(track);
		return this.objects(at);
	}

	/** The objects of a moment that no detector looks at: predicted. */
	between(at: number): TrackedObject[] {
		return this.objects(at);
	}

	/** Gives every box at most one track and the reverse; returns what is left of both. */
	private match(tracks: Track[], boxes: Detected[], at: number, least: number, margin: number) {
		if (tracks.length === 0 || boxes.length === 0) return { tracks, boxes };
		const places = boxes.map(({ box }) => (margin > 0 ? grown(box, margin) : box));
		const scores = tracks.map((track) => {
			const place = margin > 0 ? grown(boxAt(track.motion), margin) : boxAt(track.motion);
			const label = labelOf(track);
			return boxes.map(
				(one, k) => intersectionOverUnion(place, places[k]!) - (one.label === label ? 0 : LABEL_PENALTY)
			);
		});
		const pairs = assignGreedily(scores, least);
		for (const [row, column] of pairs) seen(tracks[row]!, boxes[column]!, at);
		const [rows, columns] = [new Set(pairs.map(([row]) => row)), new Set(pairs.map(([, column]) => column))];
		return {
			tracks: tracks.filter((_, row) => !rows.has(row)),
			boxes: boxes.filter((_, column) => !columns.has(column))
		};
	}

	/** A track that was never confirmed dies of its first miss. */
	private lives(track: Track, at: number): boolean {
		if (track.missedAt === null) return true;
		return track.id > 0 && at - track.seenAt <= this.options.lostS * 1000;
	}

	private confirm(track: Track): void {
		if (track.id > 0 || track.missedAt !== null) return;
		const { confirmHits, confirmS } = this.options;
		const enough = track.hits >= confirmHits;
		if (enough || (track.hits >= 2 && track.seenAt - track.firstAt >= confirmS * 1000))
			track.id = ++this.lastId;
	}

	private objects(at: number): TrackedObject[] {
		return this.tracks
			.filter((track) => isPresent(track, at, this.options))
			.flatMap((track) => {
				const box = inPicture(boxNow(track, at));
				if (box === null) return [];
				return {
					trackId: track.id,
					label: labelOf(track),
					confidence: track.confidence,
					box,
					ageS: Math.max(0, at - track.firstAt) / 1000,
					seen: track.seenAt === at
				};
			});
	}
}

/** Whether a track is told: seen by the last look, or missed but a moment ago. */
function isPresent(
	{ id, missedAt, seenAt }: Track,
	at: number,
	{ blindS, predictedS }: TrackerOptions
): boolean {
	if (id === 0 || at - seenAt > blindS * 1000) return false;
	return missedAt === null || at - missedAt < predictedS * 1000;
}

/** As it was seen where it was seen now; otherwise where it should be. */
function boxNow({ box, seenAt, motion, at: stateAt }: Track, at: number): BoundingBox {
	if (seenAt === at) return box;
	const ahead = Math.max(0, at - stateAt) / 1000;
	return boxAt(ahead > 0 ? predictedBox(motion, ahead) : motion);
}

function advance(track: Track, at: number): void {
	if (at <= track.at) return;
	track.motion = predictedBox(track.motion, (at - track.at) / 1000);
	track.at = at;
}

function born({ box, label, confidence }: Detected, at: number): Track {
	return {
		id: 0,
		motion: boxMotion(box),
		box,
		at,
		firstAt: at,
		seenAt: at,
		missedAt: null,
		hits: 1,
		confidence,
		votes: new Map([[label, confidence]])
	};
}

function seen(track: Track, { box, label, confidence }: Detected, at: number): void {
	track.motion = correctedBox(track.motion, box);
	track.box = box;
	track.seenAt = at;
	track.missedAt = null;
	track.hits++;
	track.confidence = confidence;
	for (const [name, votes] of track.votes) {
		if (votes < 0.01) track.votes.delete(name);
		else track.votes.set(name, votes * VOTE_MEMORY);
	}
	track.votes.set(label, (track.votes.get(label) ?? 0) + confidence);
}

/** The label most looks gave it, weighed by how sure they were. */
function labelOf({ votes }: Track): string {
	let best = '';
	let most = -1;
	for (const [label, count] of votes) {
		if (count > most) [best, most] = [label, count];
	}
	return best;
}

/** Finite boxes with an area and a confidence, the surest of them where there are too many. */
function usable(detections: readonly Detected[]): Detected[] {
	const good = detections.filter(({ box, confidence }) => {
		const numbers = [box.x, box.y, box.width, box.height, confidence];
		return numbers.every(Number.isFinite) && box.width > 0 && box.height > 0;
	});
	if (good.length <= MAX_BOXES) return good;
	return [...good].sort((a, b) => b.confidence - a.confidence).slice(0, MAX_BOXES);
}

/** The part of a box within the picture; null where there is none. */
function inPicture({ x, y, width, height }: BoundingBox): BoundingBox | null {
	const [left, top] = [Math.max(0, x), Math.max(0, y)];
	const [right, bottom] = [Math.min(1, x + width), Math.min(1, y + height)];
	return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}
