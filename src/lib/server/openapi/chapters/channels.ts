// The API of channels and of what is delivered to them.
import { deliveriesQuery } from '#lib/contracts/channel.ts';
import { list, nothing, one, type Chapter } from '../operation.ts';

export const CHANNELS: Chapter = {
	title: 'Channels and deliveries',
	words:
		'A channel is where alerts are delivered. Deliveries are tried again for a day, each under one idempotency key, and every attempt is told.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/channels',
			role: 'viewer',
			summary: 'Every channel, oldest first',
			notes: 'Secrets stand as `***`.',
			answer: list('Channel')
		},
		{
			method: 'POST',
			path: '/api/v1/channels',
			role: 'admin',
			summary: 'Add a channel',
			notes: 'Its kind decides what `config` holds. Nothing is sent: `POST /channels/{id}/test` does that.',
			body: 'ChannelInput',
			answer: one('Channel', 201)
		},
		{
			method: 'GET',
			path: '/api/v1/channels/{id}',
			role: 'viewer',
			summary: 'One channel',
			answer: one('Channel')
		},
		{
			method: 'PUT',
			path: '/api/v1/channels/{id}',
			role: 'admin',
			summary: 'Replace a channel',
			notes:
				'What is left out takes its default. `***` keeps a stored secret as long as host, port and user stay; elsewhere it has to be typed again. What waits is tried at once.',
			body: 'ChannelInput',
			answer: one('Channel'),
			problems: ['conflict'],
			ifMatch: true
		},
		{
			method: 'PATCH',
			path: '/api/v1/channels/{id}',
			role: 'admin',
			summary: 'Change some fields of a channel',
			notes: 'Of `config`, too, only the given fields. The kind stays.',
			body: 'ChannelPatch',
			answer: one('Channel'),
			problems: ['conflict'],
			ifMatch: true
		},
		{
			method: 'DELETE',
			path: '/api/v1/channels/{id}',
			role: 'admin',
			summary: 'Remove a channel with its delivery log',
			notes: 'Rules that deliver there go on without it; what waits is not sent any more.',
			answer: nothing
		},
		{
			method: 'POST',
			path: '/api/v1/channels/{id}/test',
			role: 'operator',
			summary: 'Send a test, now',
			notes:
				'A clearly marked alert that never happened, past every limit, once. Answers 200 either way: `ok` tells whether it was taken, `answer` what was said.',
			answer: one('ChannelTest'),
			problems: ['rate_limited']
		},
		{
			method: 'GET',
			path: '/api/v1/channels/{id}/deliveries',
			role: 'viewer',
			summary: 'What was delivered there, newest first',
			notes: 'The newest 2,000 of a channel are kept, and everything that waits.',
			query: deliveriesQuery,
			answer: list('Delivery')
		},
		{
			method: 'POST',
			path: '/api/v1/channels/{id}/deliveries/{deliveryId}/retry',
			role: 'operator',
			summary: 'Try a delivery again, now',
			notes: 'One that waits, failed or was held back; under the same idempotency key.',
			answer: nothing,
			problems: ['conflict']
		},
		{
			method: 'GET',
			path: '/api/v1/alerts/{id}/deliveries',
			role: 'viewer',
			summary: 'What became of an alert on its way to its channels, newest first',
			answer: list('Delivery')
		}
	]
};
