// Runs addressed by their uuid: scenarios, and sessions that end with their owner.
import { z } from 'zod';
import { detectionRecord } from './detection.ts';
import { flowPoint } from './facts.ts';
import { runTransition } from './history.ts';
import { askedMoment } from './moment.ts';
import { RUN_STATES } from './run.ts';
import { streamInput, streamPatch } from './stream.ts';
import { text } from './text.ts';

export const SCENARIO_KINDS = ['scenario', 'session'] as const;
export type ScenarioKind = (typeof SCENARIO_KINDS)[number];

/** `shutdown`: somebody asked; `idle`, `signed_out`: a session lost its owner. */
export const END_REASONS = ['shutdown', 'idle', 'signed_out'] as const;
export type EndReason = (typeof END_REASONS)[number];

/** How its stream is run; what is left out takes the default of a stream. */
const settings = streamPatch.pick({
	rtsp_transport: true,
	stale_after_s: true,
	grid_size: true,
	win_radius: true,
	threshold: true,
	flow_mode: true,
	fps: true,
	analysis_width: true,
	detection_enabled: true,
	detection_fps: true,
	detection_confidence: true,
	detection_gated: true,
	model_id: true
}).shape;
const address = streamInput.shape.rtsp_url;
const name = text(120).min(1, { error: 'at least one character, or leave it out' }).optional();

/** Body of POST /scenario/init. */
export const scenarioInput = z.strictObject({
	camera_url: address.describe('any supported source URL; credentials are masked on the way out'),
	name,
	...settings
});
export type ScenarioInput = z.infer<typeof scenarioInput>;

/** Body of POST /session/create. */
export const sessionInput = z.strictObject({
	source: z.enum(['url', 'webcam']).default('url').describe('webcam answers 501: see the guide'),
	url: address.optional().describe('any supported source URL; needed unless `source` is webcam'),
	name,
	idle_timeout_s: z
		.int()
		.min(10)
		.max(3600)
		.default(120)
		.describe('ends so many seconds after its owner was last heard of'),
	...settings
});
export type SessionInput = z.infer<typeof sessionInput>;

const status = z.enum(RUN_STATES);
const moment = z.iso.datetime();

const transition = runTransition.extend({
	run_id: z.uuid().describe('the uuid itself, and another after its worker or server was replaced')
});

const common = {
	status,
	stream_id: z.uuid().describe('for live pictures, flow and zones; hidden from the fleet'),
	name: z.string(),
	owner: z.string().describe("who made it: a user's e-mail address"),
	instance: z.string().nullable(),
	last_error: z.string().nullable(),
	created_at: moment,
	started_at: moment.nullable().describe('when its first run began'),
	live_at: moment.nullable().describe('first picture'),
	shutdown_at: moment.nullable().describe('when it was told to end'),
	ended_at: moment.nullable().describe('when nothing of it ran any more'),
	end_reason: z.enum(END_REASONS).nullable()
};

/** What POST /scenario/init and /shutdown answer, and the head of every other answer. */
const scenarioHead = { scenario_uuid: z.uuid(), ...common, camera_url: z.string().describe('masked') };

export const scenarioSummary = z.object(scenarioHead);
export type ScenarioSummary = z.infer<typeof scenarioSummary>;

export const scenarioRecord = z.object({
	...scenarioHead,
	history: z.array(transition).describe('every change of state, oldest first; the newest 200')
});
export type ScenarioRecord = z.infer<typeof scenarioRecord>;

const sessionHead = {
	id: z.uuid(),
	...common,
	url: z.string().describe('masked'),
	idle_timeout_s: z.int(),
	seen_at: moment.describe('when its owner was last heard of'),
	expires_at: moment.nullable().describe('when it ends unless its owner is heard of; null once it has ended')
};

export const sessionSummary = z.object(sessionHead);
export type SessionSummary = z.infer<typeof sessionSummary>;

export const sessionRecord = z.object({ ...sessionHead, history: scenarioRecord.shape.history });
export type SessionRecord = z.infer<typeof sessionRecord>;

/** Stored results are told this much later than they were seen, so that none is written behind a page already read. */
export const RESULTS_SETTLE_MS = 5000;

/** How `cursor` is written: the moment of the last result told, and its id where it has one. */
const CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(_[0-9a-f-]{36})?$/;

export const predictionQuery = z.strictObject({
	kind: z.enum(['detections', 'flow']).default('detections'),
	limit: z.coerce.number().int().min(1).max(1000).default(100),
	cursor: z
		.string()
		.refine((given) => CURSOR.test(given) && askedMoment.safeParse(given.slice(0, 24)).success, {
			error: 'send back the `cursor` of the page before as it is'
		})
		.optional()
		.describe('the `cursor` of the page before; without it, from the beginning')
});
export type PredictionQuery = z.infer<typeof predictionQuery>;

export const predictionPage = z.object({
	scenario_uuid: z.uuid(),
	status,
	kind: predictionQuery.shape.kind.unwrap(),
	items: z.array(z.union([detectionRecord, flowPoint])).describe('oldest first'),
	cursor: z.string().nullable().describe('for the next page, also when more comes only later'),
	more: z.boolean().describe('there is another page already'),
	complete: z.boolean().describe('it has ended and this is the last page')
});
export type PredictionPage = z.infer<typeof predictionPage>;
