// GET /api/v1/streams/{id}/snapshot.jpg: the newest picture, with its motion drawn on it when asked for.
import { z } from 'zod';
import { AppError } from '#lib/server/base/errors.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

const query = z.strictObject({
	overlay: z.enum(['0', '1']).default('0').describe("1 draws the motion as the stream's display fields say"),
	/** Browsers add something here to get past their cache. */
	t: z.string().max(32).optional()
});

export const GET = endpoint({ role: 'viewer', query }, async ({ event, services, query: { overlay } }) => {
	const stream = await services.streams.get(event.params.id!);
	const snapshot = await services.live.snapshot(stream.id, overlay === '1' ? stream : null);
	if (!snapshot) {
		throw new AppError(
			'no_picture',
			`There is no picture of ${stream.name} yet. Its status, at /api/v1/streams/health, says why.`
		);
	}
	return new Response(new Uint8Array(snapshot.jpeg), {
		headers: {
			'content-type': 'image/jpeg',
			'cache-control': 'no-store',
			'x-captured-at': snapshot.capturedAt.toISOString(),
			'x-stale': String(snapshot.stale)
		}
	});
});
