// The files room's door: files that one instance writes and all read, by their paths under DATA_DIR.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { questions, type Bus, type ObjectStore } from '../bus/index.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';
import { readPart } from './offer.ts';
import { createPublisher } from './publisher.ts';
import type { CacheLimits, SharedFolder } from './rules.ts';
import { pruneCache, sweep, type Known } from './sweep.ts';

export interface FilesDeps {
	dataDir: string;
	/** This instance's id. */
	instance: string;
	/** Null where there is one disk only. */
	objects: ObjectStore | null;
	bus: Bus;
	log: Logger;
	/** Tests only. */
	cache?: Partial<CacheLimits>;
	backoff?: { baseMs: number; capMs: number };
}

export interface Files extends Fetcher {
	/** Offers a file that lies under DATA_DIR to the other instances, as soon as that can be. */
	publish(path: string): void;
	/** Here, and where the others find it; what others have fetched they forget by themselves. */
	remove(path: string): Promise<void>;
	/** Removes what nobody names any more, here and in the store of files, and offers what is missing there. */
	sweep(folder: SharedFolder, known: Known): Promise<void>;
	/** Answers other instances from now on. */
	start(): void;
	/** Sends what waits, for at most a second. */
	stop(): Promise<void>;
}

const CACHE: CacheLimits = { bytes: 2 * 2 ** 30, ageMs: 7 * 86_400_000, inUseMs: 60_000 };
const BACKOFF = { baseMs: 1000, capMs: 60_000 };
const PRUNE_EVERY_MS = 60_000;
const REMOVE_AGAIN_MS = 30_000;

/** Fetched files lie in a folder of their own: they can be fetched again. */
export const cacheFolder = (dataDir: string) => join(dataDir, 'cache');

export function createFiles(deps: FilesDeps): Files {
	const { dataDir, instance, objects, bus, log } = deps;
	const cacheDir = cacheFolder(dataDir);
	const limits = { ...CACHE, ...deps.cache };
	const publisher = objects && createPublisher({ dataDir, objects, log, backoff: deps.backoff ?? BACKOFF });
	const publish = (path: string) => publisher?.add(path);
	let silence = () => {};
	let prunedAt = -Infinity;
	let removingAgainAt = -Infinity;

	function prune(): void {
		if (performance.now() - prunedAt < PRUNE_EVERY_MS) return;
		prunedAt = performance.now();
		pruneCache(cacheDir, limits).catch((error: unknown) =>
			log.warn({ cause: causeChain(error) }, 'the cache of fetched files could not be looked through')
		);
	}

	/** While the store is away the others are not waited for: the next sweep finds them. */
	async function removeStored(path: string): Promise<void> {
		if (!objects || performance.now() < removingAgainAt) return;
		try {
			await objects.remove(path);
		} catch (error) {
			removingAgainAt = performance.now() + REMOVE_AGAIN_MS;
			log.debug({ path, cause: causeChain(error) }, 'files stay in the store of files for now');
		}
	}

	const { ensure } = createFetcher({ dataDir, cacheDir, instance, objects, bus, fetched: prune });

	return {
		ensure,
		publish,
		async remove(path) {
			publisher?.drop(path);
			await rm(join(dataDir, path), { force: true });
			await rm(join(cacheDir, path), { force: true });
			await removeStored(path);
		},
		async sweep(folder, known) {
			await pruneCache(cacheDir, limits);
			await sweep(folder, known, { dataDir, cacheDir, objects, publish, log });
		},
		start() {
			silence = bus.answer(questions.file, (asked) => readPart([dataDir, cacheDir], asked));
		},
		async stop() {
			silence();
			await publisher?.stop();
		}
	};
}
