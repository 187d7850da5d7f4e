// Between a row and what the API answers.
import type {
	ScenarioRecord,
	ScenarioSummary,
	SessionRecord,
	SessionSummary
} from '#lib/contracts/scenario.ts';
import { isOver, statusOf, type RunNow } from './rules.ts';
import type { ScenarioRow } from './store.ts';

type History = ScenarioRecord['history'];

export function runOf({ scenario, state, is_active }: ScenarioRow): RunNow {
	return { state, wanted: is_active, ended: scenario.shutdown_at !== null };
}

/** When nothing of it ran any more; null until then. */
export function endOf(row: ScenarioRow): Date | null {
	if (!isOver(runOf(row))) return null;
	const { shutdown_at } = row.scenario;
	// A session may have rested for long before it ended.
	return new Date(Math.max(row.ended_at?.getTime() ?? 0, shutdown_at?.getTime() ?? 0));
}

export function toScenarioSummary(row: ScenarioRow): ScenarioSummary {
	return { scenario_uuid: row.scenario.id, ...commonOf(row), camera_url: row.rtsp_url };
}

export function toScenarioRecord(row: ScenarioRow, history: History): ScenarioRecord {
	return { ...toScenarioSummary(row), history };
}

export function toSessionSummary(row: ScenarioRow): SessionSummary {
	const { id, seen_at, shutdown_at } = row.scenario;
	const idle_timeout_s = row.scenario.idle_timeout_s ?? 0;
	const expires = new Date(seen_at.getTime() + idle_timeout_s * 1000).toISOString();
	return {
		id,
		...commonOf(row),
		url: row.rtsp_url,
		idle_timeout_s,
		seen_at: seen_at.toISOString(),
		expires_at: shutdown_at ? null : expires
	};
}

export function toSessionRecord(row: ScenarioRow, history: History): SessionRecord {
	return { ...toSessionSummary(row), history };
}

function commonOf(row: ScenarioRow) {
	const { stream_id, owner, created_at, shutdown_at, end_reason } = row.scenario;
	return {
		status: statusOf(runOf(row)),
		stream_id,
		name: row.name,
		owner,
		instance: row.instance,
		last_error: row.last_error,
		created_at: created_at.toISOString(),
		started_at: row.started_at?.toISOString() ?? null,
		live_at: row.live_at?.toISOString() ?? null,
		shutdown_at: shutdown_at?.toISOString() ?? null,
		ended_at: endOf(row)?.toISOString() ?? null,
		end_reason
	};
}
