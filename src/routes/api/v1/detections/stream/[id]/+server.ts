// One stream's newest detections.
import { streamDetectionsQuery } from '#lib/contracts/detection.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint(
	{ role: 'viewer', query: streamDetectionsQuery },
	async ({ event, services, query }) => {
		const { id } = await services.streams.get(event.params.id ?? '');
		return services.detections.list({ ...query, stream_id: id });
	}
);
