// Every operation of the API, in one table; the larger rooms' chapters are files of their own.
import { z } from 'zod';
import { geocodeQuery, reverseGeocodeQuery } from '#lib/contracts/geocode.ts';
import { activityQuery, runsQuery } from '#lib/contracts/history.ts';
import { PROBLEM_CODES, type ProblemCode } from '#lib/contracts/problem.ts';
import { streamsQuery } from '#lib/contracts/stream.ts';
import { ALERTS } from './chapters/alerts.ts';
import { DETECTIONS } from './chapters/detections.ts';
import { CHANNELS } from './chapters/channels.ts';
import { MESSAGES } from './chapters/messages.ts';
import { INSTANCES } from './chapters/instances.ts';
import { METRICS } from './chapters/metrics.ts';
import { MODELS } from './chapters/models.ts';
import { RULES } from './chapters/rules.ts';
import { SCENARIOS } from './chapters/scenarios.ts';
import { list, media, nothing, one, type Chapter, type Operation } from './operation.ts';

export { METHODS, type Chapter, type Method, type Operation } from './operation.ts';

const overlay = z.object({
	overlay: z.enum(['0', '1']).default('0').describe("1 draws the motion as the stream's display fields say")
});

export const CHAPTERS: Chapter[] = [
	{
		title: 'Streams',
		operations: [
			{
				method: 'GET',
				path: '/api/v1/streams',
				role: 'viewer',
				summary: 'Every stream, oldest first',
				query: streamsQuery,
				answer: list('Stream')
			},
			{
				method: 'POST',
				path: '/api/v1/streams',
				role: 'admin',
				summary: 'Add a stream',
				notes:
					'It runs at once unless `is_active` is false. An address outside what the server allows is refused in words.',
				body: 'StreamInput',
				answer: one('Stream', 201)
			},
			{
				method: 'GET',
				path: '/api/v1/streams/{id}',
				role: 'viewer',
				summary: 'One stream',
				notes: 'The ETag names the version; send it as `If-Match` to change only what you have seen.',
				answer: one('Stream')
			},
			{
				method: 'PUT',
				path: '/api/v1/streams/{id}',
				role: 'admin',
				summary: 'Replace a stream',
				notes:
					'What is left out takes its default; fields that only the server writes are ignored, so a record that was read can be sent back. A masked address keeps its stored password as long as scheme, user, host and port stay.',
				body: 'StreamInput',
				answer: one('Stream'),
				problems: ['conflict'],
				ifMatch: true
			},
			{
				method: 'PATCH',
				path: '/api/v1/streams/{id}',
				role: 'operator',
				summary: 'Change some fields of a stream',
				notes:
					'Changing `rtsp_url` needs the role admin. Processing fields (address, transport, decoder, grid, window, threshold, mode, rates, sizes, detection) restart the run of an active stream; all others apply live.',
				body: 'StreamPatch',
				answer: one('Stream'),
				problems: ['conflict'],
				ifMatch: true
			},
			{
				method: 'DELETE',
				path: '/api/v1/streams/{id}',
				role: 'admin',
				summary: 'Remove a stream with its history',
				answer: nothing
			},
			...(['activate', 'start'] as const).map((verb): Operation => ({
				method: 'POST',
				path: `/api/v1/streams/{id}/${verb}`,
				role: 'operator',
				summary: verb === 'start' ? 'The same as activate' : 'Let a stream run',
				notes: 'Sets the desired state; the same twice is no error.',
				answer: one('Stream')
			})),
			...(['deactivate', 'stop'] as const).map((verb): Operation => ({
				method: 'POST',
				path: `/api/v1/streams/{id}/${verb}`,
				role: 'operator',
				summary: verb === 'stop' ? 'The same as deactivate' : 'Let a stream rest',
				notes: 'Sets the desired state; the same twice is no error.',
				answer: one('Stream')
			})),
			{
				method: 'POST',
				path: '/api/v1/streams/{id}/retry',
				role: 'operator',
				summary: 'Try a failed source now',
				notes: 'Instead of when its backoff ends. Answers the status as it is at that moment.',
				answer: one('StreamStatus', 202)
			},
			{
				method: 'POST',
				path: '/api/v1/streams/probe',
				role: 'operator',
				summary: 'Look at a source before saving it',
				notes:
					'Answers within 10 s, and 200 either way: `ok` tells whether it can be read, `failure` why not.',
				body: 'ProbeInput',
				answer: one('ProbeResult'),
				problems: ['not_found', 'rate_limited']
			},
			{
				method: 'GET',
				path: '/api/v1/streams/health',
				role: 'viewer',
				summary: 'How every stream is doing',
				answer: list('StreamHealth')
			},
			{
				method: 'GET',
				path: '/api/v1/streams/{id}/health',
				role: 'viewer',
				summary: 'How one stream is doing',
				answer: one('StreamHealth')
			},
			{
				method: 'GET',
				path: '/api/v1/streams/{id}/worker-logs',
				role: 'viewer',
				summary: 'The newest activity lines, oldest first',
				notes: 'Credentials are masked.',
				query: activityQuery,
				answer: list('ActivityLine')
			},
			{
				method: 'GET',
				path: '/api/v1/streams/{id}/runs',
				role: 'viewer',
				summary: 'The activations of a stream, newest first',
				notes: 'The newest 100 are kept.',
				query: runsQuery,
				answer: list('RunRecord')
			}
		]
	},
	{
		title: 'Pictures',
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
	},
	CHANNELS,
	MESSAGES,
	MODELS,
	INSTANCES,
	METRICS,
	RULES,
	ALERTS,
	DETECTIONS,
	SCENARIOS,
	{
		title: 'Settings and places',
		operations: [
			{
				method: 'GET',
				path: '/api/v1/settings/system',
				role: 'viewer',
				summary: 'The system settings',
				answer: one('SystemSettings')
			},
			{
				method: 'PUT',
				path: '/api/v1/settings/system',
				role: 'admin',
				summary: 'Save the system settings',
				notes: 'What is left out takes its default. The preview follows at once.',
				body: 'SystemSettingsInput',
				answer: one('SystemSettings')
			},
			{
				method: 'GET',
				path: '/api/v1/geocode',
				role: 'viewer',
				summary: 'Places by name',
				notes: 'From the service configured as `geocoder_url`; 404 where none is.',
				query: geocodeQuery,
				answer: list('Place'),
				problems: ['not_found', 'rate_limited', 'source_unavailable']
			},
			{
				method: 'GET',
				path: '/api/v1/geocode/reverse',
				role: 'viewer',
				summary: 'Names for a place, shortest first',
				query: reverseGeocodeQuery,
				answer: list('Place'),
				problems: ['not_found', 'rate_limited', 'source_unavailable']
			}
		]
	},
	{
		title: 'People and keys',
		operations: [
			{
				method: 'POST',
				path: '/api/auth/sign-in/email',
				role: 'public',
				summary: 'Sign in',
				notes: 'Sets the session cookie. Too many attempts are sent away for a while.',
				body: 'SignInInput',
				answer: media('application/json', 'The session and its user'),
				problems: ['unauthenticated', 'rate_limited']
			},
			{
				method: 'POST',
				path: '/api/auth/sign-out',
				role: 'public',
				summary: 'Sign out',
				answer: media('application/json', 'Done')
			},
			{
				method: 'GET',
				path: '/api/v1/setup',
				role: 'public',
				summary: 'Whether there is no user yet',
				answer: one('SetupNeeded')
			},
			{
				method: 'POST',
				path: '/api/v1/setup',
				role: 'public',
				summary: 'Make the first administrator',
				body: 'SetupInput',
				answer: one('User', 201),
				problems: ['conflict', 'forbidden']
			},
			{
				method: 'GET',
				path: '/api/v1/users/me',
				role: 'viewer',
				summary: 'Who is calling',
				answer: one('Identity')
			},
			{ method: 'GET', path: '/api/v1/users', role: 'admin', summary: 'Every user', answer: list('User') },
			{
				method: 'POST',
				path: '/api/v1/users',
				role: 'admin',
				summary: 'Add a user',
				body: 'UserInput',
				answer: one('User', 201),
				problems: ['conflict']
			},
			{ method: 'GET', path: '/api/v1/users/{id}', role: 'admin', summary: 'One user', answer: one('User') },
			{
				method: 'PATCH',
				path: '/api/v1/users/{id}',
				role: 'admin',
				summary: 'Change a user',
				notes: "A new role or password ends the user's sessions. The last administrator stays one.",
				body: 'UserPatch',
				answer: one('User'),
				problems: ['conflict']
			},
			{
				method: 'DELETE',
				path: '/api/v1/users/{id}',
				role: 'admin',
				summary: 'Remove a user with their sessions and keys',
				answer: nothing,
				problems: ['conflict']
			},
			{
				method: 'GET',
				path: '/api/v1/api-keys',
				role: 'viewer',
				summary: "One's own keys; an administrator sees everybody's",
				answer: list('ApiKey')
			},
			{
				method: 'POST',
				path: '/api/v1/api-keys',
				role: 'viewer',
				summary: 'Make a key',
				notes: "Its role is never above one's own. The key is told once, in this answer.",
				body: 'ApiKeyInput',
				answer: one('NewApiKey', 201)
			},
			{
				method: 'DELETE',
				path: '/api/v1/api-keys/{id}',
				role: 'viewer',
				summary: 'Revoke a key',
				answer: nothing
			}
		]
	},
	{
		title: 'This document',
		operations: [
			{
				method: 'GET',
				path: '/api/v1/openapi.json',
				role: 'viewer',
				summary: 'The API as OpenAPI 3.1',
				answer: media('application/json', 'This document')
			}
		]
	}
];

const CODES = Object.keys(PROBLEM_CODES) as ProblemCode[];

/** Every code an operation can answer, in the order of the list of codes. */
export function problemsOf(operation: Operation): ProblemCode[] {
	const found = new Set<ProblemCode>(['internal', 'unavailable', ...(operation.problems ?? [])]);
	if (operation.role !== 'public') found.add('unauthenticated');
	if (operation.role !== 'public' && (operation.role !== 'viewer' || operation.method !== 'GET'))
		found.add('forbidden');
	if (operation.body)
		for (const code of ['invalid_input', 'bad_json', 'payload_too_large'] as const) found.add(code);
	if (operation.query) found.add('invalid_input');
	if (operation.path.includes('{')) found.add('not_found');
	return CODES.filter((code) => found.has(code));
}
