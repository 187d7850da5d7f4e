// The clips of alerts: while one fires, the packets around it are kept from the ring's pruning; after its end they are cut.
//
//   ring    ▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮▮   written by the stream's ffmpeg, pruned by its worker
//   kept          ├ preroll ┤ fires … ends ├ 5 s ┤          links to the same files, of the alert's own
import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ringFiles, ringWindow, type RingFile } from '#lib/contracts/clip-ring.ts';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { CutError, cutClip } from './cut.ts';
import { mediaPath, storageProblem } from './media.ts';
import type { Media } from './store.ts';

export interface ClipsOptions {
	/** DATA_DIR/alerts. */
	folder: string;
	/** A folder a stream, by its id; null where no packets are kept at all. */
	ringDir: string | null;
	ffmpegPath: string | null;
	log: Pick<Logger, 'warn'>;
	/** What became of an alert's clip. */
	done(alertId: string, media: Media): void;
	/** Tests only. */
	timing?: Partial<typeof TIMING>;
}

export interface ClipAsk {
	alertId: string;
	streamId: string;
	/** ms since the epoch. */
	startsAt: number;
	prerollS: number;
}

export interface Clips {
	/** Begins to keep packets; the clip ends with the alert, or two minutes after it began. */
	begin(ask: ClipAsk): void;
	/** The alert ended. Unknown ids are none of ours. */
	end(alertId: string, at: number): void;
	/** Cuts what an earlier process had kept when it ended. `startOf` tells when an alert began; null once it is gone. */
	recover(startOf: (alertId: string) => Promise<string | null>): Promise<void>;
	/** Clips that are being kept or cut. */
	readonly open: number;
	/** Ends the keeping; what is kept is cut at the next start. */
	stop(): Promise<void>;
}

const TIMING = {
	/** How often new pieces are looked for: well under what the ring keeps, and often enough to find each piece. */
	lookEveryMs: 2000,
	/** How long a clip goes on after its alert's end, and after its begin at most. */
	tailMs: 5000,
	longestMs: 120_000,
	/** Packets come in pieces that end with a key frame: the last one is waited for. */
	lastPieceMs: 4000
};
/** Kept at once; more have no clip. A link costs no room until the ring has pruned its file. */
const MAX_OPEN = 64;

interface Keeping extends ClipAsk {
	endsAt: number;
	ended: AbortController;
}

