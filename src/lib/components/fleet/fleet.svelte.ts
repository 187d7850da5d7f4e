// Every camera the page knows: the registry's records joined with what the live feed says of them.
import { getContext, setContext } from 'svelte';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';
import type { StreamPatch, StreamRecord } from '#lib/contracts/stream.ts';
import type { OpenAlerts, OpenOnCamera } from '../alerts/open-alerts.svelte.ts';
import type { LiveFeed } from '../live/feed.svelte.ts';
import { wordOfRecord } from '../live/picture.ts';
import { api } from '../shell/api.ts';
import { Draft } from './draft.svelte.ts';
import { countInstances, countStates, type Listed } from './order.ts';
import { runsOn } from './words.ts';

const KEY = Symbol('fleet');

export interface Camera extends Listed {
	instance: string | null;
	record: StreamRecord;
	status: StreamStatus | undefined;
	alert: OpenOnCamera | null;
}

export class Fleet {
	records = $state.raw<StreamRecord[]>([]);
	/** Whether the list has been loaded at least once. */
	loaded = $state(false);
	readonly #feed: LiveFeed;
	readonly #alerts: Pick<OpenAlerts, 'onCamera'>;
	#refreshing: Promise<void> | null = null;
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- a cache: each draft is reactive by itself
	readonly #drafts = new Map<string, Draft>();

	readonly cameras: Camera[] = $derived.by(() => this.records.map((record) => this.#join(record)));
	readonly counts = $derived(countStates(this.cameras.map((camera) => camera.word)));
	/** Which instances run them; one or none needs no telling. */
	readonly instances = $derived(countInstances(this.cameras));
	readonly trouble = $derived(
		this.cameras.filter((camera) => ['stream_error', 'worker_down', 'stale'].includes(camera.word)).length
	);
	/** Streams the feed speaks of that the list does not know: somebody else added them. */
	readonly unknown = $derived.by(() =>
		[...this.#feed.statuses.keys()].filter((id) => !this.records.some((record) => record.id === id))
	);
	/** Asked for once each, so that a status of a camera just deleted does not ask for ever. */
	// eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing shows it
	readonly #sought = new Set<string>();

	constructor(feed: LiveFeed, alerts: Pick<OpenAlerts, 'onCamera'>) {
		this.#feed = feed;
		this.#alerts = alerts;
	}

	/** Takes what `load` brought. */
	take(records: StreamRecord[]) {
		this.records = records;
		this.loaded = true;
	}

	camera(id: string | null): Camera | undefined {
		return this.cameras.find((camera) => camera.id === id);
	}

	/** The camera's unsaved changes, kept while the pages are walked. */
	draft(record: StreamRecord): Draft {
		const { id } = record;
		const draft =
			this.#drafts.get(id) ?? new Draft(() => this.records.find((one) => one.id === id) ?? record);
		this.#drafts.set(id, draft);
		return draft;
	}

	/** Reads the list again. Throws ApiError. */
	refresh(): Promise<void> {
		this.#refreshing ??= api<StreamRecord[]>('/api/v1/streams')
			.then((records) => this.take(records))
			.finally(() => (this.#refreshing = null));
		return this.#refreshing;
	}

	/** Reads the list again when the feed speaks of a camera that is new here. */
	seekUnknown() {
		const fresh = this.unknown.filter((id) => !this.#sought.has(id));
		if (!this.loaded || fresh.length === 0) return;
		for (const id of fresh) this.#sought.add(id);
		this.refresh().catch(() => fresh.forEach((id) => this.#sought.delete(id)));
	}

	/** Saves part of a camera and takes what the server made of it. Throws ApiError. */
	async patch(id: string, patch: StreamPatch): Promise<StreamRecord> {
		const record = await api<StreamRecord>(`/api/v1/streams/${id}`, { method: 'PATCH', body: patch });
		this.#put(record);
		return record;
	}

	/** Starts or stops a camera: its desired state. Throws ApiError. */
	async setActive(id: string, active: boolean): Promise<void> {
		const verb = active ? 'activate' : 'deactivate';
		const answer = await api<StreamRecord | undefined>(`/api/v1/streams/${id}/${verb}`, { method: 'POST' });
		const old = this.records.find((record) => record.id === id);
		if (answer?.id) this.#put(answer);
		else if (old) this.#put({ ...old, is_active: active });
	}

	/** Ends the wait for the next attempt: the camera is tried now. Throws ApiError. */
	async retry(id: string): Promise<void> {
		await api(`/api/v1/streams/${id}/retry`, { method: 'POST' });
	}

	async remove(id: string): Promise<void> {
		await api(`/api/v1/streams/${id}`, { method: 'DELETE' });
		this.records = this.records.filter((record) => record.id !== id);
		this.#drafts.delete(id);
		this.#feed.statuses.delete(id);
	}

	add(record: StreamRecord) {
		this.#put(record);
	}

	#put(record: StreamRecord) {
		const at = this.records.findIndex((one) => one.id === record.id);
		this.records = at === -1 ? [...this.records, record] : this.records.with(at, record);
	}

	#join(record: StreamRecord): Camera {
		const status = this.#feed.statuses.get(record.id);
		return {
			id: record.id,
			name: record.name,
			place: record.location_name,
			word: word(record, status),
			instance: runsOn(record, status),
			record,
			status,
			alert: this.#alerts.onCamera(record.id)
		};
	}
}

/** A stopped camera is deactivated at once, whatever its last status said. */
function word(record: StreamRecord, status: StreamStatus | undefined): StreamStatusWord {
	if (!record.is_active) return 'deactivated';
	if (status && status.status !== 'deactivated') return status.status;
	// Before the first status, the registry's last word is taken.
	return record.state === 'active' ? 'connected' : wordOfRecord(record);
}

/** Call in the layout's script. */
export function provideFleet(feed: LiveFeed, alerts: Pick<OpenAlerts, 'onCamera'>): Fleet {
	return setContext(KEY, new Fleet(feed, alerts));
}

/** The layout's fleet. */
export function useFleet(): Fleet {
	const fleet = getContext<Fleet | undefined>(KEY);
	if (!fleet) throw new Error('no fleet here: the layout must call provideFleet()');
	return fleet;
}
