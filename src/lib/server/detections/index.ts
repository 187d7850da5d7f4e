// The detections room's door: of the objects on live frames some are stored, with annotated pictures, for people to search.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { DetectionRecord, DetectionsQuery } from '#lib/contracts/detection.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';
import { createSampler, LIMITS, type Sampler, type SamplerLimits, type Sighting } from './sampler.ts';
import { createScreenshots, screenshotName } from './screenshots.ts';
import * as store from './store.ts';
import { createWriter } from './writer.ts';

/** Where pictures are that other instances keep, by their paths under DATA_DIR. */
export interface DetectionFiles {
	/** Absolute path of the file, fetched where it is not here. Throws `not_found`, saying why; `keptBy` names who wrote it. */
	ensure(path: string, options: { keptBy: () => Promise<string | null> }): Promise<string>;
}

export interface DetectionsDeps {
	db: store.DetectionsDatabase;
	bus: Bus;
	log: Logger;
	dataDir: string;
	files: DetectionFiles;
	/** The fencing token of a stream that is run here; null of any other. */
	leaseOf(streamId: string): number | null;
	/** Whether there is a journal that tells others what was found. */
	events: boolean;
	/** The frame's JPEG with its objects marked on it. */
	draw(frame: PreviewFrame): Promise<Uint8Array>;
	/** Tests only. */
	limits?: Partial<SamplerLimits>;
}

export interface Detections {
	start(): void;
	/** Newest first. */
	list(query: Partial<DetectionsQuery> & { limit: number }): Promise<DetectionRecord[]>;
	/** One stream's from before a moment, oldest first, beginning after the one that was read last. */
	page(
		streamId: string,
		after: { at: Date; id: string } | null,
		before: Date,
		limit: number
	): Promise<DetectionRecord[]>;
	/** Absolute path of an annotated frame, fetched from where it is. Throws `not_found`, saying why there is none. */
	screenshot(streamId: string, filename: string): Promise<string>;
	/** Removes some rows and pictures from before that time; answers how many, 0 when none are left. */
	prune(before: Date): Promise<number>;
	/** What was not stored, since the start: objects beyond a day's limit, rows and pictures given up. */
	counts(): { thinned: number; rows: number; pictures: number };
	/** Writes what waits of a stream whose run has ended, as far as the database lets it. */
	flush(streamId: string): Promise<void>;
	/** Writes what waits. */
	stop(): Promise<void>;
}

const FLUSH_EVERY_MS = 1000;
/** Pictures being drawn and written at once, all streams together; more moments are stored without one. */
const MAX_DRAWING = 8;
const COMPLAIN_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
const PRUNE_BATCH = 1000;

interface Sampling {
	sampler: Sampler;
	/** The fencing token that its frames came under. */
	token: number;
}