export function createClips(options: ClipsOptions): Clips {
	const { folder, ringDir, ffmpegPath, log, done } = options;
	const timing = { ...TIMING, ...options.timing };
	const parts = join(folder, '.parts');
	const open = new Map<string, Keeping>();
	const working = new Set<Promise<void>>();
	const stopping = new AbortController();
	/** One cut at a time: it reads and writes at the disk's full speed. */
	let cutting: Promise<unknown> = Promise.resolve();

	function begin(ask: ClipAsk): void {
		const problem = refusal(ask);
		if (problem) return done(ask.alertId, { clip_problem: problem });
		const keeping = { ...ask, endsAt: ask.startsAt + timing.longestMs, ended: new AbortController() };
		open.set(ask.alertId, keeping);
		const work = keepAndCut(keeping).finally(() => {
			open.delete(ask.alertId);
			working.delete(work);
		});
		working.add(work);
	}

	function refusal({ prerollS }: ClipAsk): string | null {
		if (prerollS <= 0 || ringDir === null)
			return 'The camera keeps no packets for clips: set “Clip, seconds before” in its tuning.';
		if (ffmpegPath === null) return 'No ffmpeg was found to cut it with.';
		return open.size >= MAX_OPEN ? `${MAX_OPEN} other alerts kept their clips at that moment.` : null;
	}

	async function keepAndCut(keeping: Keeping): Promise<void> {
		const { alertId, startsAt, prerollS } = keeping;
		const until = () => keeping.endsAt + timing.lastPieceMs;
		try {
			while (!stopping.signal.aborted) {
				await keep(keeping, startsAt - prerollS * 1000);
				const waitMs = Math.min(timing.lookEveryMs, until() - Date.now());
				if (waitMs <= 0) break;
				await sleep(waitMs, undefined, {
					signal: AbortSignal.any([stopping.signal, keeping.ended.signal])
				}).catch(
					() => sleep(20) // told of the end: the time to wait is another
				);
				if (keeping.ended.signal.aborted) keeping.ended = new AbortController();
			}
			await finish(alertId, new Date(startsAt).toISOString());
		} catch (error) {
			if (stopping.signal.aborted) return;
			log.warn({ alertId, cause: causeChain(error) }, 'a clip could not be kept');
			done(alertId, { clip_problem: storageProblem(error) });
		}
	}

	/** Links the pieces of the time asked for beside each other; those there already stay. */
	async function keep({ alertId, streamId, endsAt }: Keeping, from: number): Promise<void> {
		const ring = join(ringDir!, streamId);
		const pieces = ringWindow(ringFiles(await names(ring)), from, endsAt);
		if (pieces.length === 0) return;
		const own = join(parts, alertId);
		await mkdir(own, { recursive: true, mode: 0o700 });
		for (const { name } of pieces) await keepOne(join(ring, name), join(own, name));
	}

	/** Stopped before it is done, what is kept stays for the next start. */
	async function finish(alertId: string, startsAt: string): Promise<void> {
		const cut = cutting.then(() => cutKept(alertId, startsAt));
		cutting = cut.catch(() => {});
		const media = await cut;
		if (stopping.signal.aborted && !media.clip_path) return;
		done(alertId, media);
		await rm(join(parts, alertId), { recursive: true, force: true });
	}

	async function cutKept(alertId: string, startsAt: string): Promise<Media> {
		if (stopping.signal.aborted) return {};
		const own = join(parts, alertId);
		const pieces = await whole(own, ringFiles(await names(own)));
		if (pieces.length === 0)
			return {
				clip_problem:
					'No packets of that time were there. Was the camera connected, and is there room on the disk?'
			};
		const path = mediaPath(startsAt, alertId, 'mp4');
		try {
			const codec = await cutClip(ffmpegPath!, pieces, join(folder, path), stopping.signal);
			const problem =
				codec && `It holds ${codec}, which browsers do not play; download it for a player that does.`;
			return { clip_path: path, clip_problem: problem };
		} catch (error) {
			if (stopping.signal.aborted) return {};
			log.warn({ alertId, cause: causeChain(error) }, 'a clip could not be cut');
			const words = error instanceof CutError ? `ffmpeg could not join its packets: ${error.message}` : null;
			return { clip_problem: words ?? storageProblem(error) };
		}
	}

	return {
		begin,
		end(alertId, at) {
			const keeping = open.get(alertId);
			if (!keeping) return;
			keeping.endsAt = Math.min(keeping.endsAt, at + timing.tailMs);
			keeping.ended.abort();
		},
		async recover(startOf) {
			for (const alertId of await names(parts)) {
				const startsAt = await startOf(alertId);
				if (startsAt === null || ffmpegPath === null)
					await rm(join(parts, alertId), { recursive: true, force: true });
				else if (!open.has(alertId)) await finish(alertId, startsAt);
			}
		},
		get open() {
			return open.size;
		},
		async stop() {
			stopping.abort();
			await Promise.allSettled(working);
		}
	};
}

async function names(folder: string): Promise<string[]> {
	try {
		return await readdir(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

/** A link follows a piece that is still written. On another disk it is a copy, made anew while the piece grows. */
async function keepOne(from: string, to: string): Promise<void> {
	try {
		await link(from, to);
	} catch (error) {
		switch ((error as NodeJS.ErrnoException).code) {
			case 'EEXIST':
			case 'ENOENT': // pruned in this very moment
				return;
			case 'EXDEV':
			case 'EPERM':
			case 'ENOTSUP':
			case 'EMLINK':
				return copyGrown(from, to);
			default:
				throw error;
		}
	}
}

async function copyGrown(from: string, to: string): Promise<void> {
	const size = (path: string) =>
		stat(path).then(
			({ size }) => size,
			() => -1
		);
	const [source, copy] = await Promise.all([size(from), size(to)]);
	if (source > copy) await copyFile(from, to).catch(() => {});
}

/** Absolute paths of the pieces that hold anything: one opened on a full disk is empty. */
async function whole(folder: string, pieces: RingFile[]): Promise<string[]> {
	const paths = pieces.map(({ name }) => join(folder, name));
	const sizes = await Promise.all(paths.map((path) => stat(path).then(({ size }) => size)));
	return paths.filter((_, i) => sizes[i]! > 0);
}
