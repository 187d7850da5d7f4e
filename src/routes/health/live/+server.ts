// Whether the process answers at all: a failing answer asks for its restart.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'public' }, () => ({ status: 'alive' }));
