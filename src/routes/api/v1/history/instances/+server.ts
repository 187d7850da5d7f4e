// How every instance did over time.
import { rangeQuery } from '#lib/contracts/charts.ts';
import { instancesTable, timeRange } from '#lib/server/history/index.ts';
import { csvResponse } from '#lib/server/http/csv.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: rangeQuery }, async ({ services, query }) => {
	const points = await services.history.instances(timeRange(query));
	return query.format === 'csv' ? csvResponse('instances', instancesTable(points)) : points;
});
