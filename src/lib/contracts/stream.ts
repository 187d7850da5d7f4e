// A stream's registry record: the one schema that validates it, types it and documents it.
import { z } from 'zod';
import { FLOW_MODES } from './flow.ts';
import { labels } from './instance.ts';
import { text } from './text.ts';
import { HARDWARE_DECODERS, RTSP_TRANSPORTS, RUN_STATES } from './run.ts';

const degrees = (min: number, max: number) => z.number().min(min).max(max);

const identityFields = {
	name: text(120).min(1, { error: 'a camera needs a name' }),
	location_name: text(200).nullable().default(null),
	latitude: degrees(-90, 90).nullable().default(null),
	longitude: degrees(-180, 180).nullable().default(null),
	orientation_deg: z
		.number()
		.min(0)
		.max(359.9)
		.nullable()
		.default(null)
		.describe('degrees clockwise from north'),
	view_angle_deg: degrees(5, 170).nullable().default(null).describe('horizontal field of view'),
	view_distance_m: z.number().min(1).max(10_000).nullable().default(null),
	camera_tilt_deg: degrees(-45, 89).nullable().default(null).describe('degrees down from level'),
	camera_height_m: degrees(0.5, 120).nullable().default(null)
};

const drawingFields = {
	arrow_scale: z.number().min(0.1).max(20).default(2).describe('drawn length over measured length'),
	arrow_opacity: z.number().min(0).max(100).default(90).describe('per cent'),
	gradient_intensity: z
		.number()
		.min(0)
		.max(100)
		.default(40)
		.describe('strength of the magnitude heat, per cent'),
	show_feed: z.boolean().default(true),
	show_arrows: z.boolean().default(true),
	show_magnitude: z.boolean().default(false),
	show_trails: z.boolean().default(false)
};

const processingFields = {
	rtsp_url: z
		.string()
		.trim()
		.min(1, { error: 'an address is needed: rtsp://, rtsps://, http://, https:// or file:' })
		.max(2048, { error: 'at most 2048 characters' })
		.describe('any supported source URL; credentials are masked on the way out'),
	rtsp_transport: z.enum(RTSP_TRANSPORTS).default('auto').describe('auto tries TCP, then UDP'),
	hardware_decode: z.enum(HARDWARE_DECODERS).default('none'),
	stale_after_s: z
		.number()
		.min(2)
		.max(300)
		.default(10)
		.describe('seconds without a frame before the source is replaced'),
	grid_size: z.int().min(4).max(64).default(16).describe('grid step, px of the analysis frame'),
	win_radius: z.int().min(2).max(15).default(8).describe('window radius, px of the analysis frame'),
	threshold: z.number().min(0).max(100).default(1).describe('least magnitude kept, px per analysed frame'),
	flow_mode: z.enum(FLOW_MODES).default('fast'),
	fps: z.number().min(1).max(30).default(10).describe('analysed frames a second'),
	analysis_width: z.int().min(160).max(1920).default(640).describe('px'),
	detection_enabled: z.boolean().default(true),
	detection_fps: z.number().min(0.1).max(30).default(5).describe('detections a second, at most `fps`'),
	detection_confidence: z
		.number()
		.min(0.05)
		.max(0.95)
		.default(0.4)
		.describe('least confidence of a new object; weaker boxes only keep one alive'),
	detection_gated: z
		.boolean()
		.default(true)
		.describe('the model looks only while something moves, and every few seconds'),
	model_id: z
		.uuid()
		.nullable()
		.default(null)
		.describe('null finds moving objects from the flow field, without a model'),
	clip_preroll_s: z
		.number()
		.min(0)
		.max(60)
		.default(0)
		.describe('seconds kept ready for alert clips; 0 keeps none')
};

/** Fields whose change restarts the run of an active stream; every other field applies live. */
export const PROCESSING_FIELDS = Object.keys(processingFields) as (keyof typeof processingFields)[];

/** Body of POST /streams and PUT /streams/{id}: what is left out takes its default. */
export const streamInput = z.strictObject({
	...identityFields,
	...drawingFields,
	...processingFields,
	placement: labels
		.default({})
		.describe('labels an instance must bear to run it, as {"site": "north"}; none: any instance'),
	is_active: z.boolean().default(true).describe('desired state; activate and deactivate set it too')
});
export type StreamInput = z.infer<typeof streamInput>;

type InputSchemas = { [K in keyof StreamInput]: z.ZodType<StreamInput[K]> };

/** The same schemas without their defaults: in a patch, what is absent stays as it is. */
function withoutDefaults(): InputSchemas {
	const entries = Object.entries(streamInput.shape);
	return Object.fromEntries(
		entries.map(([key, schema]) => [key, schema instanceof z.ZodDefault ? schema.unwrap() : schema])
	) as unknown as InputSchemas;
}

/** Body of PATCH /streams/{id}: only what is given changes. */
export const streamPatch = z.strictObject(withoutDefaults()).partial();
export type StreamPatch = Partial<StreamInput>;

/** The query of GET /streams. */
export const streamsQuery = z.strictObject({
	ephemeral: z.enum(['0', '1']).default('0').describe('1 lists those of scenarios and sessions too')
});

/** What the API answers. `rtsp_url` is masked: `rtsp://admin:***@10.0.0.5/live`. */
export const streamRecord = z.object({
	id: z.uuid(),
	...withoutDefaults(),
	ephemeral: z.boolean().describe('belongs to a scenario or a session; listed only when asked for'),
	state: z.enum(RUN_STATES),
	last_error: z.string().nullable(),
	last_heartbeat: z.iso.datetime().nullable(),
	instance: z.string().nullable(),
	worker_started_at: z.iso.datetime().nullable(),
	created_at: z.iso.datetime(),
	updated_at: z.iso.datetime()
});
export type StreamRecord = z.infer<typeof streamRecord>;
