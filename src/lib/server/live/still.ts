// One picture of a moment, for those who keep it: waited for briefly, as the moment's own picture comes a little after its news.
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { renderEvidence, type Evidence } from './overlay.ts';

export interface Still {
	/** ms since the epoch. */
	readonly capturedAt: number;
	/** The JPEG with what was seen marked on it. */
	drawn(evidence: Evidence): Promise<Uint8Array>;
}

export interface Stills {
	/** The first frame of the stream captured at `notBefore` or later; after `waitMs` the newest that came, or `fallback`. */
	next(
		streamId: string,
		notBefore: number,
		waitMs: number,
		fallback: PreviewFrame | null
	): Promise<Still | null>;
	/** A frame came: who waits for it has it. */
	offer(frame: PreviewFrame): void;
	/** Whoever waits gets what there is. */
	close(): void;
}

interface Wait {
	notBefore: number;
	newest: PreviewFrame | null;
	settle(): void;
}

export function createStills(): Stills {
	const waits = new Map<string, Set<Wait>>();

	function wait(streamId: string, notBefore: number, waitMs: number, newest: PreviewFrame | null) {
		const { promise, resolve } = Promise.withResolvers<Still | null>();
		const timer = setTimeout(() => one.settle(), waitMs);
		const one: Wait = {
			notBefore,
			newest,
			settle() {
				clearTimeout(timer);
				const set = waits.get(streamId);
				set?.delete(one);
				if (set?.size === 0) waits.delete(streamId);
				resolve(one.newest && stillOf(one.newest));
			}
		};
		const set = waits.get(streamId) ?? new Set();
		waits.set(streamId, set.add(one));
		return promise;
	}

	return {
		async next(streamId, notBefore, waitMs, fallback) {
			if (fallback && fallback.capturedAt >= notBefore) return stillOf(fallback);
			return wait(streamId, notBefore, waitMs, fallback);
		},
		offer(frame) {
			for (const one of [...(waits.get(frame.streamId) ?? [])]) {
				one.newest = frame;
				if (frame.capturedAt >= one.notBefore) one.settle();
			}
		},
		close() {
			for (const set of [...waits.values()]) for (const one of [...set]) one.settle();
		}
	};
}

function stillOf(frame: PreviewFrame): Still {
	return { capturedAt: frame.capturedAt, drawn: (evidence) => renderEvidence(frame, evidence) };
}
