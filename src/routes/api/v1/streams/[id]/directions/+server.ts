// Motion of a stream, or of one of its zones, by direction over time.
import { placeRangeQuery } from '#lib/contracts/charts.ts';
import { directionsTable, timeRange } from '#lib/server/history/index.ts';
import { csvResponse } from '#lib/server/http/csv.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint(
	{ role: 'viewer', query: placeRangeQuery },
	async ({ event, services, query }) => {
		const { id } = await services.streams.get(event.params.id ?? '');
		const points = await services.history.directions(id, query.zone_id ?? null, timeRange(query));
		return query.format === 'csv' ? csvResponse('directions', directionsTable(points)) : points;
	}
);
