// The picture of an alert, with what was seen marked on it.
import { endpoint } from '#lib/server/http/endpoint.ts';
import { fileResponse } from '#lib/server/http/file.ts';

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) => {
	const path = await services.alerts.file(event.params.id ?? '', 'snapshot');
	return fileResponse(path, event.request, { type: 'image/jpeg', name: 'The picture', immutable: true });
});
