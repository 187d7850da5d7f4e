// The API of instances: which servers there are.
import { list, type Chapter } from '../operation.ts';

export const INSTANCES: Chapter = {
	title: 'Instances',
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
