// Sessions, newest first.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services }) => services.scenarios.sessions.list());
