// Ends what lost its owner and clears away what was left behind: every few seconds, on every instance, each step once.
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { OwnedStreams, SignedIn } from './ports.ts';
import * as store from './store.ts';

export interface KeeperDeps {
	db: store.ScenariosDatabase;
	log: Logger;
	streams: OwnedStreams;
	signedIn: SignedIn;
	/** ms between two rounds; ms after the start before anybody is thought silent: they could not be heard until now. */
	everyMs: number;
	graceMs: number;
}

export interface Keeper {
	start(): void;
	/** One round, now. */
	round(): Promise<void>;
	/** Counts as a sign of life of the owner, of sessions on these streams, until the signal. */
	accompany(ownerId: string, streamIds: readonly string[] | null, signal: AbortSignal): void;
	stop(): Promise<void>;
}

/** Its creation has failed by then. */
const ORPHAN_AFTER_S = 600;
/** Ended ones kept for their results, at most. */
const KEPT = 1000;
const BATCH = 50;
const COMPLAIN_EVERY_MS = 60_000;

export function createKeeper({ db, log, streams, signedIn, everyMs, graceMs }: KeeperDeps): Keeper {
	const watching = new Set<{ ownerId: string; streamIds: readonly string[] | null }>();
	let timer: NodeJS.Timeout | undefined;
	let working: Promise<void> = Promise.resolve();
	let startedAt = performance.now();
	let stopped = false;
	let complainedAt = -Infinity;

	async function round(): Promise<void> {
		for (const { ownerId, streamIds } of watching) await store.touchWatched(db, ownerId, streamIds);
		if (performance.now() - startedAt >= graceMs) tell('idle', await store.endIdle(db));
		tell('signed_out', await store.endOfOwners(db, await gone(await store.ownersBySignIn(db))));
		for (const id of await store.leftStreams(db)) await streams.end(id);
		for (const id of await store.orphanStreams(db, ORPHAN_AFTER_S)) await streams.remove(id);
		for (const id of await store.endedBeyond(db, KEPT, BATCH)) await streams.remove(id);
	}

	async function gone(owners: string[]): Promise<string[]> {
		const here = new Set(await signedIn(owners));
		return owners.filter((owner) => !here.has(owner));
	}

	function tell(reason: string, sessions: string[]): void {
		for (const session of sessions) log.info({ session, reason }, 'session ended');
	}

	async function guardedRound(): Promise<void> {
		try {
			await round();
		} catch (error) {
			if (performance.now() - complainedAt < COMPLAIN_EVERY_MS) return;
			complainedAt = performance.now();
			log.warn({ cause: causeChain(error) }, 'could not look after scenarios and sessions; tried again');
		}
	}

	function loop(): void {
		timer = setTimeout(() => {
			working = guardedRound().then(() => {
				if (!stopped) loop();
			});
		}, everyMs);
	}

	return {
		start() {
			startedAt = performance.now();
			loop();
		},
		round,
		accompany(ownerId, streamIds, signal) {
			if (signal.aborted) return;
			const watch = { ownerId, streamIds };
			watching.add(watch);
			signal.addEventListener('abort', () => watching.delete(watch), { once: true });
		},
		async stop() {
			stopped = true;
			clearTimeout(timer);
			await working;
		}
	};
}
