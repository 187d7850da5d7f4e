// What is told around an alert: its announcement, its timeline, the stretch of figures it is seen in.
import { describe, expect, it } from 'vitest';
import type { FlowPoint } from '#lib/contracts/facts.ts';
import { announcementOf } from './announce.ts';
import { rangeReaching, stepOf, windowOf, within } from './evidence.ts';
import { judgedBy, peakWords } from './judged.ts';
import { alert, delivery, NOW } from './testing.ts';
import { timelineOf } from './timeline.ts';

describe('the announcement', () => {
	it('is assertive for critical alerts alone', () => {
		const warning = alert({ severity: 'warning', name: 'Crowd', zone_name: null });
		expect(announcementOf([alert(), warning])).toEqual({
			assertive: 'Critical alert: Fast vehicle, Ramp P2, Down lane.',
			polite: 'Warning alert: Crowd, Ramp P2.'
		});
	});

	it('is one sentence for a burst', () => {
		const burst = ['One', 'Two', 'Three'].map((name) => alert({ name }));
		expect(announcementOf(burst)).toEqual({
			assertive: '3 new critical alerts. The newest: One, Ramp P2, Down lane.',
			polite: ''
		});
	});
});

describe('the timeline', () => {
	const told = timelineOf(alert({ acknowledged_at: '2026-11-21T11:59:00.000Z', acknowledged_by: 'Ada' }), [
		delivery({
			id: '2',
			channel_type: 'mqtt',
			channel_name: 'Site',
			delivered_at: '2026-11-21T11:58:01.000Z'
		}),
		delivery(),
		delivery({ id: '3', state: 'failed', delivered_at: null }),
		delivery({ id: '4', channel_name: 'Late', delivered_at: '2026-11-21T11:58:30.000Z' })
	]);

	it('tells what happened in order, deliveries of a moment together, failed ones not', () => {
		expect(told.map(({ what, detail }) => `${what}: ${detail}`)).toEqual([
			'Alert opened: ',
			'Delivered: Webhook Control desk, MQTT Site',
			'Delivered: Webhook Late',
			'Acknowledged: by Ada',
			'Still going on: '
		]);
	});

	it('ends with the end, and why', () => {
		const ended = alert({
			status: 'resolved',
			ends_at: '2026-11-21T11:59:30.000Z',
			end_reason: 'the rule was switched off'
		});
		expect(timelineOf(ended, []).at(-1)).toEqual({
			at: '2026-11-21T11:59:30.000Z',
			what: 'Ended',
			detail: 'the rule was switched off',
			mark: 'plain'
		});
	});
});

describe('the evidence', () => {
	const point = (at: string, zone_id: string | null = 'z1'): FlowPoint => ({
		at,
		zone_id,
		avg: 1,
		max: 2,
		count: 3,
		direction: null,
		coherence: 0,
		objects: { person: 2, car: 1 }
	});

	it('shows a minute before, and until now while it goes on', () => {
		const start = Date.parse(alert().starts_at) / 1000;
		expect(windowOf(alert(), NOW)).toEqual({ from: start - 60, to: NOW / 1000 });
	});

	it('shows half a minute after the end, as far as there is one', () => {
		const ended = alert({ ends_at: '2026-11-21T11:58:10.000Z' });
		expect(windowOf(ended, NOW).to).toBe(Date.parse('2026-11-21T11:58:40.000Z') / 1000);
	});

	it('asks for the shortest range that reaches back', () => {
		expect(rangeReaching(NOW / 1000 - 180, NOW)).toBe('5m');
		expect(rangeReaching(NOW / 1000 - 301, NOW)).toBe('15m');
		expect(rangeReaching(NOW / 1000 - 8 * 86_400, NOW)).toBe(null);
	});

	it('takes the zone’s own points within the window, oldest first', () => {
		const points = [
			point('2026-11-21T11:58:02.000Z'),
			point('2026-11-21T11:58:01.000Z'),
			point('2026-11-21T11:58:01.000Z', null),
			point('2026-11-21T10:00:00.000Z')
		];
		expect(within(points, 'z1', windowOf(alert(), NOW)).map(({ at }) => at)).toEqual([
			'2026-11-21T11:58:01.000Z',
			'2026-11-21T11:58:02.000Z'
		]);
	});

	it('knows the step by the usual distance, whatever gaps there are', () => {
		const at = ['00', '05', '10', '15', '59'].map((second) => point(`2026-11-21T11:00:${second}.000Z`));
		expect(stepOf(at)).toBe(5);
		expect(stepOf([])).toBe(1);
	});

	it('says how far it went with its unit', () => {
		const direction = {
			type: 'flow_direction',
			direction_deg: 90,
			tolerance_deg: 30,
			mode: 'along',
			min_magnitude: 1,
			min_coherence: 0,
			min_vectors: 4
		} as const;
		expect(peakWords(47.66, direction)).toBe('47.7 px/frame');
		expect(peakWords(1, { type: 'line_crossed', classes: [], direction: 'any' })).toBe('1 crossing');
		expect(peakWords(47.66, null)).toBe('47.7');
	});

	it('draws what the rule judges, against its limit', () => {
		const count = judgedBy({ type: 'count', classes: ['person'], op: 'over', value: 3, min_confidence: 0.4 });
		expect(count?.of(point(NOW.toString()))).toBe(2);
		expect(count?.limit).toBe(3);
		const any = judgedBy({ type: 'object_dwell', classes: [], seconds: 5, min_confidence: 0.4 });
		expect(any?.of(point(NOW.toString()))).toBe(3);
		expect(judgedBy({ type: 'stream_health', state: 'stale' })).toBe(null);
		expect(judgedBy(null)?.unit).toBe('px/frame');
	});
});
