// Not wanted for now: the session rests.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint({ role: 'operator' }, ({ event, services, identity }) =>
	services.scenarios.sessions.run(event.params.id ?? '', false, identity)
);