export function createDetections(deps: DetectionsDeps): Detections {
	const { db, bus, log } = deps;
	const limits = { ...LIMITS, ...deps.limits };
	const screenshots = createScreenshots(join(deps.dataDir, 'detections'));
	const samplers = new Map<string, Sampling>();
	/** With the streams they are of. */
	const drawing = new Map<Promise<void>, string>();
	const unsubscribe: (() => void)[] = [];
	let ticking: NodeJS.Timeout | undefined;
	let picturesLost = 0;
	let thinnedBefore = 0;
	let complainedAt = -Infinity;

	const writer = createWriter({
		insert,
		stored: (record) => bus.publish(subjects.detection, record),
		log
	});

	async function insert(batch: store.NewDetection[]): Promise<DetectionRecord[]> {
		if (!deps.events) return store.insertDetections(db, batch);
		const records = await store.insertAndTell(db, batch);
		if (records.length > 0) bus.publish(subjects.outbox, null);
		return records;
	}

	function hear(frame: PreviewFrame): void {
		const { streamId } = frame;
		const token = deps.leaseOf(streamId);
		if (token === null) return;
		if (samplers.get(streamId)?.token !== token) finish(streamId);
		const known = samplers.get(streamId);
		if (!known && frame.objects.length === 0) return;
		const { sampler } = known ?? begin(frame, token);
		const { sightings, pictured } = sampler.frame(frame);
		if (sightings.length === 0) return;
		if (!pictured) return add(streamId, token, sightings, null);
		const work = keepPicture(frame).then((image) =>
			add(streamId, token, sightings, { at: frame.capturedAt, image })
		);
		drawing.set(work, streamId);
		void work.finally(() => drawing.delete(work));
	}

	/** What was stored today counts too, by an earlier process or by another instance. */
	function begin({ streamId, capturedAt }: PreviewFrame, token: number): Sampling {
		const sampling = { sampler: createSampler(limits), token };
		samplers.set(streamId, sampling);
		const midnight = new Date(Math.floor(capturedAt / DAY_MS) * DAY_MS);
		store.countSince(db, streamId, midnight).then(
			(rows) => sampling.sampler.stored(capturedAt, rows),
			() => {} // counted from here on
		);
		return sampling;
	}

	/** No frame will come any more under this token: what waits for a picture waits no longer. */
	function finish(streamId: string): void {
		const known = samplers.get(streamId);
		if (!known) return;
		add(streamId, known.token, known.sampler.overdue(Infinity), null);
		thinnedBefore += known.sampler.thinned;
		samplers.delete(streamId);
	}

	/** The file's name; null where no picture could be kept. */
	async function keepPicture(frame: PreviewFrame): Promise<string | null> {
		if (drawing.size >= MAX_DRAWING) {
			picturesLost++;
			return null;
		}
		const name = screenshotName(frame.capturedAt);
		try {
			await screenshots.write(frame.streamId, name, await deps.draw(frame));
			return name;
		} catch (error) {
			picturesLost++;
			complain(error);
			return null;
		}
	}

	function complain(error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn(
			{ cause: causeChain(error), lost: picturesLost },
			'could not keep the pictures of detections; they are stored without'
		);
	}

	/** Those that were on the picture's own frame get it. */
	function add(
		streamId: string,
		token: number,
		sightings: Sighting[],
		picture: { at: number; image: string | null } | null
	): void {
		for (const { object, runId, at, first } of sightings) {
			const { label, confidence, box, trackId, ageS } = object;
			writer.add({
				id: randomUUID(),
				stream_id: streamId,
				token,
				timestamp: new Date(at).toISOString(),
				label: label.replaceAll('\u0000', '').toWellFormed(),
				confidence,
				...box,
				track_id: trackId,
				image: picture?.at === at ? picture.image : null,
				metadata: { run_id: runId, age_s: Math.round(ageS * 10) / 10, first_seen: first }
			});
		}
	}

	function tick(): void {
		for (const [streamId, { sampler, token }] of samplers) {
			if (deps.leaseOf(streamId) === token) add(streamId, token, sampler.overdue(Date.now()), null);
			else finish(streamId);
		}
	}

	return {
		start() {
			ticking = setInterval(tick, FLUSH_EVERY_MS);
			writer.start(FLUSH_EVERY_MS);
			unsubscribe.push(
				bus.subscribe(subjects.frame, hear, { from: 'here' }),
				bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
					if (change === 'deleted') finish(streamId);
				})
			);
		},
		list: (query) => store.listDetections(db, query),
		page: (...where) => store.pageOf(db, ...where),
		async screenshot(streamId, filename) {
			const path = screenshots.pathOf(streamId, filename);
			if (path !== null)
				return deps.files.ensure(path, { keptBy: () => store.findKeeper(db, streamId, filename) });
			throw new AppError(
				'not_found',
				"There is no such picture. A detection's `image_path` names the one it has."
			);
		},
		async prune(before) {
			const rows = await store.deleteOlder(db, before, PRUNE_BATCH);
			return rows > 0 ? rows : screenshots.prune(before);
		},
		counts() {
			let thinned = thinnedBefore;
			for (const { sampler } of samplers.values()) thinned += sampler.thinned;
			return { thinned, rows: writer.lost, pictures: picturesLost };
		},
		async flush(streamId) {
			finish(streamId);
			const drawn = [...drawing].filter(([, of]) => of === streamId).map(([work]) => work);
			await Promise.allSettled(drawn);
			await writer.flush();
		},
		async stop() {
			for (const off of unsubscribe) off();
			clearInterval(ticking);
			for (const streamId of [...samplers.keys()]) finish(streamId);
			await Promise.allSettled(drawing.keys());
			await writer.stop();
		}
	};
}
