// A run is wanted, and its uuid told before it begins.
import { scenarioInput } from '#lib/contracts/scenario.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint(
	{ role: 'operator', body: scenarioInput, status: 201 },
	({ services, identity, body }) => services.scenarios.init(body, identity)
);
