// Alerts of Grafana and Alertmanager: who knows the secret may send them, an admin may read it.
import type { RequestEvent } from '@sveltejs/kit';
import {
	MAX_WEBHOOK_BYTES,
	webhookMessage,
	webhookQuery,
	type WebhookAddress
} from '#lib/contracts/received.ts';
import { addressKey } from '#lib/server/auth/index.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

const PATH = '/api/v1/alerts/webhook';

export const POST = endpoint(
	{ role: 'public', query: webhookQuery, body: webhookMessage, maxJsonBytes: MAX_WEBHOOK_BYTES, admit },
	({ services, body }) => services.received.take(body)
);

export const GET = endpoint({ role: 'admin' }, ({ event, services: { config } }): WebhookAddress => {
	const origin = config.originGiven ? config.origin : event.url.origin;
	const { token = null, from = null } = config.webhook ?? {};
	return { url: `${origin}${PATH}`, token, from };
});

function admit(event: RequestEvent): void {
	const { received } = event.locals.services;
	const address = addressKey(event.getClientAddress());
	received.admit(event.request.headers, event.url.searchParams.get('token'), address);
}
