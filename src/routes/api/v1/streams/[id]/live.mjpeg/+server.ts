// GET /api/v1/streams/{id}/live.mjpeg: the pictures as endless JPEGs, for players and walls that know nothing else.
import { z } from 'zod';
import { AppError } from '#lib/server/base/errors.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';
import { MJPEG_BOUNDARY } from '#lib/server/live/index.ts';

const query = z.strictObject({
	overlay: z.enum(['0', '1']).default('1').describe("1 draws the motion as the stream's display fields say")
});

export const GET = endpoint(
	{ role: 'viewer', query },
	async ({ event, services, identity, query: { overlay } }) => {
		const { streams, live, scenarios } = services;
		const stream = await streams.get(event.params.id!);
		if (!(await live.newest(stream.id))) {
			throw new AppError(
				'no_picture',
				`There is no picture of ${stream.name} yet. Its status, at /api/v1/streams/health, says why.`
			);
		}
		const display = overlay === '1' ? () => streams.get(stream.id) : null;
		if (stream.ephemeral) scenarios.sessions.accompany(identity, [stream.id], event.request.signal);
		return new Response(live.mjpeg(stream.id, display, event.request.signal), {
			headers: {
				'content-type': `multipart/x-mixed-replace; boundary=${MJPEG_BOUNDARY}`,
				'cache-control': 'no-store, no-transform',
				'x-accel-buffering': 'no'
			}
		});
	}
);
