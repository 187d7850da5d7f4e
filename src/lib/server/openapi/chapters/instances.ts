// The API of instances: which servers there are.
import { list, type Chapter } from '../operation.ts';

export const INSTANCES: Chapter = {
	title: 'Instances',
	words: 'An instance is one running server. Several share a database and divide the streams among them.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/instances',
			role: 'viewer',
			summary: 'The instances of the fleet, by id',
			notes:
				'One that stops in order is gone at once; one that was lost is told as `away` for a day. Times are by the database’s clock.',
			answer: list('Instance')
		}
	]
};
