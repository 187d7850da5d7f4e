// Where metrics are, as Prometheus' HTTP service discovery asks; for whoever may read them.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'public' }, ({ services: { metrics }, event }) => {
	metrics.admit(event.request, event.getClientAddress);
	return metrics.targets(event.url);
});
