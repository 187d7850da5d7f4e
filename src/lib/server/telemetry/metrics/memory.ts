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
	/** Bytes by stream id; absent where nothing is known. */
	read(): Promise<ReadonlyMap<string, number>>;
}

/** Scrapes that follow each other closer than this share an answer. */
const FRESH_MS = 1000;

export function createStreamMemory(
	workers: () => Promise<StreamWorker[]>,
	rssOf: (pid: number) => Promise<number | null> = residentBytes,
	now: () => number = () => performance.now()
): StreamMemory {
	let known: ReadonlyMap<string, number> = new Map();
	let readAt = -Infinity;

	async function look(): Promise<ReadonlyMap<string, number>> {
		const found = await Promise.all((await workers()).map((worker) => bytesOf(worker, rssOf)));
		return new Map(found.filter((entry): entry is [string, number] => entry[1] !== null));
	}

	return {
		async read() {
			if (now() - readAt < FRESH_MS) return known;
			known = await look();
			readAt = now();
			return known;
		}
	};
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
