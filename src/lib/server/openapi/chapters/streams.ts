// The API of streams: the registry, what runs, and how it is doing.
import { activityQuery, runsQuery } from '#lib/contracts/history.ts';
import { streamsQuery } from '#lib/contracts/stream.ts';
import { list, nothing, one, type Chapter, type Operation } from '../operation.ts';

export const STREAMS: Chapter = {
	title: 'Streams',
	words:
		'A stream is a registered camera or another source of video. Its desired state is `is_active`; what it really does is told by its health. A run is one activation of it.',
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
			notes: 'Answers within 10 s, and 200 either way: `ok` tells whether it can be read, `failure` why not.',
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
};
