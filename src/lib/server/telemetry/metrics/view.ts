// What a scrape sees: the server's figures at one moment, as plain data that the metric families are read off.
import type { Severity } from '#lib/contracts/rule.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { HistogramFigures } from './tally.ts';

export const FLEET_STATES = ['running', 'deactivated', 'error'] as const;
export type FleetState = (typeof FLEET_STATES)[number];

/** One stream that this instance runs, or should run. */
export interface StreamView {
	labels: { stream_id: string; stream_name: string };
	/** Degrees; null where the camera has no place on the map. */
	place: { latitude: number; longitude: number } | null;
	status: StreamStatus;
	/** Since the newest analysed frame, or since the stream was first seen to run. */
	stalenessS: number;
	/** Bytes in memory; null where the system does not tell. */
	rssBytes: number | null;
	/** Null while no model looked for it. */
	inference: { durations: HistogramFigures; waiting: number } | null;
	/** Detections stored, by class; bounded. */
	detections: ReadonlyMap<string, number>;
	/** Capture to hand-over; null before the first frame. */
	latency: HistogramFigures | null;
}

export interface GpuFigures {
	available: boolean;
	/** Of the busiest GPU, per cent. */
	utilizationPercent: number;
	/** Of all GPUs together. */
	memoryUsedBytes: number;
	memoryTotalBytes: number;
}

export interface RequestFigures {
	counts: { method: string; route: string; status: string; count: number }[];
	durations: { method: string; route: string; figures: HistogramFigures }[];
}

export interface View {
	streams: StreamView[];
	/** Bytes of memory this server may use: the control group's limit, or the machine's. */
	memoryLimitBytes: number;
	gpu: GpuFigures;
	/** Streams that this instance holds. */
	leasesHeld: number;
	/** Instances that live; null before they were read. */
	instances: number | null;
	bus: { connected: boolean; messages: number; bytes: number; dropped: number };
	/** Null while the database does not say. */
	parked: number | null;
	fleet: { managed: number; active: number; states: Record<FleetState, number> };
	alerts: Record<Severity, number>;
	/** Null while the database does not say. */
	outboxPending: number | null;
	deliveries: { type: string; outcome: string; count: number }[];
	sseClients: number;
	requests: RequestFigures;
	build: { version: string; instance: string };
}
