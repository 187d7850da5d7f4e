// One channel: read, replace, change, remove.
import { channelInput, channelPatch } from '#lib/contracts/channel.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';
import { ignoringReadOnly, ifMatch, withEtag } from '#lib/server/http/record.ts';

const FIGURES = ['rules', 'pending', 'last_delivered_at'];
const replacement = ignoringReadOnly(channelInput, FIGURES);
const change = ignoringReadOnly(channelPatch, FIGURES);

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) =>
	withEtag(await services.delivery.channels.get(event.params.id ?? ''))
);

export const PUT = endpoint({ role: 'admin', body: replacement }, async ({ event, services, body }) =>
	withEtag(await services.delivery.channels.replace(event.params.id ?? '', body, ifMatch(event.request)))
);

export const PATCH = endpoint({ role: 'admin', body: change }, async ({ event, services, body }) =>
	withEtag(await services.delivery.channels.patch(event.params.id ?? '', body, ifMatch(event.request)))
);

export const DELETE = endpoint({ role: 'admin' }, ({ event, services }) =>
	services.delivery.channels.remove(event.params.id ?? '')
);
