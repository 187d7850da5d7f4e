// Not wanted any more: the scenario ends.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator', status: 202 }, ({ event, services }) =>
	services.scenarios.shutdown(event.params.id ?? '')
);
