// The caller: name, e-mail address, role.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ identity }) => identity);
