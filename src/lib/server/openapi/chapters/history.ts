// The API of the past: what streams showed, and how streams, instances and the fleet did.
import { placeRangeQuery, rangeQuery } from '#lib/contracts/charts.ts';
import { list, type Chapter } from '../operation.ts';

const SHAPE =
	'Oldest first, at most 1000 points, which begin at multiples of their length. What was not recorded is no point.';

export const HISTORY: Chapter = {
	title: 'History',
	words:
		'What streams showed, and how streams, instances and the fleet did, as points over a range. A range ends now (`range`) or lies between `from` and `to`. With `format=csv` the answer is a table for a spreadsheet.',
	operations: [
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/flow',
			role: 'viewer',
			summary: 'What a stream, or one of its zones, showed over time',
			notes: `${SHAPE} Of seconds for up to an hour, of minutes for up to a week, of hours beyond: \`max\` and \`objects\` are the greatest of a point, \`direction\` the circular mean. Seconds are kept for a day at most, minutes as long as the settings say, hours for two years.`,
			query: placeRangeQuery,
			answer: list('FlowPoint')
		},
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/directions',
			role: 'viewer',
			summary: 'Motion by direction over time',
			notes: `${SHAPE} Sums over a point in 36 bins of ten degrees; bin 0 is centred on up. From the same grain as flow.`,
			query: placeRangeQuery,
			answer: list('DirectionPoint')
		},
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/performance',
			role: 'viewer',
			summary: 'How a stream did over time: connection, rate, latency, losses',
			notes: `${SHAPE} Of ten seconds for up to six hours, of minutes beyond.`,
			query: rangeQuery,
			answer: list('PerformancePoint')
		},
		{
			method: 'GET',
			path: '/api/v1/streams/{id}/detections/counts',
			role: 'viewer',
			summary: 'Stored detections by class over time',
			notes:
				'Oldest first, at most 200 points; a time without any is no point. The newest 500,000 detections of the range are counted.',
			query: rangeQuery,
			answer: list('DetectionsPoint')
		},
		{
			method: 'GET',
			path: '/api/v1/history/instances',
			role: 'viewer',
			summary: 'How every instance did over time: memory, processor, GPU, streams',
			notes:
				'Oldest first, at most 500 points of each instance: the most memory and streams of a point, the mean of processor and GPU. Kept for 30 days.',
			query: rangeQuery,
			answer: list('InstancePoint')
		},
		{
			method: 'GET',
			path: '/api/v1/history/fleet',
			role: 'viewer',
			summary: 'How many streams were in each state over time',
			notes: `${SHAPE} Means of a point. Kept for 30 days.`,
			query: rangeQuery,
			answer: list('FleetPoint')
		}
	]
};
