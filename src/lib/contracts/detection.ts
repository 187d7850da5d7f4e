// What was seen on a frame: boxes, tracks, and the detections stored of them.
import { z } from 'zod';
import { askedMoment } from './moment.ts';

/** The class of the detector that needs no weights: something that moves. */
export const MOVING = 'moving';

export const boundingBox = z.object({
	x: z.number().describe('left, 0..1 of the frame'),
	y: z.number().describe('top'),
	width: z.number(),
	height: z.number()
});
/** In 0..1 of the frame. */
export type BoundingBox = z.infer<typeof boundingBox>;

/** One box as a detector gives it. */
export interface Detected {
	label: string;
	/** 0..1 */
	confidence: number;
	box: BoundingBox;
}

/** A detection followed over time, as it stands on one frame. */
export interface TrackedObject extends Detected {
	/** Grows within a run; never given twice there. */
	trackId: number;
	/** Seconds since it was first seen. */
	ageS: number;
	/** Whether a detector saw it for this frame; otherwise the box is predicted. */
	seen: boolean;
}

/** A box on a live picture: SSE `frame`. */
export const liveDetection = z.object({
	trackId: z.int(),
	label: z.string(),
	confidence: z.number(),
	boundingBox,
	seen: z.boolean().describe('false while the box is predicted between sightings')
});
export type LiveDetection = z.infer<typeof liveDetection>;

/** A stored detection: each object when it is first seen and now and then while it stays. */
export const detectionRecord = z.object({
	id: z.uuid(),
	stream_id: z.uuid(),
	timestamp: z.iso.datetime(),
	label: z.string(),
	confidence: z.number(),
	bounding_box: boundingBox,
	track_id: z.int(),
	image_path: z
		.string()
		.nullable()
		.describe('the annotated frame, as a path of this API; null where none was kept'),
	metadata: z.record(z.string(), z.unknown()).describe('run_id, model_id, age_s, first_seen')
});
export type DetectionRecord = z.infer<typeof detectionRecord>;

const csv = z
	.string()
	.max(2000)
	.transform((text) =>
		text
			.split(',')
			.map((one) => one.trim())
			.filter(Boolean)
	);

export const detectionsQuery = z.strictObject({
	limit: z.coerce.number().int().min(1).max(1000).default(100),
	before: askedMoment
		.optional()
		.describe('only older than this: the timestamp of the last one of the page before'),
	from: askedMoment.optional(),
	to: askedMoment.optional(),
	stream_id: z.uuid().optional(),
	label: csv.optional().describe('one or more, separated by commas'),
	min_confidence: z.coerce.number().min(0).max(1).optional(),
	track_id: z.coerce.number().int().min(0).max(2_147_483_647).optional()
});
export type DetectionsQuery = z.infer<typeof detectionsQuery>;

export const streamDetectionsQuery = detectionsQuery.pick({ before: true }).extend({
	limit: z.coerce.number().int().min(1).max(1000).default(50)
});
export type StreamDetectionsQuery = z.infer<typeof streamDetectionsQuery>;
