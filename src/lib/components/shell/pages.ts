// The pages of the product, in the order of the bar. A page joins by a line here once its route exists.
import type { Component } from 'svelte';
import Bell from '@lucide/svelte/icons/bell';
import Boxes from '@lucide/svelte/icons/boxes';
import Cctv from '@lucide/svelte/icons/cctv';
import ChartSpline from '@lucide/svelte/icons/chart-spline';
import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Map from '@lucide/svelte/icons/map';
import Settings from '@lucide/svelte/icons/settings';

export interface PageLink {
	path: string;
	label: string;
	icon: Component<{ size?: string; strokeWidth?: number; 'aria-hidden'?: 'true' }>;
}

export const PAGES: readonly PageLink[] = [
	{ path: '/', label: 'Fleet', icon: Cctv },
	{ path: '/live', label: 'Live', icon: LayoutGrid },
	{ path: '/map', label: 'Map', icon: Map },
	{ path: '/dashboard', label: 'Dashboard', icon: ChartSpline },
	{ path: '/alerts', label: 'Alerts', icon: Bell },
	{ path: '/models', label: 'Models', icon: Boxes },
	{ path: '/settings', label: 'Settings', icon: Settings }
];

/** Zones and rules belong to a camera: they are part of the fleet. */
const OF_FLEET = ['/', '/rules'];

/** Whether `path` is this page or lies under it. */
export function isCurrent(page: PageLink, path: string): boolean {
	return page.path === '/' ? OF_FLEET.includes(path) : path === page.path || path.startsWith(`${page.path}/`);
}
