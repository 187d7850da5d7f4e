// The retention room: once an hour what is older than the settings say is forgotten, in small steps; and folders of removed streams.
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ringFileTime } from '#lib/contracts/clip-ring.ts';
import type { SystemSettings } from '#lib/contracts/settings.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { subjects, type Bus } from '../bus/index.ts';

/** One kind of thing that is kept for so many days. */
export interface Keeping {
	name: string;
	days(settings: SystemSettings): number;
	/** Removes some from before that time; answers how many, 0 when none are left. */
	prune(before: Date): Promise<number>;
}

/** Something else that is looked through in every round, whatever the settings say. */
export interface Sweep {
	name: string;
	run(): Promise<void>;
}

export interface RetentionDeps {
	keepings: Keeping[];
	sweeps: Sweep[];
	settings(): Promise<SystemSettings>;
	/** The streams there are. */
	streamIds(): Promise<string[]>;
	/** Folders that hold a folder a stream, by its id. */
	streamFolders: string[];
	/** The one of them that holds the rings of packets: pieces nobody prunes any more go too. */
	ringFolder: string;
	bus: Bus;
	log: Logger;
	/** Tests only. */
	now?: () => number;
	removedAfterMs?: number;
}

export interface Retention {
	start(): void;
	/** One round, now; what fails is logged and left for the next. */
	round(): Promise<void>;
	stop(): Promise<void>;
}

const EVERY_MS = 60 * 60_000;
/** Not among the work of the start itself. */
const FIRST_AFTER_MS = 15_000;
/** A removed stream's worker and rooms finish with its files first. */
const REMOVED_AFTER_MS = 10_000;
/** Between two steps, so that a long round leaves the database to others. */
const BREATH_MS = 50;
const DAY_MS = 86_400_000;
/** No ring keeps packets for longer; a worker that runs prunes its own. */
const RING_LEFT_MS = 60 * 60_000;
const STREAM = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createRetention(deps: RetentionDeps): Retention {
	const { keepings, log, now = Date.now, removedAfterMs = REMOVED_AFTER_MS } = deps;
	const stopping = new AbortController();
	let timer: NodeJS.Timeout | undefined;
	let working: Promise<void> = Promise.resolve();
	let unsubscribe = () => {};

	const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

	async function pruneAll(): Promise<void> {
		const settings = await deps.settings();
		for (const keeping of keepings) {
			await guarded(keeping.name, () => prune(keeping, new Date(now() - keeping.days(settings) * DAY_MS)));
		}
	}

	async function prune({ name, prune: step }: Keeping, before: Date): Promise<void> {
		let total = 0;
		while (!stopping.signal.aborted) {
			const removed = await step(before);
			if (removed === 0) break;
			total += removed;
			await pause(BREATH_MS);
		}
		if (total > 0)
			log.info({ what: name, removed: total, before }, 'forgot what is older than the settings keep');
	}

	/** Folders named like a stream that is not there. What else lies there is not ours. */
	async function removeLeftFolders(): Promise<void> {
		const known = new Set(await deps.streamIds());
		for (const folder of deps.streamFolders) {
			for (const name of await namesIn(folder)) {
				if (STREAM.test(name) && !known.has(name))
					await rm(join(folder, name), { recursive: true, force: true });
			}
		}
	}

	async function removeLeftPieces(): Promise<void> {
		for (const streamId of await namesIn(deps.ringFolder)) {
			const ring = join(deps.ringFolder, streamId);
			for (const name of await namesIn(ring)) {
				const from = ringFileTime(name);
				if (from === null || now() - from < RING_LEFT_MS) continue;
				const changed = await stat(join(ring, name)).then(
					({ mtimeMs }) => mtimeMs,
					() => now()
				);
				if (now() - changed > RING_LEFT_MS) await rm(join(ring, name), { force: true });
			}
		}
	}

	async function guarded(what: string, work: () => Promise<void>): Promise<void> {
		if (stopping.signal.aborted) return;
		try {
			await work();
		} catch (error) {
			log.warn({ what, cause: causeChain(error) }, 'could not forget old things; tried again in an hour');
		}
	}

	/** One after the other, however they are asked for. */
	function queue(work: () => Promise<void>): Promise<void> {
		return (working = working.then(work));
	}

	const leftovers = () => queue(() => guarded('folders of removed streams', removeLeftFolders));
	const round = () =>
		queue(async () => {
			await guarded('settings', pruneAll);
			await guarded('folders of removed streams', removeLeftFolders);
			await guarded('packets for clips', removeLeftPieces);
			for (const { name, run } of deps.sweeps) await guarded(name, run);
		});

	function next(afterMs: number): void {
		timer = setTimeout(() => void round().then(() => stopping.signal.aborted || next(EVERY_MS)), afterMs);
	}

	return {
		round,
		start() {
			next(FIRST_AFTER_MS);
			unsubscribe = deps.bus.subscribe(subjects.streamChange, ({ change }) => {
				if (change === 'deleted') void pause(removedAfterMs).then(leftovers);
			});
		},
		async stop() {
			unsubscribe();
			clearTimeout(timer);
			stopping.abort();
			await working;
		}
	};
}

async function namesIn(folder: string): Promise<string[]> {
	return readdir(folder).catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
		throw error;
	});
}
