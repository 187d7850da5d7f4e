// One zone of a stream: read, replace, change, remove.
import type { RequestEvent } from '@sveltejs/kit';
import { zoneInput, zonePatch } from '#lib/contracts/zone.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';
import { ignoringReadOnly, ifMatch, withEtag } from '#lib/server/http/record.ts';

const replacement = ignoringReadOnly(zoneInput, ['stream_id']);
const change = ignoringReadOnly(zonePatch, ['stream_id']);

const which = ({ params }: RequestEvent) => [params.id ?? '', params.zone ?? ''] as const;

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) =>
	withEtag(await services.rules.zones.get(...which(event)))
);

export const PUT = endpoint({ role: 'operator', body: replacement }, async ({ event, services, body }) =>
	withEtag(await services.rules.zones.change(...which(event), body, ifMatch(event.request)))
);

export const PATCH = endpoint({ role: 'operator', body: change }, async ({ event, services, body }) =>
	withEtag(await services.rules.zones.change(...which(event), body, ifMatch(event.request)))
);

export const DELETE = endpoint({ role: 'operator' }, ({ event, services }) =>
	services.rules.zones.remove(...which(event))
);
