// Whether requests should be sent here: not while the database is away or the server stops.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'public' }, ({ services }) => services.health.respondReady());
