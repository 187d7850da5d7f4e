// The dashboard's address: what people type and what they follow comes out as something that can be shown.
import { describe, expect, it } from 'vitest';
import {
	dashboardHref,
	drawnSpan,
	parseDashboard,
	scaled,
	shifted,
	spanOf,
	spanQuery,
	type DashboardAddress
} from './address.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`) / 1000;
const parse = (query: string) => parseDashboard(new URLSearchParams(query));
const plain: DashboardAddress = { stream: null, zone: null, range: '1h', zoom: null, view: 'charts' };

describe('an address', () => {
	it('comes back as it was written', () => {
		const address: DashboardAddress = {
			stream: 'a',
			zone: 'b',
			range: '6h',
			zoom: { from: at('10:00:00'), to: at('10:30:00') },
			view: 'grafana'
		};
		const href = dashboardHref(address);
		expect(href).toBe(
			'/dashboard?view=grafana&stream=a&zone=b&range=6h&from=2026-11-21T10:00:00Z&to=2026-11-21T10:30:00Z'
		);
		expect(parse(href.split('?')[1] ?? '')).toEqual(address);
		expect(dashboardHref(plain)).toBe('/dashboard');
	});

	it.each([
		'range=nonsense',
		'range=__proto__',
		'from=2026-11-21T10:00:00Z',
		'from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z',
		'from=2026-11-21T10:00:00Z&to=2026-11-21T10:00:03Z',
		'from=1990-01-01T00:00:00Z&to=2026-11-21T10:00:00Z',
		'from=x&to=y',
		'zone=b',
		'stream=',
		'view=other'
	])('of %s shows the last hour of the fleet', (query) => {
		expect(parse(query)).toEqual(plain);
	});
});

describe('a stretch of time', () => {
	it('is asked for by its range, or from when to when', () => {
		expect(spanQuery(plain)).toBe('range=1h');
		const zoom = { from: at('10:00:00'), to: at('10:30:00') };
		expect(new URLSearchParams(spanQuery({ ...plain, zoom })).get('to')).toBe('2026-11-21T10:30:00Z');
	});

	it('ends now, and moves on by what can be seen', () => {
		expect(spanOf(plain, NOW)).toEqual({ from: at('11:00:00'), to: at('12:00:00') });
		expect(spanOf({ ...plain, range: '7d' }, NOW)).toEqual(spanOf({ ...plain, range: '7d' }, NOW - 100_000));
	});

	it('is moved by half, and reaches the present as what ends now', () => {
		const hour = { from: at('10:00:00'), to: at('11:00:00') };
		expect(shifted(hour, -1, NOW)).toEqual({ from: at('09:30:00'), to: at('10:30:00') });
		expect(shifted(hour, 1, NOW)).toEqual({ from: at('10:30:00'), to: at('11:30:00') });
		expect(shifted({ from: at('11:00:00'), to: at('12:00:00') }, 1, NOW)).toBeNull();
	});

	it('is halved about what is looked at, and doubled until it would be the future', () => {
		const hour = { from: at('10:00:00'), to: at('11:00:00') };
		expect(scaled(hour, 0.5, NOW, at('10:15:00'))).toEqual({ from: at('10:07:30'), to: at('10:37:30') });
		expect(scaled(hour, 2, NOW)).toEqual({ from: at('09:30:00'), to: at('11:30:00') });
		const short = scaled({ from: at('10:00:00'), to: at('10:00:10') }, 0.5, NOW);
		expect(short && short.to - short.from).toBe(10);
		expect(scaled({ from: at('11:00:00'), to: at('12:00:00') }, 2, NOW)).toEqual({
			from: at('10:00:00'),
			to: at('12:00:00')
		});
	});

	it('that was drawn across is never too short to be asked for', () => {
		expect(drawnSpan(100.4, 160.2)).toEqual({ from: 100, to: 161 });
		expect(drawnSpan(100, 101)).toEqual({ from: 95, to: 106 });
		expect(drawnSpan(100, 100)).toBeNull();
	});
});
