// One stream: read, replace, change, remove.
import { streamInput, streamPatch } from '#lib/contracts/stream.ts';
import { authorise, endpoint } from '#lib/server/http/endpoint.ts';
import { ignoringReadOnly, ifMatch, withEtag } from '#lib/server/http/record.ts';

const replacement = ignoringReadOnly(streamInput);
const change = ignoringReadOnly(streamPatch);

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) =>
	withEtag(await services.streams.get(event.params.id ?? ''))
);

export const PUT = endpoint({ role: 'admin', body: replacement }, async ({ event, services, body }) =>
	withEtag(await services.streams.replace(event.params.id ?? '', body, ifMatch(event.request)))
);

/** Operators tune; where a stream's pictures come from is the administrator's. */
export const PATCH = endpoint(
	{ role: 'operator', body: change },
	async ({ event, services, identity, body }) => {
		const id = event.params.id ?? '';
		if (body.rtsp_url !== undefined && body.rtsp_url !== (await services.streams.get(id)).rtsp_url)
			authorise(identity, 'admin');
		return withEtag(await services.streams.patch(id, body, ifMatch(event.request)));
	}
);

export const DELETE = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.streams.remove(event.params.id ?? '')
);
