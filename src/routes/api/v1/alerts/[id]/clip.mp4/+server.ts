// The clip of an alert; players ask for it in ranges.
import { endpoint } from '#lib/server/http/endpoint.ts';
import { fileResponse } from '#lib/server/http/file.ts';

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) => {
	const path = await services.alerts.file(event.params.id ?? '', 'clip');
	return fileResponse(path, event.request, { type: 'video/mp4', name: 'The clip', immutable: true });
});
