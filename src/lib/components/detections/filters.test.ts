// The record's filters: address to filter and back, the API's query, and which detection belongs.
import { describe, expect, it } from 'vitest';
import { detectionsQuery, type DetectionRecord } from '#lib/contracts/detection.ts';
import {
	detectionFilterParts,
	detectionMatches,
	detectionsQueryOf,
	parseDetectionFilter
} from './filters.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const from = (text: string) => parseDetectionFilter(new URLSearchParams(text));
const written = (text: string) =>
	Object.entries(detectionFilterParts(from(text)))
		.filter(([, value]) => value !== null)
		.map(([key, value]) => `${key}=${value}`)
		.join('&');

describe('the address', () => {
	it.each(['', 'stream=a&label=person,traffic light&confidence=0.7&track=12&range=7d'])(
		'says %j and is read back as it was',
		(text) => {
			expect(written(text)).toBe(text);
		}
	);

	it.each([
		'confidence=1.5',
		'confidence=',
		'confidence=high',
		'track=-1',
		'track=1.5',
		'label=, ,',
		'range=1y'
	])('takes %j as no filter', (text) => {
		expect(written(text)).toBe('');
	});
});

describe('the query', () => {
	it('is one the API takes', () => {
		const query = detectionsQueryOf(from('label=person,car&confidence=0.5&track=3&range=1h'), NOW, {
			limit: 60,
			before: '2026-11-21T11:30:00.000Z'
		});
		expect(detectionsQuery.parse(Object.fromEntries(new URLSearchParams(query)))).toEqual({
			limit: 60,
			before: '2026-11-21T11:30:00.000Z',
			from: '2026-11-21T11:00:00.000Z',
			label: ['person', 'car'],
			min_confidence: 0.5,
			track_id: 3
		});
	});
});

describe('a detection that arrives', () => {
	const detection: DetectionRecord = {
		id: 'd',
		stream_id: 's1',
		timestamp: '2026-11-21T11:59:00.000Z',
		label: 'person',
		confidence: 0.62,
		bounding_box: { x: 0, y: 0, width: 0.1, height: 0.1 },
		track_id: 7,
		image_path: null,
		metadata: {}
	};

	it.each([
		['', true],
		['stream=s1&label=car,person&confidence=0.62&track=7', true],
		['stream=s2', false],
		['label=car', false],
		['confidence=0.63', false],
		['track=8', false],
		['range=5m', true]
	])('is judged by %j: %s', (text, belongs) => {
		expect(detectionMatches(detection, from(text), NOW)).toBe(belongs);
	});

	it('does not belong once it is too old', () => {
		expect(detectionMatches(detection, from('range=5m'), NOW + 300_000)).toBe(false);
	});
});
