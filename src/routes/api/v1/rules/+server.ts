// The rules: list and add.
import { ruleInput, rulesQuery } from '#lib/contracts/rule.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: rulesQuery }, ({ services, query: { stream_id } }) =>
	services.rules.list(stream_id)
);

export const POST = endpoint({ role: 'operator', body: ruleInput, status: 201 }, ({ services, body }) =>
	services.rules.create(body)
);
