// How a stream did over time.
import { rangeQuery } from '#lib/contracts/charts.ts';
import { performanceTable, timeRange } from '#lib/server/history/index.ts';
import { csvResponse } from '#lib/server/http/csv.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: rangeQuery }, async ({ event, services, query }) => {
	const { id } = await services.streams.get(event.params.id ?? '');
	const points = await services.history.performance(id, timeRange(query));
	return query.format === 'csv' ? csvResponse('performance', performanceTable(points)) : points;
});
