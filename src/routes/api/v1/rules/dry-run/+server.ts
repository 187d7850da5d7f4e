// What a rule, saved or not, would have done over what is stored.
import { dryRunInput } from '#lib/contracts/rule.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator', body: dryRunInput }, ({ services, body }) =>
	services.rules.dryRun(body)
);
