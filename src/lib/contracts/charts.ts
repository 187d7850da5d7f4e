// What the charts show besides motion: how streams, instances and the fleet did, as GET …/performance and /history/… answer it.
import { z } from 'zod';
import { FLOW_RANGES, type FlowRange } from './facts.ts';
import { askedMoment } from './moment.ts';

/** How a stream did over one interval. */
export const performancePoint = z.object({
	at: z.iso.datetime(),
	connected: z
		.number()
		.nullable()
		.describe('share of the interval it was connected, 0..1; null where nothing is known'),
	fps: z.number().nullable().describe('analysed frames a second, mean while connected'),
	latency_ms: z.number().nullable().describe('from capture to the end of analysis, mean'),
	latency_max_ms: z.number().nullable(),
	dropped: z.number().describe('frames given up'),
	reconnects: z.number()
});
export type PerformancePoint = z.infer<typeof performancePoint>;

/** Motion by direction over one interval: 36 bins of ten degrees, bin 0 centred on up. */
export const directionPoint = z.object({
	at: z.iso.datetime(),
	bins: z.array(z.number()).length(36).describe('vectors above the threshold'),
	magnitudes: z.array(z.number()).length(36).describe('sum of their lengths')
});
export type DirectionPoint = z.infer<typeof directionPoint>;

/** Lengths of the intervals that the past is summed up in, s. */
const STEPS_S = [
	...[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800],
	...[3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800, 345_600]
];

/** The shortest of these steps, s, that is no shorter than `leastS` and in which a stretch of `lengthS` makes at most so many points. */
export function stepFor(lengthS: number, points: number, leastS = 1): number {
	// One more than its length says: points begin at multiples of the step, wherever the stretch does.
	return STEPS_S.find((step) => step >= leastS && lengthS / step <= points - 2) ?? STEPS_S.at(-1)!;
}

/** Intervals of stored detections at most: bars thin as hairs tell nothing. */
export const MOST_DETECTION_POINTS = 200;

/** Stored detections of one interval by class. */
export const detectionsPoint = z.object({
	at: z.iso.datetime(),
	classes: z.record(z.string(), z.number())
});
export type DetectionsPoint = z.infer<typeof detectionsPoint>;

export const instancePoint = z.object({
	at: z.iso.datetime(),
	instance: z.string(),
	rss_bytes: z.number(),
	rss_percent: z.number().describe('of the memory it may use'),
	cpu_percent: z.number().describe('of one core'),
	streams: z.number(),
	gpu_percent: z.number().nullable(),
	gpu_memory_bytes: z.number().nullable()
});
export type InstancePoint = z.infer<typeof instancePoint>;

export const fleetPoint = z.object({
	at: z.iso.datetime(),
	running: z.number(),
	deactivated: z.number(),
	error: z.number()
});
export type FleetPoint = z.infer<typeof fleetPoint>;

const ranges = Object.keys(FLOW_RANGES) as [FlowRange, ...FlowRange[]];

/** Either a range that ends now, or from one moment to another. */
export const rangeQuery = z.strictObject({
	range: z.enum(ranges).default('1h'),
	from: askedMoment.optional().describe('with `to`, instead of `range`: at most a year'),
	to: askedMoment.optional(),
	format: z.enum(['json', 'csv']).default('json')
});
export type RangeQuery = z.infer<typeof rangeQuery>;

/** The same, of one zone. */
export const placeRangeQuery = rangeQuery.extend({
	zone_id: z.uuid().optional().describe('without it, the whole picture')
});
