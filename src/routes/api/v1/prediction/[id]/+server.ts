// What a scenario found, page by page.
import { predictionQuery } from '#lib/contracts/scenario.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: predictionQuery }, ({ event, services, query }) =>
	services.scenarios.results(event.params.id ?? '', query)
);
