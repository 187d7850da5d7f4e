// The server's figures for Prometheus, for whoever has the token or is on this very machine.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'public' }, async ({ services: { metrics }, event }) => {
	metrics.admit(event.request, event.getClientAddress);
	const { text, contentType } = await metrics.scrape(event.request.headers.get('accept'));
	return new Response(text, {
		headers: { 'content-type': contentType, 'cache-control': 'no-store', vary: 'accept' }
	});
});
