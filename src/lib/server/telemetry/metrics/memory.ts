// How much memory each stream takes: its decoder is a process of its own, its analysis a share of a thread that others share.
import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';

/** What runs a stream. */
export interface StreamWorker {
	streamId: string;
	/** Its decoder; null while none runs. */
	decoderPid: number | null;
	/** JavaScript heap of its thread over the streams that run there, bytes; null where the thread does not say. */
	heapShareBytes: number | null;
}

export interface StreamMemory {
	/** Bytes by stream id; absent where nothing is known. Never fails and soon resolves: as last told where nothing new is. */
	read(): Promise<ReadonlyMap<string, number>>;
}

/** Scrapes that follow each other closer than this share an answer. */
const FRESH_MS = 1000;
/** A thread may be too busy to answer, or hang: nobody waits longer for it. */
const PATIENCE_MS = 400;

export function createStreamMemory(
	workers: () => Promise<StreamWorker[]>,
	rssOf: (pid: number) => Promise<number | null> = residentBytes,
	now: () => number = () => performance.now()
): StreamMemory {
	let known: ReadonlyMap<string, number> = new Map();
	/** Shares of heaps as last told, of the streams that still run. */
	let heaps: ReadonlyMap<string, number> = new Map();
	let readAt = -Infinity;
	let looking: Promise<void> | null = null;

	async function look(): Promise<void> {
		const running = (await workers()).map((worker) => ({
			...worker,
			heapShareBytes: worker.heapShareBytes ?? heaps.get(worker.streamId) ?? null
		}));
		heaps = mapOf(running.map(({ streamId, heapShareBytes }) => [streamId, heapShareBytes]));
		known = mapOf(await Promise.all(running.map((worker) => bytesOf(worker, rssOf))));
		readAt = now();
	}

	return {
		async read() {
			if (now() - readAt < FRESH_MS) return known;
			looking ??= look()
				.catch(() => {})
				.finally(() => (looking = null));
			await withPatience(looking);
			return known;
		}
	};
}

function mapOf(entries: [string, number | null][]): Map<string, number> {
	return new Map(entries.filter((entry): entry is [string, number] => entry[1] !== null));
}

async function withPatience(work: Promise<void>): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
	await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function bytesOf(
	{ streamId, decoderPid, heapShareBytes }: StreamWorker,
	rssOf: (pid: number) => Promise<number | null>
): Promise<[string, number | null]> {
	const decoder = decoderPid === null ? null : await rssOf(decoderPid);
	if (decoder === null && heapShareBytes === null) return [streamId, null];
	return [streamId, (decoder ?? 0) + (heapShareBytes ?? 0)];
}

/** Resident memory of a process; null when it is gone, or where there is no /proc. */
export async function residentBytes(pid: number): Promise<number | null> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
	// In KiB whatever the page size, unlike statm.
	const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
	return kib === undefined ? null : Number(kib) * 1024;
}

/** Bytes this process may use. */
export function memoryLimit(): number {
	// 0 or more than there is where no control group limits it.
	const constrained = process.constrainedMemory();
	return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
