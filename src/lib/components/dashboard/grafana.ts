// Where Grafana's own dashboard is, with the camera and the time that are looked at here. Pure.
import type { DashboardAddress } from './address.ts';

/** The uid of the dashboard that deploy/grafana brings. */
const DASHBOARD = 'd/vector-flow';

export interface GrafanaChoice extends Pick<DashboardAddress, 'range' | 'zoom'> {
	/** null: all of them. */
	streamName: string | null;
	theme: 'light' | 'dark';
	/** Without Grafana's own menus, as a frame wants it. */
	kiosk: boolean;
}

/** The address of Vector Flow's dashboard in the Grafana at `base`, which may lie under a path. */
export function grafanaHref(base: string, { streamName, range, zoom, theme, kiosk }: GrafanaChoice): string {
	const url = new URL(base);
	url.pathname = `${url.pathname.replace(/\/+$/, '')}/${DASHBOARD}`;
	url.searchParams.set('var-stream_name', streamName ?? '$__all');
	url.searchParams.set('from', zoom ? String(Math.round(zoom.from * 1000)) : `now-${range}`);
	url.searchParams.set('to', zoom ? String(Math.round(zoom.to * 1000)) : 'now');
	url.searchParams.set('theme', theme);
	if (!zoom) url.searchParams.set('refresh', '30s');
	// A flag without a value, and Grafana wants it so.
	return kiosk ? `${url.href}&kiosk` : url.href;
}
