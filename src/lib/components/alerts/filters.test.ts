// The list's filters: address to filter and back, the API's query, and which alert belongs.
import { describe, expect, it } from 'vitest';
import { alertsQuery } from '#lib/contracts/alert.ts';
import { alertFilterParts, alertMatches, alertsQueryOf, isNarrowed, parseAlertFilter } from './filters.ts';
import { alert, NOW } from './testing.ts';

const from = (text: string) => parseAlertFilter(new URLSearchParams(text));
/** The address a filter would be written as. */
const written = (text: string) =>
	Object.entries(alertFilterParts(from(text)))
		.filter(([, value]) => value !== null)
		.map(([key, value]) => `${key}=${value}`)
		.join('&');

describe('the address', () => {
	it.each([
		'',
		'status=open',
		'status=ended&severity=warning,critical&stream=a&source=grafana&range=7d&q=ramp down'
	])('says %j and is read back as it was', (text) => {
		expect(written(text)).toBe(text);
	});

	it.each([
		['status=closed', 'an unknown status'],
		['severity=fatal,', 'an unknown severity'],
		['range=99y', 'an unknown range'],
		['range=constructor', 'a word every object knows'],
		['source=prometheus', 'an unknown source'],
		['stream=&q=%20%20', 'nothing'],
		['status=all&range=24h', 'the defaults']
	])('takes %j as no filter: %s', (text) => {
		expect(written(text)).toBe('');
	});

	it('orders severities and names each once', () => {
		expect(written('severity=critical,info,critical')).toBe('severity=info,critical');
	});

	it('counts everything but the status as narrowing', () => {
		expect(isNarrowed(from('status=open'))).toBe(false);
		expect(isNarrowed(from('status=open&q=x'))).toBe(true);
	});
});

describe('the query', () => {
	const query = (text: string, before?: string) =>
		Object.fromEntries(new URLSearchParams(alertsQueryOf(from(text), NOW, { limit: 100, before })));

	it('asks for a day back by default', () => {
		expect(query('')).toEqual({ limit: '100', from: '2026-11-20T12:00:00.000Z' });
	});

	it('asks for what is open however long ago it began', () => {
		expect(query('status=open&range=1h')).toEqual({
			limit: '100',
			status: 'firing',
			acknowledged: 'false'
		});
	});

	it('is one the API takes', () => {
		const text = 'status=acknowledged&severity=critical&source=rule&range=1h&q=ramp';
		const asked = query(`${text}&stream=8f8e1f5e-53a9-4f6c-9c40-0f3d1c0c3a11`, '2026-11-21T11:30:00.000Z');
		expect(alertsQuery.parse(asked)).toEqual({
			limit: 100,
			before: '2026-11-21T11:30:00.000Z',
			from: '2026-11-21T11:00:00.000Z',
			stream_id: '8f8e1f5e-53a9-4f6c-9c40-0f3d1c0c3a11',
			severity: ['critical'],
			source: ['rule'],
			acknowledged: 'true',
			q: 'ramp'
		});
	});
});

describe('an alert that arrives', () => {
	const ended = alert({ status: 'resolved', ends_at: '2026-11-21T11:59:00.000Z' });
	const taken = alert({ acknowledged_at: '2026-11-21T11:59:00.000Z' });

	it.each([
		['', [true, true, true]],
		['status=open', [true, false, false]],
		['status=ended', [false, true, false]],
		['status=acknowledged', [false, false, true]]
	])('belongs under %j by how it stands', (text, belongs) => {
		expect([alert(), ended, taken].map((one) => alertMatches(one, from(text), NOW))).toEqual(belongs);
	});

	it.each([
		['severity=info', false],
		['severity=info,critical', true],
		['stream=another', false],
		['source=grafana', false],
		['q=RAMP', true],
		['q=down%20lane', true],
		['q=fast', true],
		['q=harbour', false]
	])('is judged by %j: %s', (text, belongs) => {
		expect(alertMatches(alert(), from(text), NOW)).toBe(belongs);
	});

	it('belongs while it is open, however long ago it began', () => {
		const old = { starts_at: '2026-11-01T00:00:00.000Z' };
		expect(alertMatches(alert(old), from('range=1h'), NOW)).toBe(true);
		expect(alertMatches({ ...ended, ...old }, from('range=1h'), NOW)).toBe(false);
		expect(alertMatches({ ...ended, ...old }, from('range=all'), NOW)).toBe(true);
	});
});
