// Cutting a clip: pieces of a camera's packets joined to one MP4, copied and not encoded again, by an ffmpeg of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeWhole } from './media.ts';

const TIME_LIMIT_MS = 120_000;
const MAX_WORDS = 4000;
/** What browsers do not play in an MP4, however whole it is. */
const NOT_PLAYED = /Video: (mjpeg|mpeg4|mpeg2video|h263)\b/;
/** ffmpeg needs to find its libraries; the server's secrets are in other variables. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|LD_.*|DYLD_.*|SystemRoot|windir)$/i;

export class CutError extends Error {}

/**
 * Joins the pieces, absolute paths in order, to the MP4 at `target`, its index first so that it plays while it loads. Resolves to
 * the codec where browsers do not play it, else null. Throws CutError with ffmpeg's words, or what the system says of the disk.
 */
export async function cutClip(
	ffmpegPath: string,
	pieces: string[],
	target: string,
	signal?: AbortSignal
): Promise<string | null> {
	let unplayed: string | null = null;
	await writeWhole(target, async (temporary) => {
		const words = await run(ffmpegPath, argsTo(temporary), playlistOf(pieces), signal);
		unplayed = NOT_PLAYED.exec(words)?.[1] ?? null;
	});
	return unplayed;
}

function argsTo(temporary: string): string[] {
	return [
		...['-hide_banner', '-nostats', '-loglevel', 'level+info', '-y'],
		...['-f', 'concat', '-safe', '0', '-protocol_whitelist', 'pipe,file', '-i', 'pipe:0'],
		...['-map', '0:v:0', '-c', 'copy', '-movflags', '+faststart', '-avoid_negative_ts', 'make_zero'],
		...['-f', 'mp4', `file:${temporary}`]
	];
}

function playlistOf(pieces: string[]): string {
	const lines = pieces.map((piece) => `file '${`file:${piece}`.replaceAll("'", String.raw`'\''`)}'`);
	return ['ffconcat version 1.0', ...lines, ''].join('\n');
}

/** What ffmpeg printed. */
async function run(
	path: string,
	args: string[],
	playlist: string,
	signal: AbortSignal | undefined
): Promise<string> {
	const child = spawn(path, args, {
		stdio: ['pipe', 'ignore', 'pipe'],
		env: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
		detached: true,
		windowsHide: true
	});
	const kill = () => child.kill('SIGKILL');
	const late = setTimeout(kill, TIME_LIMIT_MS);
	signal?.addEventListener('abort', kill);
	if (signal?.aborted) kill();
	let words = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-MAX_WORDS)));
	child.stdin.on('error', () => {});
	child.stdin.end(playlist);
	try {
		const [code] = (await once(child, 'close')) as [number | null];
		if (code !== 0) throw failure(words);
		return words;
	} finally {
		clearTimeout(late);
		signal?.removeEventListener('abort', kill);
	}
}

function failure(words: string): Error {
	if (/No space left on device/.test(words)) return Object.assign(new Error('no space'), { code: 'ENOSPC' });
	const line = words.split('\n').findLast((text) => /\[(error|fatal)\]/.test(text));
	return new CutError(
		line
			?.replaceAll(/\[[^\]]*\]\s*/g, '')
			.trim()
			.slice(0, 200) ?? 'ffmpeg failed'
	);
}
