// The annotated frame of a detection.
import { endpoint } from '#lib/server/http/endpoint.ts';
import { fileResponse } from '#lib/server/http/file.ts';

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) => {
	const { streamId = '', filename = '' } = event.params;
	const path = await services.detections.screenshot(streamId, filename);
	return fileResponse(path, event.request, { type: 'image/jpeg', name: 'The picture', immutable: true });
});
