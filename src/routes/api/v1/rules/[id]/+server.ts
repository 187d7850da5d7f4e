// One rule: read, replace, change, remove.
import { ruleInput, rulePatch } from '#lib/contracts/rule.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';
import { ignoringReadOnly, ifMatch, withEtag } from '#lib/server/http/record.ts';

const replacement = ignoringReadOnly(ruleInput, ['problem']);
const change = ignoringReadOnly(rulePatch, ['problem']);

export const GET = endpoint({ role: 'viewer' }, async ({ event, services }) =>
	withEtag(await services.rules.get(event.params.id ?? ''))
);

export const PUT = endpoint({ role: 'operator', body: replacement }, async ({ event, services, body }) =>
	withEtag(await services.rules.replace(event.params.id ?? '', body, ifMatch(event.request)))
);

export const PATCH = endpoint({ role: 'operator', body: change }, async ({ event, services, body }) =>
	withEtag(await services.rules.patch(event.params.id ?? '', body, ifMatch(event.request)))
);

export const DELETE = endpoint({ role: 'operator' }, ({ event, services }) =>
	services.rules.remove(event.params.id ?? '')
);
