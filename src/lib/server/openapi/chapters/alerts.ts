// The API of alerts.
import { alertsQuery } from '#lib/contracts/alert.ts';
import { webhookQuery } from '#lib/contracts/received.ts';
import { list, media, one, type Chapter } from '../operation.ts';

export const ALERTS: Chapter = {
	title: 'Alerts',
	words:
		'An alert is a rule that fired, with a start and an end, however it flickers in between; those that other systems report stand in the same list.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/alerts',
			role: 'viewer',
			summary: 'Alerts, newest first',
			notes:
				'Filters that take several values take them separated by commas. For the next page send the last `starts_at` as `before`.',
			query: alertsQuery,
			answer: list('Alert')
		},
		{
			method: 'GET',
			path: '/api/v1/alerts/{id}',
			role: 'viewer',
			summary: 'One alert',
			answer: one('Alert')
		},
		{
			method: 'POST',
			path: '/api/v1/alerts/{id}/acknowledge',
			role: 'operator',
			summary: 'Say that you look after it',
			notes:
				'Whoever was first stays; the same twice is no error. It does not end the alert: what fires goes on firing.',
			answer: one('Alert')
		},
		{
			method: 'GET',
			path: '/api/v1/alerts/{id}/snapshot.jpg',
			role: 'viewer',
			summary: 'The picture of the moment it fired',
			notes: 'With objects, motion and the zone marked on it. 404 says why there is none.',
			answer: media('image/jpeg', 'A JPEG')
		},
		{
			method: 'GET',
			path: '/api/v1/alerts/{id}/clip.mp4',
			role: 'viewer',
			summary: 'The clip around it',
			notes:
				"For rules with `clip`, of cameras with `clip_preroll_s`: the camera's own packets, from before it fired to after its end, two minutes at most. Takes `Range`. 404 says why there is none.",
			answer: media('video/mp4', 'An MP4, or the range of it that was asked for')
		},
		{
			method: 'GET',
			path: '/api/v1/alerts/{id}/received',
			role: 'viewer',
			summary: 'What Grafana or Alertmanager told of it',
			notes: 'Of alerts with `source` `grafana`; 404 for our own.',
			answer: one('ReceivedAlert')
		},
		{
			method: 'POST',
			path: '/api/v1/alerts/webhook',
			role: 'public',
			token: 'webhookToken',
			summary: 'Take alerts from Grafana or Alertmanager',
			notes:
				'At most 1 MiB and 200 alerts. The same message again changes nothing but the count of deliveries; a firing one that its end overtook stays ended.',
			query: webhookQuery,
			body: 'WebhookMessage',
			answer: one('WebhookAnswer'),
			problems: ['unauthenticated', 'rate_limited']
		},
		{
			method: 'GET',
			path: '/api/v1/alerts/webhook',
			role: 'admin',
			summary: 'Where Grafana and Alertmanager send alerts, and the secret',
			answer: one('WebhookAddress')
		}
	]
};
