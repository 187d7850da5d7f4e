// Alerts that are open now, for every page: the count in the bar, the marks on cameras, the announcement; and the hub of what changes.
import { getContext, setContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { SEVERITY_RANK, type AlertRecord } from '#lib/contracts/alert.ts';
import type { Severity } from '#lib/contracts/rule.ts';
import type { LiveFeed } from '../live/feed.svelte.ts';
import { api } from '../shell/api.ts';
import { announcementOf, type Announcement } from './announce.ts';
import { standingOf } from './words.ts';

/** What is open on one camera. */
export interface OpenOnCamera {
	/** The worst of them. */
	severity: Severity;
	count: number;
	/** The worst, and of those the newest. */
	first: AlertRecord;
}

/** Alerts that begin within so long are announced together. */
const GATHER_MS = 400;
const MOST_OPEN = 1000;

export class OpenAlerts {
	readonly #open = new SvelteMap<string, AlertRecord>();
	/** Worst first, then newest. */
	readonly list: readonly AlertRecord[] = $derived([...this.#open.values()].sort(worstFirst));
	readonly worst: Severity | null = $derived(this.list[0]?.severity ?? null);
	readonly #byCamera = $derived(groupByCamera(this.list));
	announcement = $state.raw<Announcement>({ assertive: '', polite: '' });

	readonly #feed: LiveFeed;
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
	readonly #hearers = new Set<(alert: AlertRecord) => void>();
	#fresh: AlertRecord[] = [];
	#gather: ReturnType<typeof setTimeout> | undefined;

	constructor(feed: LiveFeed) {
		this.#feed = feed;
	}

	get count(): number {
		return this.#open.size;
	}

	/** What is open on a camera; null when nothing is. Reactive. */
	onCamera(streamId: string): OpenOnCamera | null {
		return this.#byCamera.get(streamId) ?? null;
	}

	/** Hears the feed until the returned function is called; meant for an effect of the layout. */
	start(): () => void {
		const stop = this.#feed.on('alert', (alert) => this.hear(alert));
		return () => {
			stop();
			clearTimeout(this.#gather);
		};
	}

	/** Takes the open alerts as the server lists them; `quietly` says nothing of those that are new here. */
	take(alerts: readonly AlertRecord[], quietly = true): void {
		const open = alerts.filter((alert) => standingOf(alert) === 'open');
		const ids = open.map((alert) => alert.id);
		for (const id of [...this.#open.keys()]) if (!ids.includes(id)) this.#open.delete(id);
		for (const alert of open) this.#put(alert, quietly);
	}

	/** Reads them again: after the link was lost, something may have been missed. */
	async refresh(): Promise<void> {
		this.take(await api<AlertRecord[]>(OPEN_ALERTS_PATH), false);
	}

	/** An alert began, changed or ended: by the feed's word or by one's own action. */
	hear(alert: AlertRecord): void {
		if (standingOf(alert) === 'open') this.#put(alert, false);
		else this.#open.delete(alert.id);
		for (const hear of this.#hearers) hear(alert);
	}

	/** Hears every alert that begins, changes or ends. Returns the function that stops. */
	listen(hear: (alert: AlertRecord) => void): () => void {
		this.#hearers.add(hear);
		return () => this.#hearers.delete(hear);
	}

	/** Takes responsibility for an alert. Throws ApiError. */
	async acknowledge(id: string): Promise<AlertRecord> {
		const alert = await api<AlertRecord>(`/api/v1/alerts/${id}/acknowledge`, { method: 'POST' });
		this.hear(alert);
		return alert;
	}

	#put(alert: AlertRecord, quietly: boolean): void {
		const isNew = !this.#open.has(alert.id);
		if (isNew && this.#open.size >= MOST_OPEN) return;
		this.#open.set(alert.id, alert);
		if (isNew && !quietly) this.#tell(alert);
	}

	#tell(alert: AlertRecord): void {
		this.#fresh.unshift(alert);
		this.#gather ??= setTimeout(() => {
			this.announcement = announcementOf(this.#fresh);
			this.#fresh = [];
			this.#gather = undefined;
		}, GATHER_MS);
	}
}

export const OPEN_ALERTS_PATH = `/api/v1/alerts?status=firing&acknowledged=false&limit=${MOST_OPEN}`;

function worstFirst(a: AlertRecord, b: AlertRecord): number {
	return (
		SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || Date.parse(b.starts_at) - Date.parse(a.starts_at)
	);
}

function groupByCamera(alerts: readonly AlertRecord[]): Map<string, OpenOnCamera> {
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- made anew by a $derived
	const cameras = new Map<string, OpenOnCamera>();
	for (const alert of alerts) {
		if (!alert.stream_id) continue;
		const known = cameras.get(alert.stream_id);
		if (known) known.count++;
		else cameras.set(alert.stream_id, { severity: alert.severity, count: 1, first: alert });
	}
	return cameras;
}

const KEY = Symbol('open alerts');

/** Call in the layout's script; start it in an `$effect(() => alerts.start())`. */
export function provideOpenAlerts(feed: LiveFeed): OpenAlerts {
	return setContext(KEY, new OpenAlerts(feed));
}

/** The layout's open alerts. */
export function useOpenAlerts(): OpenAlerts {
	const alerts = getContext<OpenAlerts | undefined>(KEY);
	if (!alerts) throw new Error('no open alerts here: the layout must call provideOpenAlerts()');
	return alerts;
}
