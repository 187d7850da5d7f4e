// How many streams were in each state over time.
import { rangeQuery } from '#lib/contracts/charts.ts';
import { fleetTable, timeRange } from '#lib/server/history/index.ts';
import { csvResponse } from '#lib/server/http/csv.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: rangeQuery }, async ({ services, query }) => {
	const points = await services.history.fleet(timeRange(query));
	return query.format === 'csv' ? csvResponse('fleet', fleetTable(points)) : points;
});
