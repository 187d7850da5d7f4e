// The newest decoded picture of every watched stream, and who wants to know of it. Owns the bitmaps: each is closed when overtaken.
import type { LiveFrame } from '#lib/contracts/live.ts';
import { LatestDecoder } from './decode.ts';
import type { LivePicture } from './draw.ts';

/** A picture outlives its tile this long, so that going to one camera and back does not flash empty tiles. */
const LINGER_MS = 20_000;

export type PictureListener = (picture: LivePicture) => void;

export class Pictures {
	readonly #watchers = new Map<string, Set<PictureListener>>();
	readonly #decoders = new Map<string, LatestDecoder>();
	readonly #newest = new Map<string, LivePicture>();
	readonly #onfirst: (streamId: string) => void;

	/** `onfirst` is told when a watched stream shows its first picture. */
	constructor(onfirst: (streamId: string) => void) {
		this.#onfirst = onfirst;
	}

	/** Ids somebody watches, in a stable order. */
	get wanted(): string[] {
		return [...this.#watchers.keys()].sort();
	}

	add(streamId: string, listener: PictureListener): void {
		const listeners = this.#watchers.get(streamId) ?? new Set();
		this.#watchers.set(streamId, listeners.add(listener));
		const picture = this.#newest.get(streamId);
		if (picture) listener(picture);
	}

	remove(streamId: string, listener: PictureListener): void {
		const listeners = this.#watchers.get(streamId);
		listeners?.delete(listener);
		if (listeners?.size === 0) this.#watchers.delete(streamId);
	}

	get(streamId: string): LivePicture | null {
		return this.#newest.get(streamId) ?? null;
	}

	/** The picture that arrived last, of any stream. */
	latest(): LivePicture | null {
		let latest: LivePicture | null = null;
		for (const picture of this.#newest.values()) {
			if (!latest || picture.receivedAt > latest.receivedAt) latest = picture;
		}
		return latest;
	}

	/** Takes a frame as it came; frames nobody watches any more are left undecoded. */
	take(frame: LiveFrame, receivedAt: number): void {
		if (!this.#watchers.has(frame.streamId)) return;
		let decoder = this.#decoders.get(frame.streamId);
		if (!decoder) {
			decoder = new LatestDecoder((picture) => this.#show(picture));
			this.#decoders.set(frame.streamId, decoder);
		}
		decoder.push(frame, receivedAt);
	}

	/** Frees the streams nobody has watched for a while; answers their ids. */
	forgetUnwatched(now: number): string[] {
		const forgotten = [...this.#decoders.keys()].filter((id) => {
			const shownAt = this.#newest.get(id)?.receivedAt ?? 0;
			return !this.#watchers.has(id) && now - shownAt > LINGER_MS;
		});
		for (const id of forgotten) this.#free(id);
		return forgotten;
	}

	close(): void {
		for (const id of [...this.#decoders.keys()]) this.#free(id);
	}

	#show(picture: LivePicture): void {
		const id = picture.frame.streamId;
		const previous = this.#newest.get(id);
		this.#newest.set(id, picture);
		for (const listener of this.#watchers.get(id) ?? []) listener(picture);
		if (previous) previous.bitmap.close();
		else this.#onfirst(id);
	}

	#free(streamId: string): void {
		this.#decoders.get(streamId)?.close();
		this.#decoders.delete(streamId);
		this.#newest.get(streamId)?.bitmap.close();
		this.#newest.delete(streamId);
	}
}
