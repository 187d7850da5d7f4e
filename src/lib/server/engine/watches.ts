// What each running stream is watched for: read when its run begins, again at every change, and retried while it cannot be.
import type { WatchConfig } from '#lib/contracts/run.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';

export interface WatchSource {
	/** A stream's zones and its enabled rules; rejects while they cannot be read. */
	of(streamId: string): Promise<WatchConfig>;
}

export interface Watches {
	/**
	 * Begins to follow a stream. `first` is what its run begins with: what could be read within a moment, or else nothing.
	 * Whatever is read after that is told. `end` ends it, and a new call for the same stream does too.
	 */
	follow(streamId: string, tell: (watch: WatchConfig) => void): { first: Promise<WatchConfig>; end(): void };
	/** Ends everything. */
	close(): void;
}

export interface WatchesDeps {
	source: WatchSource;
	bus: Bus;
	log: Logger;
	/** ms until what could not be read is tried again. */
	retryMs?: number;
}

interface Follower {
	tell: (watch: WatchConfig) => void;
	reading: boolean;
	/** A change came while reading: what is being read may be old already. */
	again: boolean;
	retry: NodeJS.Timeout | null;
}

const RETRY_MS = 3000;
/** A run waits so long for its first reading. */
const FIRST_LIMIT_MS = 1500;
const COMPLAIN_EVERY_MS = 30_000;

export const NOTHING_WATCHED: WatchConfig = { zones: [], rules: [] };

export function createWatches({ source, bus, log, retryMs = RETRY_MS }: WatchesDeps): Watches {
	const followers = new Map<string, Follower>();
	let complainedAt = -Infinity;

	const unsubscribe = bus.subscribe(subjects.watchChange, ({ streamId }) => {
		const follower = followers.get(streamId);
		if (follower) void read(streamId, follower);
	});

	/** Reads until one reading began after the last change; a failure is tried again later. */
	async function read(streamId: string, follower: Follower): Promise<void> {
		if (follower.reading) {
			follower.again = true;
			return;
		}
		cancelRetry(follower);
		follower.reading = true;
		try {
			do {
				follower.again = false;
				const watch = await source.of(streamId);
				if (followers.get(streamId) === follower) follower.tell(watch);
			} while (follower.again && followers.get(streamId) === follower);
		} catch (error) {
			complain(streamId, error);
			if (followers.get(streamId) === follower)
				follower.retry = setTimeout(() => void read(streamId, follower), retryMs);
		} finally {
			follower.reading = false;
		}
	}

	function complain(streamId: string, error: unknown): void {
		if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
		complainedAt = performance.now();
		log.warn(
			{ streamId, cause: causeChain(error) },
			'could not read zones and rules; the stream goes on with those it has and it is tried again'
		);
	}

	function end(streamId: string, follower: Follower): void {
		cancelRetry(follower);
		if (followers.get(streamId) === follower) followers.delete(streamId);
	}

	return {
		follow(streamId, tell) {
			const before = followers.get(streamId);
			if (before) end(streamId, before);
			const { promise: first, resolve } = Promise.withResolvers<WatchConfig>();
			const late = setTimeout(() => begin(NOTHING_WATCHED), FIRST_LIMIT_MS);
			const begin = (watch: WatchConfig) => {
				clearTimeout(late);
				follower.tell = tell;
				resolve(watch);
			};
			const follower: Follower = { tell: begin, reading: false, again: false, retry: null };
			followers.set(streamId, follower);
			// Failed at once, the run need not wait for a second try.
			void read(streamId, follower).then(() => {
				if (follower.tell === begin) begin(NOTHING_WATCHED);
			});
			return {
				first,
				end() {
					end(streamId, follower);
					if (follower.tell === begin) begin(NOTHING_WATCHED);
				}
			};
		},
		close() {
			unsubscribe();
			for (const [streamId, follower] of followers) end(streamId, follower);
		}
	};
}

function cancelRetry(follower: Follower): void {
	if (follower.retry) clearTimeout(follower.retry);
	follower.retry = null;
}
