// The ring of packets that clips are cut from, as the stream's own thread keeps it: its folder, its format, its size.
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ringFileTime, type RingFormat } from '#lib/contracts/clip-ring.ts';
import type { ClipRingConfig, SourceConfig } from '#lib/contracts/run.ts';

export interface ClipRing {
	/** What ffmpeg is told. */
	readonly output: { dir: string; format: RingFormat };
	/** Whether the format carries this codec. Where it does not, `output` is another from then on; it never changes twice. */
	accepts(codec: string): boolean;
	/** Ends the pruning; the files stay for alerts that still cut from them. */
	close(): Promise<void>;
}

export interface RingLimits {
	pruneEveryMs: number;
	/** Oldest files go beyond it, however young: a minute and a half of 40 Mbit/s. */
	maxBytes: number;
}

const LIMITS: RingLimits = { pruneEveryMs: 5000, maxBytes: 512 * 1024 * 1024 };
/** What MPEG-TS has a stream type for, and ffmpeg writes it. */
const IN_MPEGTS = ['h264', 'hevc', 'mpeg4', 'mpeg2video', 'mpeg1video'];

/**
 * Cameras over RTSP send H.264 and H.265 as MPEG-TS carries them, parameter sets in the stream or beside it; what comes out of
 * files is stored as Matroska carries it. Either way nothing is rewritten, and the muxer recovers from any error.
 */
export function openClipRing(
	{ dir, keepS }: ClipRingConfig,
	source: Pick<SourceConfig, 'kind'>,
	log: (level: 'info' | 'warn', text: string) => void,
	limits: RingLimits = LIMITS
): ClipRing {
	let format: RingFormat = source.kind === 'rtsp' ? 'mpegts' : 'matroska';
	let complained = false;
	let pruning: Promise<void> = Promise.resolve();

	/** The folder may be removed while the stream runs, with the data folder of a disk that was changed. */
	async function prune(): Promise<void> {
		try {
			await mkdir(dir, { recursive: true, mode: 0o700 });
			await removeBeyond(dir, keepS * 1000, limits.maxBytes);
			complained = false;
		} catch (error) {
			if (!complained) log('warn', `The packets for clips cannot be kept: ${(error as Error).message}`);
			complained = true;
		}
	}

	pruning = prune();
	const timer = setInterval(() => (pruning = pruning.then(prune)), limits.pruneEveryMs);

	return {
		get output() {
			return { dir, format };
		},
		accepts(codec) {
			if (format === 'matroska' || IN_MPEGTS.includes(codec)) return true;
			format = 'matroska';
			log('info', `Packets for clips are kept as Matroska: MPEG-TS does not carry ${codec}.`);
			return false;
		},
		async close() {
			clearInterval(timer);
			await pruning;
		}
	};
}

/** A file's age counts from its last byte. */
async function removeBeyond(dir: string, keepMs: number, maxBytes: number): Promise<void> {
	const names = (await readdir(dir)).filter((name) => ringFileTime(name) !== null);
	const files = (await Promise.all(names.map((name) => measured(join(dir, name))))).filter(
		(file) => file !== null
	);
	files.sort((a, b) => b.mtimeMs - a.mtimeMs);
	let bytes = 0;
	for (const { path, mtimeMs, size } of files) {
		bytes += size;
		if (Date.now() - mtimeMs > keepMs || bytes > maxBytes) await rm(path, { force: true });
	}
}

async function measured(path: string): Promise<{ path: string; mtimeMs: number; size: number } | null> {
	return stat(path).then(
		({ mtimeMs, size }) => ({ path, mtimeMs, size }),
		() => null
	);
}
