// The events of GET /api/v1/live (server-sent events), as the browser receives them.
import type { AlertRecord } from './alert.ts';
import type { DetectionRecord, LiveDetection } from './detection.ts';
import type { FlowSample } from './flow.ts';
import type { StreamStatus } from './status.ts';

/** SSE `frame`. The vectors are of that very picture. */
export interface LiveFrame {
	streamId: string;
	seq: number;
	/** ISO 8601. */
	capturedAt: string;
	/** The analysed frame's size: the pixels vectors are in. The JPEG shows the same picture at preview size. */
	width: number;
	height: number;
	/** base64 */
	jpeg: string;
	flow: FlowSample & {
		gridSize: number;
		/** [x, y, dx, dy, …] in frame pixels, rounded to 1/100 px. */
		vectors: number[];
	};
	/** Objects on this frame; empty while no detector runs. */
	detections: LiveDetection[];
}

/** SSE `heartbeat`, every 10 s. */
export interface LiveHeartbeat {
	at: string;
	/** Frames this client was too slow for, since it connected. */
	dropped: number;
	/** Alerts and detections it was too slow for: read their lists again. */
	missed: number;
}

export interface LiveEvents {
	frame: LiveFrame;
	status: StreamStatus;
	heartbeat: LiveHeartbeat;
	/** A detection that was stored. */
	detection: DetectionRecord;
	/** An alert that began, changed or ended. */
	alert: AlertRecord;
}
export type LiveEventName = keyof LiveEvents;

/** One activity line of a run, as worker-logs answers it. */
export interface ActivityLine {
	at: string;
	runId: string | null;
	level: 'debug' | 'info' | 'warn' | 'error';
	text: string;
}
