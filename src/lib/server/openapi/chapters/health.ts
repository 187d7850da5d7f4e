// The API of health: for monitors, load balancers and whoever restarts processes.
import { one, type Chapter } from '../operation.ts';

export const HEALTH: Chapter = {
	title: 'Health',
	words: 'Open to everybody, so that a monitor needs no key; nothing in it is secret.',
	operations: [
		{
			method: 'GET',
			path: '/health',
			role: 'public',
			summary: 'How the server is',
			notes:
				'Every check with its state, and why where it is not ok. 200 while it serves, also `degraded`; 503 when it is `unhealthy`.',
			answer: { ...one('HealthReport'), also: 503 }
		},
		{
			method: 'GET',
			path: '/health/live',
			role: 'public',
			summary: 'Whether the process answers at all',
			notes: 'Depends on nothing else: where it fails, start the process again.',
			answer: one('Alive')
		},
		{
			method: 'GET',
			path: '/health/ready',
			role: 'public',
			summary: 'Whether requests should be sent here',
			notes: 'Not while the database is away or the server stops: `waitingFor` names what is missing.',
			answer: { ...one('Readiness'), also: 503 }
		}
	]
};
