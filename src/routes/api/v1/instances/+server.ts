// The instances of the fleet: what each is there for, what it holds, and whether it lives.
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services }) => services.fleet.instances());
