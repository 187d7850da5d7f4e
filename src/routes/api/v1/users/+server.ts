// People: list and add.
import { userInput } from '#lib/contracts/account.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'admin' }, ({ services }) => services.auth.users.list());

export const POST = endpoint({ role: 'admin', body: userInput, status: 201 }, ({ services, body }) =>
	services.auth.users.create(body)
);
