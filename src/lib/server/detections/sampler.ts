// Which of the objects on a stream's frames are stored, and with which pictures: pure but for what it remembers.
import type { TrackedObject } from '#lib/contracts/detection.ts';

/** A frame as far as choosing goes. */
export interface SeenFrame {
	runId: string;
	/** ms since the epoch. */
	capturedAt: number;
	objects: readonly TrackedObject[];
}

/** An object to be stored as it was on a frame. */
export interface Sighting {
	object: TrackedObject;
	runId: string;
	at: number;
	/** Whether it is stored for the first time in its run. */
	first: boolean;
}

export interface Choice {
	sightings: Sighting[];
	/** Whether this frame is kept as the picture of those of them that are on it. */
	pictured: boolean;
}

export interface SamplerLimits {
	/** An object that stays is stored again after this. */
	repeatMs: number;
	/** Pictures come no closer than this. */
	pictureMs: number;
	rowsPerDay: number;
	picturesPerDay: number;
	/** Beyond a day's rows: a moment at most this often, with so many objects. */
	thinnedMs: number;
	thinnedObjects: number;
}

export const LIMITS: SamplerLimits = {
	repeatMs: 10_000,
	pictureMs: 1000,
	rowsPerDay: 20_000,
	picturesPerDay: 2000,
	thinnedMs: 60_000,
	thinnedObjects: 10
};

export interface Sampler {
	/** What is to be stored now that this frame came. */
	frame(frame: SeenFrame): Choice;
	/** What waited for a picture and has none to wait for any more: no frame came for two seconds. */
	overdue(now: number): Sighting[];
	/** Rows that are stored already of the day that `at` lies in. */
	stored(at: number, rows: number): void;
	/** Sightings that a day's limit kept from being stored. */
	readonly thinned: number;
}

const DAY_MS = 86_400_000;
const MAX_TRACKS = 2000;

/**
 * A new object is stored with the next picture there may be, a second later at most, and as it stands then; one that is gone
 * by then is stored as it was, without a picture.
 */
export function createSampler(limits: SamplerLimits = LIMITS): Sampler {
	/** When each track was stored last. */
	const tracks = new Map<number, number>();
	const waiting = new Map<number, Sighting>();
	let runId = '';
	let pictureAt = -Infinity;
	let momentAt = -Infinity;
	let waitedSince = Infinity;
	let day = NaN;
	let rows = 0;
	let pictures = 0;
	let thinned = 0;

	function turn(at: number): void {
		const today = Math.floor(at / DAY_MS);
		if (today === day) return;
		day = today;
		rows = pictures = 0;
	}

	function note(frame: SeenFrame): void {
		for (const object of frame.objects) {
			const { trackId } = object;
			const storedAt = tracks.get(trackId);
			const isDue = storedAt === undefined || frame.capturedAt - storedAt >= limits.repeatMs;
			if (!object.seen || !isDue) continue;
			if (waiting.size === 0) waitedSince = frame.capturedAt;
			const first = storedAt === undefined;
			waiting.set(trackId, { object, runId: frame.runId, at: frame.capturedAt, first });
		}
	}

	function take(at: number): Sighting[] {
		const all = [...waiting.values()];
		waiting.clear();
		waitedSince = Infinity;
		for (const { object, at: seenAt } of all) {
			tracks.delete(object.trackId);
			tracks.set(object.trackId, seenAt);
		}
		while (tracks.size > MAX_TRACKS) tracks.delete(tracks.keys().next().value!);
		const kept = withinDay(all, at);
		rows += kept.length;
		thinned += all.length - kept.length;
		return kept;
	}

	function withinDay(all: Sighting[], at: number): Sighting[] {
		if (rows + all.length <= limits.rowsPerDay) return all;
		if (at - momentAt < limits.thinnedMs) return [];
		momentAt = at;
		return all.slice(0, limits.thinnedObjects);
	}

	return {
		frame(frame) {
			if (frame.runId !== runId) {
				runId = frame.runId;
				tracks.clear();
			}
			const at = frame.capturedAt;
			turn(at);
			note(frame);
			if (waiting.size === 0) return { sightings: [], pictured: false };
			// A clock set back opens the gate at once.
			const isOpen = at - pictureAt >= limits.pictureMs || at < pictureAt;
			if (!isOpen) return { sightings: [], pictured: false };
			pictureAt = at;
			const sightings = take(at);
			const pictured = sightings.some((one) => one.at === at) && pictures < limits.picturesPerDay;
			if (pictured) pictures++;
			return { sightings, pictured };
		},
		overdue(now) {
			if (now - waitedSince < 2 * limits.pictureMs) return [];
			turn(now);
			return take(now);
		},
		stored(at, count) {
			turn(at);
			rows += count;
		},
		get thinned() {
			return thinned;
		}
	};
}
