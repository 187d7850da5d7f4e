// What Grafana or Alertmanager told of an alert.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ event, services }) =>
	services.received.of(event.params.id ?? '')
);
