// The API of live pictures.
import { z } from 'zod';
import { media, type Chapter } from '../operation.ts';

const overlay = z.object({
	overlay: z.enum(['0', '1']).default('0').describe("1 draws the motion as the stream's display fields say")
});

export const PICTURES: Chapter = {
	title: 'Pictures',
	words:
		'What cameras show now: events with pictures, vectors and objects of the same frame, single pictures, or endless ones.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/live',
			role: 'viewer',
			summary: 'Pictures, vectors, objects, statuses and alerts as server-sent events',
			notes:
				'Events `frame` (LiveFrame), `status` (StreamStatus), `detection` (Detection, when one of these streams stores it), `alert` (Alert, of every stream, when it begins, changes or ends) and `heartbeat` (LiveHeartbeat, every 10 s). A client that reads too slowly loses frames, then detections and alerts beyond some hundred, never time; the heartbeat counts them.',
			query: z.object({
				streams: z
					.string()
					.optional()
					.describe('whose pictures come, by id, separated by commas; every stream when left out'),
				statuses: z.literal('all').optional().describe('statuses of every stream, whichever pictures come'),
				detections: z
					.literal('all')
					.optional()
					.describe('stored detections of every stream, whichever pictures come')
			}),
			answer: media('text/event-stream', 'Events until the client goes away'),
			problems: ['not_found']
		},
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/snapshot.jpg',
			role: 'viewer',
			summary: 'The newest picture',
			notes: '`X-Captured-At` says when it was taken, `X-Stale` whether newer ones are overdue.',
			query: overlay.extend({
				t: z.string().max(32).optional().describe("anything; gets past a browser's cache")
			}),
			answer: media('image/jpeg', 'A JPEG'),
			problems: ['no_picture']
		},
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/live.mjpeg',
			role: 'viewer',
			summary: 'The pictures as endless JPEGs',
			query: overlay,
			answer: media('multipart/x-mixed-replace', 'JPEGs until the client goes away'),
			problems: ['no_picture']
		}
	]
};
