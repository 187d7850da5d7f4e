// What a scenario found, page by page from its beginning, also while it runs.
import { RESULTS_SETTLE_MS, type PredictionPage, type PredictionQuery } from '#lib/contracts/scenario.ts';
import type { Results } from './ports.ts';
import { endOf, runOf } from './record.ts';
import { statusOf } from './rules.ts';
import type { ScenarioRow } from './store.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

export async function readResults(
	row: ScenarioRow,
	{ kind, limit, cursor }: PredictionQuery,
	results: Results,
	now: number
): Promise<PredictionPage> {
	const before = new Date(now - RESULTS_SETTLE_MS);
	const found = await read(row.scenario.stream_id, kind, cursor ?? null, before, limit + 1, results);
	const told = found.slice(0, limit);
	const more = found.length > limit;
	const end = endOf(row);
	return {
		scenario_uuid: row.scenario.id,
		status: statusOf(runOf(row)),
		kind,
		items: told.map(({ item }) => item),
		cursor: told.at(-1)?.cursor ?? cursor ?? null,
		more,
		complete: !more && end !== null && end < before
	};
}

interface Told {
	item: PredictionPage['items'][number];
	cursor: string;
}

async function read(
	streamId: string,
	kind: PredictionQuery['kind'],
	cursor: string | null,
	before: Date,
	limit: number,
	results: Results
): Promise<Told[]> {
	const [moment, id = FIRST_ID] = cursor?.split('_') ?? [];
	const at = moment === undefined ? null : new Date(moment);
	if (kind === 'flow') {
		const points = await results.flow(streamId, at, before, limit);
		return points.map((item) => ({ item, cursor: item.at }));
	}
	const seen = await results.detections(streamId, at && { at, id }, before, limit);
	return seen.map((item) => ({ item, cursor: `${item.timestamp}_${item.id}` }));
}
