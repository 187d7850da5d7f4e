// Between a row of the registry, the record the API answers, and what the engine runs.
import { createHash } from 'node:crypto';
import type { DetectionConfig } from '#lib/contracts/model.ts';
import type { AnalysisConfig } from '#lib/contracts/run.ts';
import {
	PROCESSING_FIELDS,
	streamInput,
	type StreamInput,
	type StreamRecord
} from '#lib/contracts/stream.ts';
import type { StreamRow } from './store.ts';

const INPUT_FIELDS = Object.keys(streamInput.shape) as (keyof StreamInput)[];

export function toRecord(row: StreamRow): StreamRecord {
	const fields = Object.fromEntries(
		INPUT_FIELDS.map((field) => [field, row[field]])
	) as unknown as StreamInput;
	return {
		id: row.id,
		...fields,
		ephemeral: row.ephemeral,
		state: row.state,
		last_error: row.last_error,
		last_heartbeat: row.last_heartbeat?.toISOString() ?? null,
		instance: row.instance,
		worker_started_at: row.worker_started_at?.toISOString() ?? null,
		created_at: row.created_at.toISOString(),
		updated_at: row.updated_at.toISOString()
	};
}

/** Changes whenever a processing field does. Made of the sealed address: nothing can be guessed back out of it. */
export function processingVersion(row: StreamRow): string {
	const values = PROCESSING_FIELDS.map((field) => (field === 'rtsp_url' ? row.sealed_url : row[field]));
	return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}

export function analysisOf(row: StreamRow): AnalysisConfig {
	return {
		width: row.analysis_width,
		fps: row.fps,
		gridSize: row.grid_size,
		winRadius: row.win_radius,
		threshold: row.threshold,
		mode: row.flow_mode
	};
}

export function detectionOf(row: StreamRow): DetectionConfig | null {
	if (!row.detection_enabled) return null;
	const common = { fps: Math.min(row.detection_fps, row.fps), confidence: row.detection_confidence };
	if (row.model_id === null) return { kind: 'moving', ...common };
	return { kind: 'model', modelId: row.model_id, gated: row.detection_gated, ...common };
}
