// Which filters an ffmpeg was built with: asked once of each file, and again when another file is in its place.
import { stat } from 'node:fs/promises';
import { startFfmpeg } from './process.ts';

const ANSWER_WITHIN_MS = 3_000;
/** ` TSC name  V->V  words`: the number of flags is another in every few versions. */
const FILTER = /^ [A-Z.|]{2,3} +(\w+) /gm;
const NONE: ReadonlySet<string> = new Set();

interface Known {
	/** Tells one file at the path from the next. */
	file: string;
	filters: Promise<ReadonlySet<string>>;
}

const known = new Map<string, Known>();

/** Never rejects; none where it does not say, which is asked again next time. */
export async function filtersOf(ffmpegPath: string): Promise<ReadonlySet<string>> {
	const file = await stat(ffmpegPath).then(
		({ ino, size, mtimeMs }) => `${ino} ${size} ${mtimeMs}`,
		() => '' // found by PATH, or not at all
	);
	const before = known.get(ffmpegPath);
	if (before?.file === file) return before.filters;
	const asked = { file, filters: ask(ffmpegPath) };
	known.set(ffmpegPath, asked);
	const filters = await asked.filters;
	if (filters.size === 0 && known.get(ffmpegPath) === asked) known.delete(ffmpegPath);
	return filters;
}

async function ask(ffmpegPath: string): Promise<ReadonlySet<string>> {
	const told: Buffer[] = [];
	const ffmpeg = await startFfmpeg(
		ffmpegPath,
		{ args: ['-hide_banner', '-filters'], stdin: null },
		{ stdout: (chunk) => told.push(chunk), stderr: () => {} }
	);
	const patience = setTimeout(() => ffmpeg.kill(), ANSWER_WITHIN_MS);
	const exit = await ffmpeg.ended;
	clearTimeout(patience);
	if (exit === 'missing' || exit.code !== 0) return NONE;
	return new Set(Array.from(Buffer.concat(told).toString().matchAll(FILTER), ([, name]) => name!));
}
