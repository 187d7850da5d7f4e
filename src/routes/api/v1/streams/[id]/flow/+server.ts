// What a stream, or one of its zones, showed over time.
import { placeRangeQuery } from '#lib/contracts/charts.ts';
import { flowTable, timeRange } from '#lib/server/history/index.ts';
import { csvResponse } from '#lib/server/http/csv.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint(
	{ role: 'viewer', query: placeRangeQuery },
	async ({ event, services, query }) => {
		const { id } = await services.streams.get(event.params.id ?? '');
		const points = await services.history.flow(id, query.zone_id ?? null, timeRange(query));
		return query.format === 'csv' ? csvResponse('flow', flowTable(points)) : points;
	}
);
