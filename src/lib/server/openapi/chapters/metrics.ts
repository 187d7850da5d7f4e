// The API of metrics: where Prometheus finds them.
import { list, type Chapter } from '../operation.ts';

export const METRICS: Chapter = {
	title: 'Metrics',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/metrics/targets',
			role: 'public',
			summary: "The instances to scrape, as Prometheus' HTTP service discovery reads them",
			notes:
				'For whoever may read `/metrics`: with VF_METRICS_TOKEN, that token as the bearer; without one, programs on the same machine alone, and not through a proxy.',
			answer: list('MetricsTarget'),
			problems: ['unauthenticated', 'forbidden']
		}
	]
};
