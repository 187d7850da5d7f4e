// Whether there is an ffmpeg, and whether it can do what streams need of it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installCommand } from '../install.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const NAME = 'ffmpeg';
const OLDEST_MAJOR = 4;

/** Each listing of ffmpeg, and what must be in it. */
const NEEDED = {
	decoders: ['h264', 'hevc', 'mjpeg'],
	encoders: ['mjpeg', 'rawvideo'],
	muxers: ['nut', 'fifo'],
	demuxers: ['concat', 'rtsp', 'mov', 'hls'],
	filters: ['select', 'scale', 'fps', 'split'],
	protocols: ['file', 'http', 'tcp', 'rtp']
};

export async function checkFfmpeg(path: string | null, named: string | undefined): Promise<Finding> {
	if (path === null) {
		if (named)
			return fail(
				NAME,
				`FFMPEG_PATH names ${named}, which is not there or cannot be run`,
				'correct FFMPEG_PATH, or unset it'
			);
		return warn(NAME, 'not found: no stream can be decoded', installCommand('ffmpeg'));
	}
	try {
		const version = await versionOf(path);
		const missing = await missingParts(path);
		if (missing.length > 0)
			return warn(NAME, `${path} (${version}) lacks ${missing.join(', ')}`, installCommand('ffmpeg'));
		if (majorOf(version) < OLDEST_MAJOR)
			return warn(
				NAME,
				`${path} is version ${version}, older than ${OLDEST_MAJOR}`,
				installCommand('ffmpeg')
			);
		return ok(NAME, `${version} at ${path}`);
	} catch (error) {
		return fail(
			NAME,
			`${path} does not run: ${(error as Error).message.split('\n')[0]}`,
			installCommand('ffmpeg')
		);
	}
}

async function versionOf(path: string): Promise<string> {
	return /^ffmpeg version (\S+)/.exec(await ask(path, 'version'))?.[1] ?? 'of unknown version';
}

/** Versions built from the repository bear no number: they are believed new. */
function majorOf(version: string): number {
	const major = /^n?(\d+)\./.exec(version)?.[1];
	return major === undefined ? Infinity : Number(major);
}

async function missingParts(path: string): Promise<string[]> {
	const listings = await Promise.all(
		Object.entries(NEEDED).map(async ([kind, names]) => {
			const listing = await ask(path, kind);
			return names
				.filter((name) => !new RegExp(`(^|[\\s,])${name}([\\s,]|$)`, 'm').test(listing))
				.map((name) => `${kind.slice(0, -1)} ${name}`);
		})
	);
	return listings.flat();
}

async function ask(path: string, what: string): Promise<string> {
	const { stdout } = await promisify(execFile)(path, ['-hide_banner', `-${what}`], {
		timeout: 10_000,
		maxBuffer: 4 << 20
	});
	return stdout;
}
