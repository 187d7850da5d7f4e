// Everything the API takes and answers, by the name it has in the document. What contracts declare as plain types is
// written here once more as a schema, and the compiler holds each of these to its type.
import { z } from 'zod';
import {
	apiKeyInput,
	ROLES,
	setupInput,
	userInput,
	userPatch,
	type ApiKey,
	type Identity,
	type User
} from '#lib/contracts/account.ts';
import { alertRecord } from '#lib/contracts/alert.ts';
import { parkedMessage } from '#lib/contracts/event.ts';
import { detectionRecord, liveDetection } from '#lib/contracts/detection.ts';
import {
	channelInput,
	channelPatch,
	channelRecord,
	channelTest,
	deliveryRecord
} from '#lib/contracts/channel.ts';
import { FAILURE_CODES, type SourceFailure } from '#lib/contracts/failure.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';
import { flowPoint } from '#lib/contracts/facts.ts';
import {
	detectionsPoint,
	directionPoint,
	fleetPoint,
	instancePoint,
	performancePoint
} from '#lib/contracts/charts.ts';
import { place } from '#lib/contracts/geocode.ts';
import { runRecord } from '#lib/contracts/history.ts';
import type { ActivityLine, LiveFrame, LiveHeartbeat } from '#lib/contracts/live.ts';
import type { DetectionStats, SourceInfo } from '#lib/contracts/messages.ts';
import { inferAnswer, modelRecord } from '#lib/contracts/model.ts';
import { instanceRecord } from '#lib/contracts/instance.ts';
import { probeInput, type ProbeResult } from '#lib/contracts/probe.ts';
import { PROBLEM_CODES, type Problem, type ProblemCode } from '#lib/contracts/problem.ts';
import { dryRunInput, dryRunResult, ruleInput, rulePatch, ruleRecord } from '#lib/contracts/rule.ts';
import { receivedAlert, webhookAddress, webhookAnswer, webhookMessage } from '#lib/contracts/received.ts';
import { RUN_STATES } from '#lib/contracts/run.ts';
import {
	predictionPage,
	scenarioInput,
	scenarioRecord,
	scenarioSummary,
	sessionInput,
	sessionRecord,
	sessionSummary
} from '#lib/contracts/scenario.ts';
import { systemSettingsInput } from '#lib/contracts/settings.ts';
import { STREAM_STATUSES, type StreamHealth, type StreamStatus } from '#lib/contracts/status.ts';
import { streamInput, streamPatch, streamRecord } from '#lib/contracts/stream.ts';
import type { Check, HealthReport } from '../telemetry/health/report.ts';
import { zoneInput, zonePatch, zoneRecord } from '#lib/contracts/zone.ts';

const moment = z.iso.datetime();
const count = z.int().min(0);

export const sourceFailure = z.object({
	code: z.enum(FAILURE_CODES),
	message: z.string().describe('what happened, and to what'),
	advice: z.string().describe('what to do about it'),
	evidence: z.string().describe('the first lines the decoder printed, masked')
}) satisfies z.ZodType<SourceFailure>;

const flowSample = z.object({
	avg: z.number().describe('mean magnitude above the threshold, px of the analysis frame per analysed frame'),
	max: z.number(),
	count: count.describe('vectors above the threshold'),
	total: count.describe('grid points measured'),
	direction: z
		.number()
		.min(0)
		.max(360)
		.nullable()
		.describe('mean direction, degrees clockwise from up in the picture'),
	coherence: z.number().min(0).max(1).describe('length of the mean unit vector')
}) satisfies z.ZodType<FlowSample>;

const sourceInfo = z.object({
	codec: z.string(),
	width: count,
	height: count,
	fps: z.number().nullable(),
	analysisWidth: count,
	analysisHeight: count
}) satisfies z.ZodType<SourceInfo>;

const detectionStats = z.object({
	looked: count.describe('frames a detector looked at, since the run began'),
	gated: count.describe('frames without motion, which the model was spared'),
	dropped: count.describe('frames given up because newer ones waited'),
	failed: count,
	ms: z.number().nullable().describe("from asking to boxes, the last second's mean"),
	objects: z.record(z.string(), count).describe('objects followed now, by class')
}) satisfies z.ZodType<DetectionStats>;

