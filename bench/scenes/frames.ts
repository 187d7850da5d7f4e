// A film as the product's analysis sees it: the same filters, as fast as they go, every frame in memory with its time.
import { spawn } from 'node:child_process';
import { analysisFilters } from '#lib/workers/ingest/command.ts';
import { NutReader } from '#lib/workers/ingest/nut.ts';

export interface Film {
	width: number;
	height: number;
	frames: FilmFrame[];
}

export interface FilmFrame {
	/** Seconds since the film's first frame. */
	t: number;
	/** The luma plane; both chroma planes follow where colour was asked for. */
	data: Uint8Array;
}

export interface FilmOptions {
	width: number;
	fps: number;
	colour?: boolean;
	/** How often it is played, one after the other. */
	rounds?: number;
}

const MAX_FRAME_BYTES = 1 << 23;

/** Rejects where ffmpeg cannot read the file. */
export async function decodeFilm(file: string, options: FilmOptions): Promise<Film> {
	const { colour = false, rounds = 1 } = options;
	const film: Film = { width: 0, height: 0, frames: [] };
	const reader = new NutReader(
		{
			stream: ({ width, height }) => Object.assign(film, { width, height }),
			buffer: (_, size) => new Uint8Array(size),
			frame: ({ timeBase }, pts, data) => film.frames.push({ t: (pts * timeBase.num) / timeBase.den, data })
		},
		MAX_FRAME_BYTES
	);
	const input = ['-v', 'error', '-nostdin', '-stream_loop', String(rounds - 1), '-i', file];
	const filters = ['-vf', analysisFilters(options, colour), '-fps_mode', 'passthrough'];
	const output = ['-enc_time_base', '1:90000', '-c:v', 'rawvideo', '-f', 'nut', 'pipe:1'];
	const ffmpeg = spawn(process.env['FFMPEG_PATH'] ?? 'ffmpeg', [...input, ...filters, ...output], {
		stdio: ['ignore', 'pipe', 'inherit']
	});
	const ended = new Promise<number | null>((resolve, reject) => {
		ffmpeg.once('error', reject);
		ffmpeg.once('close', resolve);
	});
	for await (const chunk of ffmpeg.stdout) reader.push(chunk as Buffer);
	const code = await ended;
	if (code !== 0) throw new Error(`ffmpeg could not read ${file}: it ended with ${String(code)}`);
	return film;
}
