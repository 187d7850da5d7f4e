// Alerts, newest first.
import { alertsQuery } from '#lib/contracts/alert.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer', query: alertsQuery }, ({ services, query }) =>
	services.alerts.list(query)
);
