// The API of messages that were set aside.
import { parkedQuery } from '#lib/contracts/event.ts';
import { list, nothing, type Chapter } from '../operation.ts';

export const MESSAGES: Chapter = {
	title: 'Messages set aside',
	words:
		'What could not be done is not lost and does not stand in the way: it is set aside, to be looked at, tried again or forgotten.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/messages/parked',
			role: 'operator',
			summary: 'Messages nobody could do anything with, newest first',
			notes:
				'From the journal or the outbox: no JSON, nothing this version knows, a command for what is not there, or what failed five times. An outage sets nothing aside. The newest 1,000 of each consumer are kept, 64 KiB of each.',
			query: parkedQuery,
			answer: list('ParkedMessage')
		},
		{
			method: 'DELETE',
			path: '/api/v1/messages/parked/{id}',
			role: 'admin',
			summary: 'Forget a message that was set aside',
			answer: nothing
		},
		{
			method: 'POST',
			path: '/api/v1/messages/parked/{id}/retry',
			role: 'admin',
			summary: 'Let it take effect now',
			notes: 'Then it is forgotten. One that took effect before has none again.',
			answer: nothing,
			problems: ['conflict']
		}
	]
};
