// Stored detections of a stream by class over time.
import { rangeQuery } from '#lib/contracts/charts.ts';
import { detectionsTable, timeRange } from '#lib/server/history/index.ts';
import { csvResponse } from '#lib/server/http/csv.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: rangeQuery }, async ({ event, services, query }) => {
	const { id } = await services.streams.get(event.params.id ?? '');
	const points = await services.history.detections(id, timeRange(query));
	return query.format === 'csv' ? csvResponse('detections', detectionsTable(points)) : points;
});
