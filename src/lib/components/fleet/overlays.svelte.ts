// Which overlays are drawn: at once for whoever looks, and kept in the camera's record for those who may tune it.
import type { StreamPatch, StreamRecord } from '#lib/contracts/stream.ts';
import type { Overlays } from '../live/draw.ts';
import { OVERLAYS, ownOverlays } from '../live/wall.ts';

const SETTLE_MS = 500;

export class OverlayChoice {
	#chosen = $state.raw<Overlays | null>(null);
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #record: () => StreamRecord;
	readonly #save: ((patch: StreamPatch) => void) | null;

	/** Without `save` the choice is this page's alone. */
	constructor(record: () => StreamRecord, save: ((patch: StreamPatch) => void) | null) {
		this.#record = record;
		this.#save = save;
	}

	get shown(): Overlays {
		return this.#chosen ?? ownOverlays(this.#record());
	}

	/** Drawn at once; several presses in a row are saved once. */
	choose(overlays: Overlays) {
		this.#chosen = overlays;
		if (!this.#save) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#save?.(changed(this.#record(), overlays)), SETTLE_MS);
	}
}

function changed(record: StreamRecord, overlays: Overlays): StreamPatch {
	const own = ownOverlays(record);
	return Object.fromEntries(
		OVERLAYS.filter((name) => own[name] !== overlays[name]).map((name) => [`show_${name}`, overlays[name]])
	);
}
