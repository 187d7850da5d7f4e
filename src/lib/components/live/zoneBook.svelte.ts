// The zones of the streams on screen, read once a stream and shared by every picture of the page.
import { SvelteMap } from 'svelte/reactivity';
import type { ZoneRecord } from '#lib/contracts/zone.ts';
import { api } from '../shell/api.ts';

/** Somebody else's change shows when a picture is opened again after this. */
const FRESH_MS = 60_000;
const NONE: readonly ZoneRecord[] = [];

class ZoneBook {
	readonly #zones = new SvelteMap<string, readonly ZoneRecord[]>();

	readonly #readAt = new Map<string, number>();

	/** What is known of a stream's zones, oldest first. Reactive. */
	of(streamId: string): readonly ZoneRecord[] {
		return this.#zones.get(streamId) ?? NONE;
	}

	/** Whether they were ever read. Reactive. */
	has(streamId: string): boolean {
		return this.#zones.has(streamId);
	}

	/** Reads a stream's zones unless that was done just now. A picture without outlines is still a picture: no failure is told. */
	open(streamId: string): void {
		if (Date.now() - (this.#readAt.get(streamId) ?? 0) < FRESH_MS) return;
		this.read(streamId).catch(() => undefined);
	}

	/** Throws ApiError. */
	async read(streamId: string): Promise<void> {
		this.#readAt.set(streamId, Date.now());
		try {
			this.put(streamId, await api<ZoneRecord[]>(`/api/v1/streams/${streamId}/zones`));
		} catch (error) {
			this.#readAt.delete(streamId);
			throw error;
		}
	}

	/** Takes what the server made of a change. */
	put(streamId: string, zones: readonly ZoneRecord[]): void {
		this.#zones.set(streamId, zones);
	}
}

/** One book a page; filled in the browser alone. */
export const zoneBook = new ZoneBook();
