// Durations, standings and deliveries in words.
import { describe, expect, it } from 'vitest';
import { alert, delivery, NOW } from './testing.ts';
import {
	deliveryWords,
	lastedWords,
	outcomeWords,
	placeWords,
	span,
	standingOf,
	startedWords,
	zoneWords
} from './words.ts';

describe('how long', () => {
	it.each([
		[0, '0 s'],
		[0.4, 'under 1 s'],
		[38.9, '38 s'],
		[60, '1 min'],
		[250, '4 min 10 s'],
		[3600, '1 h'],
		[4320, '1 h 12 min'],
		[180_000, '2 d 2 h']
	])('%d s is %j', (seconds, words) => {
		expect(span(seconds)).toBe(words);
	});

	it('ticks while the alert is open and stands still once it has ended', () => {
		expect(lastedWords(alert(), NOW)).toBe('2 min, open');
		expect(lastedWords(alert({ acknowledged_at: '2026-11-21T11:59:00.000Z' }), NOW)).toBe('2 min, going on');
		const ended = alert({ status: 'resolved', ends_at: '2026-11-21T11:58:26.000Z' });
		expect([lastedWords(ended, NOW), lastedWords(ended, NOW + 60_000)]).toEqual(['26 s', '26 s']);
	});

	it('never counts below nothing when clocks differ', () => {
		expect(lastedWords(alert({ starts_at: '2026-11-21T12:00:05.000Z' }), NOW)).toBe('0 s, open');
	});

	it('gives the date of what did not begin today', () => {
		expect(startedWords('2026-11-19T12:00:00.000Z', NOW)).toMatch(/^(19|20) Nov, \d\d:\d\d$/);
		expect(startedWords(new Date(NOW).toISOString(), NOW)).toMatch(/^\d\d:\d\d:00$/);
	});
});

describe('how it stands', () => {
	it('is open until somebody has it or it is over', () => {
		expect(standingOf(alert())).toBe('open');
		expect(standingOf(alert({ status: 'resolved' }))).toBe('ended');
		expect(standingOf(alert({ status: 'resolved', acknowledged_at: '2026-11-21T11:59:00.000Z' }))).toBe(
			'acknowledged'
		);
	});
});

describe('who was told', () => {
	it.each([
		[{ total: 0, delivered: 0, pending: 0, failed: 0 }, '–', 'quiet'],
		[{ total: 4, delivered: 4, pending: 0, failed: 0 }, 'All 4', 'quiet'],
		[{ total: 4, delivered: 3, pending: 1, failed: 0 }, '3 of 4, waiting', 'warn'],
		[{ total: 4, delivered: 2, pending: 1, failed: 1 }, '2 of 4, 1 failed', 'bad'],
		[{ total: 2, delivered: 1, pending: 0, failed: 0 }, '1 of 2, held back', 'quiet']
	])('%j is %j', (deliveries, text, tone) => {
		expect(deliveryWords(alert({ deliveries }))).toEqual({ text, tone });
	});

	it('counts down to the next attempt', () => {
		const waiting = delivery({ state: 'pending', attempts: 2, next_attempt_at: '2026-11-21T12:00:22.000Z' });
		expect(outcomeWords(waiting, NOW)).toEqual({ text: 'Retrying in 22 s', tone: 'warn' });
		expect(outcomeWords(waiting, NOW + 30_000).text).toBe('Retrying');
		expect(outcomeWords(delivery({ state: 'pending', attempts: 0 }), NOW).text).toBe('Waiting');
	});
});

describe('where', () => {
	it('names the camera and the zone, or says there is none', () => {
		expect(placeWords(alert())).toBe('Ramp P2, Down lane');
		expect(placeWords(alert({ zone_name: null }))).toBe('Ramp P2');
		expect(placeWords(alert({ stream_name: null, zone_name: null }))).toBe('no camera');
		expect(zoneWords(alert({ source: 'grafana', zone_name: null }))).toBe('');
		expect(zoneWords(alert({ zone_name: null }))).toBe('whole stream');
	});

	it('does not say a zone twice that the rule’s name ends with, as suggested names do', () => {
		expect(zoneWords(alert({ name: 'Line crossed, Line 1', zone_name: 'Line 1' }))).toBe('');
		expect(zoneWords(alert({ name: 'Somebody at the transformer', zone_name: 'Transformer' }))).toBe('');
		expect(zoneWords(alert({ name: 'Nobody upstairs', zone_name: 'stairs' }))).toBe('stairs');
	});
});
