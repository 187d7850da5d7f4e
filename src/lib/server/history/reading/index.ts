// What is asked of the past: each question is answered from the grain that suits it, in at most a thousand points.
import {
	MOST_DETECTION_POINTS,
	type DetectionsPoint,
	type DirectionPoint,
	type FleetPoint,
	type InstancePoint,
	type PerformancePoint
} from '#lib/contracts/charts.ts';
import type { FlowPoint } from '#lib/contracts/facts.ts';
import { flowGrain, GRAIN_S, performanceGrain, stepOf, type TimeRange } from './rules.ts';
import {
	countDetections,
	readDirections,
	readFleet,
	readFlow,
	readInstances,
	readPerformance,
	type ReadingDatabase,
	type Reading
} from './store.ts';

/** All oldest first, at most 1000 points; what was not recorded is no point, and nothing is made up between two. */
export interface Past {
	/** Motion and objects of a zone (null: of the whole picture). */
	flow(streamId: string, zoneId: string | null, range: TimeRange): Promise<FlowPoint[]>;
	/** Motion by direction. */
	directions(streamId: string, zoneId: string | null, range: TimeRange): Promise<DirectionPoint[]>;
	/** How the stream did. */
	performance(streamId: string, range: TimeRange): Promise<PerformancePoint[]>;
	/** Stored detections by class, in at most 200 points; a time without any is no point. */
	detections(streamId: string, range: TimeRange): Promise<DetectionsPoint[]>;
	/** How every instance did: at most 500 points of each. */
	instances(range: TimeRange): Promise<InstancePoint[]>;
	/** How many streams were in each state. */
	fleet(range: TimeRange): Promise<FleetPoint[]>;
}

/** How long each is kept, ms. */
export interface KeptFor {
	secondsMs: number;
	minutesMs: number;
	samplesMs: number;
}

const SAMPLE_S = { sample: 10, minute: 60 } as const;
const VITALS_S = 30;
const POINTS_OF_INSTANCE = 500;

export function createPast(db: ReadingDatabase, keptFor: () => Promise<KeptFor>): Past {
	async function readingOf(range: TimeRange): Promise<Reading> {
		const now = new Date();
		const grain = flowGrain(range, now.getTime(), await keptFor());
		return { ...range, now, grain, stepS: stepOf(range, GRAIN_S[grain]) };
	}

	return {
		flow: async (streamId, zoneId, range) => readFlow(db, { streamId, zoneId }, await readingOf(range)),
		directions: async (streamId, zoneId, range) =>
			readDirections(db, { streamId, zoneId }, await readingOf(range)),
		async performance(streamId, range) {
			const grain = performanceGrain(range, Date.now(), (await keptFor()).samplesMs);
			return readPerformance(db, streamId, { ...range, grain, stepS: stepOf(range, SAMPLE_S[grain]) });
		},
		detections: (streamId, range) =>
			countDetections(db, streamId, range, stepOf(range, 1, MOST_DETECTION_POINTS)),
		instances: (range) => readInstances(db, range, stepOf(range, VITALS_S, POINTS_OF_INSTANCE)),
		fleet: (range) => readFleet(db, range, stepOf(range, VITALS_S))
	};
}
