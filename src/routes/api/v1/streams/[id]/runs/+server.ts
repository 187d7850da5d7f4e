// What became of a stream's activations, newest first.
import { z } from 'zod';
import { endpoint } from '#lib/server/http/endpoint.ts';

const query = z.strictObject({
	tail: z.coerce.number().int().min(1).max(100).default(20).describe('how many runs')
});

export const GET = endpoint({ role: 'viewer', query }, ({ event, services, query: { tail } }) =>
	services.streams.runs(event.params.id ?? '', tail)
);