const streamStatus = z.object({
	streamId: z.string(),
	runId: z.string().nullable(),
	status: z.enum(STREAM_STATUSES),
	state: z.enum(RUN_STATES),
	since: moment.describe('when this status began'),
	detail: z.string().nullable().describe('why, as a sentence'),
	advice: z.string().nullable(),
	code: z.enum(FAILURE_CODES).nullable(),
	attempt: count.describe('connection attempts since the last frame'),
	retryAt: moment.nullable(),
	source: sourceInfo.nullable(),
	lastFrameAt: moment.nullable(),
	fps: z.number().nullable().describe('analysed frames a second'),
	framesProcessed: count,
	framesDropped: count,
	reconnects: count,
	latencyMs: z.number().nullable().describe('from capture to the end of analysis'),
	flow: flowSample.nullable(),
	detection: detectionStats.nullable(),
	instance: z.string().describe('where it runs; empty where no instance has it')
}) satisfies z.ZodType<StreamStatus>;

const streamHealth = streamStatus.extend({
	name: z.string(),
	stalenessS: z.number().nullable().describe('seconds since the newest analysed frame')
}) satisfies z.ZodType<StreamHealth>;

const liveFrame = z.object({
	streamId: z.string(),
	seq: count,
	capturedAt: moment,
	width: count.describe('the analysed frame: the pixels vectors are in'),
	height: count,
	jpeg: z.string().describe('base64'),
	flow: flowSample.extend({ gridSize: count, vectors: z.array(z.number()).describe('[x, y, dx, dy, …]') }),
	detections: z.array(liveDetection)
}) satisfies z.ZodType<LiveFrame>;

const liveHeartbeat = z.object({
	at: moment,
	dropped: count.describe('frames this client was too slow for'),
	missed: count.describe('alerts and detections it was too slow for: read their lists again')
}) satisfies z.ZodType<LiveHeartbeat>;

const activityLine = z.object({
	at: moment,
	runId: z.string().nullable(),
	level: z.enum(['debug', 'info', 'warn', 'error']),
	text: z.string()
}) satisfies z.ZodType<ActivityLine>;

const probeResult = z.union([
	z.object({
		ok: z.literal(true),
		codec: z.string(),
		width: count,
		height: count,
		fps: z.number().nullable(),
		transport: z.enum(['tcp', 'udp']).nullable(),
		thumbnail: z.string().describe('base64 JPEG, at most 640 px wide'),
		elapsedMs: count
	}),
	z.object({ ok: z.literal(false), failure: sourceFailure, elapsedMs: count })
]) satisfies z.ZodType<ProbeResult>;

const codes = Object.keys(PROBLEM_CODES) as [ProblemCode, ...ProblemCode[]];
const problem = z.object({
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string().describe('what happened, to what, and what to do'),
	code: z.enum(codes),
	errors: z.array(z.object({ path: z.string(), message: z.string() })).optional()
}) satisfies z.ZodType<Problem>;

const identity = z.object({
	userId: z.string(),
	email: z.string(),
	name: z.string(),
	role: z.enum(ROLES),
	via: z.enum(['session', 'api-key'])
}) satisfies z.ZodType<Identity>;

const user = z.object({
	id: z.string(),
	email: z.string(),
	name: z.string(),
	role: z.enum(ROLES),
	created_at: moment
}) satisfies z.ZodType<User>;

const apiKey = z.object({
	id: z.string(),
	name: z.string(),
	role: z.enum(ROLES),
	start: z.string().describe('the first characters, to tell keys apart'),
	user_id: z.string(),
	user_email: z.string(),
	created_at: moment,
	expires_at: moment.nullable(),
	last_used_at: moment.nullable()
}) satisfies z.ZodType<ApiKey>;

const newApiKey = apiKey.extend({ key: z.string().describe('told once, here') });

const metricsTarget = z.object({
	targets: z.array(z.string()).describe('host and port'),
	labels: z
		.record(z.string(), z.string())
		.describe('scheme, path, and the name and the roles of the instance')
});

