// The API of metrics: the figures, and where Prometheus finds them.
import { list, media, type Chapter } from '../operation.ts';

export const METRICS: Chapter = {
	title: 'Metrics',
	words: 'What Prometheus reads. The figures themselves are told in docs/reference/metrics.md.',
	operations: [
		{
			method: 'GET',
			path: '/metrics',
			role: 'public',
			token: 'metricsToken',
			summary: 'The figures of this server and of the streams it runs',
			notes:
				'In Prometheus’ text format. With VF_METRICS_TOKEN, for whoever sends that token as the bearer; without one, for programs on the same machine alone, and not through a proxy.',
			answer: media('text/plain', 'The figures'),
			problems: ['unauthenticated', 'forbidden']
		},
		{
			method: 'GET',
			path: '/api/v1/metrics/targets',
			role: 'public',
			token: 'metricsToken',
			summary: "The instances to scrape, as Prometheus' HTTP service discovery reads them",
			notes: 'For whoever may read `/metrics`.',
			answer: list('MetricsTarget'),
			problems: ['unauthenticated', 'forbidden']
		}
	]
};
