// Whose pictures are asked of other instances: of a stream that somebody here looks at, and a little longer, so that a page that is changed asks once.

export interface Watching {
	/** Has pictures of these streams come, wherever they are made, until the returned function is called. */
	want(streamIds: readonly string[] | 'all'): () => void;
	/** Whether anybody wants pictures of the stream, or did so a moment ago. */
	wanted(streamId: string): boolean;
	/** Wants nothing more, at once. */
	close(): void;
}

export interface WatchingDeps {
	/** Asks the others for pictures of a stream (`*`: of all) until the returned function is called. */
	watch(key: string): () => void;
	/** Nobody wants these any more. */
	onIdle(): void;
	lingerMs?: number;
}

interface Watch {
	count: number;
	end(): void;
	/** Runs while nobody wants it any more. */
	lingering: NodeJS.Timeout | null;
}

const LINGER_MS = 10_000;
const ANY = '*';

export function createWatching({ watch, onIdle, lingerMs = LINGER_MS }: WatchingDeps): Watching {
	const watches = new Map<string, Watch>();

	function take(key: string): void {
		const known = watches.get(key);
		if (!known) return void watches.set(key, { count: 1, end: watch(key), lingering: null });
		known.count++;
		if (known.lingering) clearTimeout(known.lingering);
		known.lingering = null;
	}

	function leave(key: string): void {
		const known = watches.get(key);
		if (!known || --known.count > 0) return;
		known.lingering = setTimeout(() => {
			watches.delete(key);
			known.end();
			onIdle();
		}, lingerMs);
		known.lingering.unref();
	}

	return {
		want(streamIds) {
			const keys = streamIds === 'all' ? [ANY] : [...new Set(streamIds)];
			keys.forEach(take);
			let over = false;
			return () => {
				if (over) return;
				over = true;
				keys.forEach(leave);
			};
		},
		wanted: (streamId) => watches.has(streamId) || watches.has(ANY),
		close() {
			for (const { end, lingering } of watches.values()) {
				if (lingering) clearTimeout(lingering);
				end();
			}
			watches.clear();
		}
	};
}