const check = z.union([
	z.object({ state: z.literal('ok') }),
	z.object({ state: z.enum(['degraded', 'failed']), reason: z.string().describe('in words') })
]) satisfies z.ZodType<Check>;

const healthReport = z.object({
	status: z
		.enum(['healthy', 'degraded', 'unhealthy'])
		.describe('degraded works in part and heals by itself, or with the step its details name'),
	service: z.literal('vector-flow'),
	version: z.string(),
	timestamp: moment,
	details: z
		.record(z.string(), z.union([check, z.number(), z.string()]))
		.describe('each check by name, beside some figures')
}) satisfies z.ZodType<HealthReport>;

const readiness = z.object({
	status: z.enum(['ready', 'not ready']),
	waitingFor: z.array(z.string()).describe('checks that are not ok, or `stopping`')
});

/** As Better Auth answers; other fields are not promised. */
const signedIn = z.looseObject({
	token: z.string().describe('of the session; the cookie holds it signed'),
	user: z.looseObject({ id: z.string(), email: z.string(), name: z.string() })
});

const openApi = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) });

/** Bodies: described as they are sent, defaults optional. */
export const INPUTS = {
	StreamInput: streamInput,
	StreamPatch: streamPatch,
	ZoneInput: zoneInput,
	ZonePatch: zonePatch,
	RuleInput: ruleInput,
	RulePatch: rulePatch,
	DryRunInput: dryRunInput,
	ChannelInput: channelInput,
	ChannelPatch: channelPatch,
	ProbeInput: probeInput,
	ScenarioInput: scenarioInput,
	SessionInput: sessionInput,
	SystemSettingsInput: systemSettingsInput,
	ApiKeyInput: apiKeyInput,
	UserInput: userInput,
	UserPatch: userPatch,
	SetupInput: setupInput,
	WebhookMessage: webhookMessage,
	SignInInput: z.object({ email: z.email(), password: z.string() })
};

/** Answers: described as they come. */
export const ANSWERS = {
	Stream: streamRecord,
	Zone: zoneRecord,
	Rule: ruleRecord,
	Alert: alertRecord,
	ReceivedAlert: receivedAlert,
	WebhookAnswer: webhookAnswer,
	WebhookAddress: webhookAddress,
	Detection: detectionRecord,
	DryRunResult: dryRunResult,
	FlowPoint: flowPoint,
	DirectionPoint: directionPoint,
	PerformancePoint: performancePoint,
	DetectionsPoint: detectionsPoint,
	InstancePoint: instancePoint,
	FleetPoint: fleetPoint,
	Channel: channelRecord,
	ChannelTest: channelTest,
	Delivery: deliveryRecord,
	ParkedMessage: parkedMessage,
	StreamStatus: streamStatus,
	StreamHealth: streamHealth,
	RunRecord: runRecord,
	ActivityLine: activityLine,
	Scenario: scenarioRecord,
	ScenarioSummary: scenarioSummary,
	Session: sessionRecord,
	SessionSummary: sessionSummary,
	PredictionPage: predictionPage,
	ProbeResult: probeResult,
	SourceFailure: sourceFailure,
	FlowSample: flowSample,
	LiveFrame: liveFrame,
	LiveHeartbeat: liveHeartbeat,
	Model: modelRecord,
	InferAnswer: inferAnswer,
	SystemSettings: systemSettingsInput.extend({ updated_at: moment }),
	Place: place,
	Instance: instanceRecord,
	MetricsTarget: metricsTarget,
	Identity: identity,
	User: user,
	ApiKey: apiKey,
	NewApiKey: newApiKey,
	SignedIn: signedIn,
	SignedOut: z.object({ success: z.boolean() }),
	HealthReport: healthReport,
	Alive: z.object({ status: z.literal('alive') }),
	Readiness: readiness,
	OpenApi: openApi,
	SetupNeeded: z.object({ needed: z.boolean() }),
	Problem: problem
};

export type InputName = keyof typeof INPUTS;
export type AnswerName = keyof typeof ANSWERS;
