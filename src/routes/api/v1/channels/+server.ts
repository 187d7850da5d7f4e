// Channels: list and add.
import { channelInput } from '#lib/contracts/channel.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const GET = endpoint({ role: 'viewer' }, ({ services }) => services.delivery.channels.list());

export const POST = endpoint({ role: 'admin', body: channelInput, status: 201 }, ({ services, body }) =>
	services.delivery.channels.create(body)
);
