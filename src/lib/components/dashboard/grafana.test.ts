// Grafana's dashboard is opened with what is looked at here, wherever Grafana lies.
import { expect, it } from 'vitest';
import { grafanaHref, type GrafanaChoice } from './grafana.ts';

const choice: GrafanaChoice = {
	streamName: 'Gate & Yard',
	range: '6h',
	zoom: null,
	theme: 'dark',
	kiosk: true
};

it('takes camera and range along', () => {
	const url = new URL(grafanaHref('https://grafana.example.org/', choice));
	expect(url.pathname).toBe('/d/vector-flow');
	expect(Object.fromEntries(url.searchParams)).toEqual({
		'var-stream_name': 'Gate & Yard',
		from: 'now-6h',
		to: 'now',
		theme: 'dark',
		refresh: '30s',
		kiosk: ''
	});
});

it('takes a stretch along in milliseconds, under a path, with what the address has already', () => {
	const zoom = { from: 1000, to: 2000.5 };
	const url = new URL(
		grafanaHref('https://example.org/monitor/?orgId=2', { ...choice, zoom, streamName: null, kiosk: false })
	);
	expect(url.pathname).toBe('/monitor/d/vector-flow');
	expect(Object.fromEntries(url.searchParams)).toEqual({
		orgId: '2',
		'var-stream_name': '$__all',
		from: '1000000',
		to: '2000500',
		theme: 'dark'
	});
});
