// ffmpeg's command line and standard input for one source: a pure function, so that every choice in it can be tested.
//
//   input ─▶ decode ─▶ select (rate, rising times) ─┬─▶ scale ─▶ gray or yuv420p ─▶ NUT on fd 1     analysed frames
//                                                   └─▶ select ─▶ scale ─▶ JPEG ─▶ NUT on fd 3     a subset of them
//   input ─▶ packets as they are ─▶ short files in the clip ring, where one is kept
//
// Network addresses go to standard input as a playlist: what is on a command line, every process on the machine can read.
import { RING_FORMATS, RING_NAME, type RingFormat } from '#lib/contracts/clip-ring.ts';
import type { AnalysisConfig, HardwareDecoder, PreviewConfig, SourceConfig } from '#lib/contracts/run.ts';

/** Greatest picture that is decoded: 8K UHD. */
export const MAX_PIXELS = 7_680 * 4_320;
/** How long a silent socket is waited for, by ffmpeg itself; the watchdog in source.ts is the second net. */
const NETWORK_TIMEOUT_US = 5_000_000;
/** Frames ffmpeg holds for a reader that is late, before it drops them. */
const FIFO_FRAMES = 4;

/** Whole frames go to standard output, which process.ts makes cheap to read. */
export const ANALYSIS_FD = 1;
export const PREVIEW_FD = 3;
const PROGRESS_FD = 4;

/** How an input is opened. HTTP cameras that send JPEGs carry no times of their own, so they are stamped on arrival. */
export type InputMode =
	| { kind: 'rtsp'; transport: 'tcp' | 'udp' }
	| { kind: 'http'; clock: 'stream' | 'arrival' }
	| { kind: 'file'; loop: boolean };

export interface Command {
	args: string[];
	/** The playlist for ffmpeg's standard input; null where it reads none. */
	stdin: string | null;
}

export interface RunCommand {
	source: SourceConfig;
	input: InputMode;
	analysis: Pick<AnalysisConfig, 'width' | 'fps'>;
	preview: PreviewConfig;
	/** Whether analysed frames carry the chroma planes after the luma, as a model needs them; gray unless told. */
	colour?: boolean;
	/** Where packets are kept for clips, and in what; none unless told. */
	ring?: { dir: string; format: RingFormat } | null;
	/** Whether this ffmpeg has the filter `zscale` (zimg), which makes previews at a third of the price; not unless told. */
	zscale?: boolean;
}

/** Analysed frames, gray or yuv420p, as NUT on fd 1, preview JPEGs as NUT on fd 3, both with ticks of 1/90000 s. */
export function runCommand({
	source,
	input,
	analysis,
	preview,
	colour = false,
	ring = null,
	zscale = false
}: RunCommand): Command {
	const { args, stdin } = inputOf(source, input);
	// Pictures that come down from a GPU are of formats that zscale would need a conversion for.
	const scaleJpeg = zscale && source.hardwareDecode === 'none' ? jpegByZscale : jpegByScale;
	return {
		args: [
			...GLOBAL,
			...PROGRESS,
			...decoder(source.hardwareDecode),
			...args,
			'-filter_complex',
			filterGraph(analysis, preview, colour, scaleJpeg(preview.maxWidth)),
			...['-map', '[gray]', '-c:v', 'rawvideo', ...OUTPUT, `pipe:${ANALYSIS_FD}`],
			...['-map', '[jpeg]', ...JPEG, '-q:v', String(jpegScale(preview.quality)), ...OUTPUT],
			`pipe:${PREVIEW_FD}`,
			...(ring === null ? [] : ringOutput(ring))
		],
		stdin
	};
}

/** One JPEG of the first frame, `width` pixels wide at most, on standard output. */
export function stillCommand(source: SourceConfig, input: InputMode, width: number): Command {
	const { args, stdin } = inputOf({ ...source, loop: false }, input);
	const scale = `[0:v:0]${scaleTo(width)}:out_range=pc,format=yuvj420p[jpeg]`;
	const output = [
		'-map',
		'[jpeg]',
		'-frames:v',
		'1',
		'-c:v',
		'mjpeg',
		'-q:v',
		'4',
		'-f',
		'image2pipe',
		'pipe:1'
	];
	return { args: [...GLOBAL, ...decoder('none'), ...args, '-filter_complex', scale, ...output], stdin };
}

// Levels in the log let errors be told from chatter; info names the codec and the size of the source.
const GLOBAL = [
	'-hide_banner',
	'-nostats',
	'-loglevel',
	'level+info',
	'-filter_threads',
	'1',
	'-filter_complex_threads',
	'1'
];

// How many frames ffmpeg made, told every second: what did not arrive here was dropped.
const PROGRESS = ['-progress', `pipe:${PROGRESS_FD}`, '-stats_period', '1'];

// Threads: the rawvideo encoder is frame-threaded too and would hand every frame over one late.
// The fifo muxer drops packets when its reader is late, where a plain pipe would stall the decoder for good.
const OUTPUT = [
	...[
		'-fps_mode',
		'passthrough',
		'-enc_time_base',
		'1:90000',
		'-threads',
		'1',
		'-f',
		'fifo',
		'-fifo_format',
		'nut'
	],
	...['-drop_pkts_on_overflow', '1', '-queue_size', String(FIFO_FRAMES), '-format_opts', 'flush_packets=1']
];

// JPEG's own Huffman tables: tables made for each picture save 4 % of its bytes and cost a fifth of its encoding.
const JPEG = ['-c:v', 'mjpeg', '-huffman', 'default'];

/** Seconds a file of the ring holds at least: it ends with the next key frame. */
const RING_FILE_S = 2;
/** Packets held while the disk is slow, before they are dropped: some twenty seconds. */
const RING_PACKETS = 600;

/**
 * Packets copied to files named by the second they begin in. The fifo muxer writes them in a thread of its own: a full, slow or
 * missing disk costs packets and is tried again every two seconds, and never stalls the decoder. Percent signs of the folder
 * are no pattern.
 */
function ringOutput({ dir, format }: { dir: string; format: RingFormat }): string[] {
	const files = `${dir.replaceAll('%', '%%')}/${RING_NAME}.${RING_FORMATS[format]}`;
	return [
		...['-map', '0:v:0', '-c:v', 'copy', '-f', 'fifo', '-fifo_format', 'segment'],
		...['-drop_pkts_on_overflow', '1', '-queue_size', String(RING_PACKETS)],
		...['-attempt_recovery', '1', '-recover_any_error', '1', '-recovery_wait_time', '2'],
		...['-format_opts', `segment_format=${format}:segment_time=${RING_FILE_S}:reset_timestamps=1:strftime=1`],
		`file:${files}`
	];
}

/**
 * Options of the decoder. A change of the picture's size is not followed inside ffmpeg (`reinit_filter 0` makes it say so);
 * source.ts starts afresh, as the analysed size changes with it.
 */
function decoder(hardware: HardwareDecoder): string[] {
	const accelerator = hardware === 'none' ? [] : ['-hwaccel', hardware];
	return [...accelerator, '-threads', '1', '-max_pixels', String(MAX_PIXELS), '-reinit_filter', '0'];
}

function inputOf(source: SourceConfig, input: InputMode): Command {
	switch (input.kind) {
		case 'file':
			return fileInput(source.url, input.loop);
		case 'rtsp':
			return playlistInput(source.url, [], RTSP_PROTOCOLS, [
				`rtsp_transport ${input.transport}`,
				`timeout ${NETWORK_TIMEOUT_US}`,
				'fpsprobesize 0'
			]);
		case 'http':
			return input.clock === 'arrival'
				? playlistInput(source.url, [], HTTP_PROTOCOLS, [...HTTP_OPTIONS, 'use_wallclock_as_timestamps 1'])
				: playlistInput(source.url, ['-re'], HTTP_PROTOCOLS, HTTP_OPTIONS);
	}
}

const HTTP_OPTIONS = [`rw_timeout ${NETWORK_TIMEOUT_US}`, 'fpsprobesize 0'];
// What a source may open on its own: a playlist fetched from the network must not reach files of this machine.
const RTSP_PROTOCOLS = 'pipe,rtsp,rtp,srtp,tcp,udp,tls,crypto';
const HTTP_PROTOCOLS = 'pipe,http,https,httpproxy,tcp,tls,crypto';

function fileInput(path: string, loop: boolean): Command {
	const repeat = loop ? ['-stream_loop', '-1'] : [];
	return {
		args: ['-nostdin', '-re', ...repeat, '-protocol_whitelist', 'file', '-i', `file:${path}`],
		stdin: null
	};
}

function playlistInput(url: string, options: string[], protocols: string, directives: string[]): Command {
	const playlist = [
		'ffconcat version 1.0',
		`file ${quoted(url)}`,
		...directives.map((line) => `option ${line}`),
		''
	];
	const concat = [
		'-fpsprobesize',
		'0',
		'-f',
		'concat',
		'-safe',
		'0',
		'-protocol_whitelist',
		protocols,
		'-i',
		'pipe:0'
	];
	return { args: [...options, ...concat], stdin: playlist.join('\n') };
}

/** A playlist's string: nothing is special between single quotes, and a quote itself stands outside them. */
function quoted(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

function filterGraph(
	analysis: RunCommand['analysis'],
	preview: PreviewConfig,
	colour: boolean,
	jpeg: string
): string {
	// A preview of more frames than are analysed would be pictures without vectors.
	const previewFps = Math.min(preview.fps, analysis.fps);
	return (
		`[0:v:0]select=${every(analysis.fps)},split[a][b];` +
		`[a]${analysisScale(analysis.width, colour)}[gray];[b]select=${every(previewFps)},${jpeg}[jpeg]`
	);
}

/** To the full range that JPEG has: swscale's conversion is two thirds of this. */
function jpegByScale(maxWidth: number): string {
	return `${scaleTo(maxWidth)}:out_range=pc,format=yuvj420p`;
}

/** What zimg scales from as it is; of anything else swscale makes the nearest of these first. */
const ZSCALE_FORMATS = [
	...['yuv420p', 'yuvj420p', 'yuv422p', 'yuvj422p', 'yuv444p', 'yuvj444p'],
	...['yuv420p10le', 'yuv422p10le']
];

/** The same in SIMD all through. It refuses sides that are odd where the chroma is halved: the odd row or column is left out. */
function jpegByZscale(maxWidth: number): string {
	return (
		`crop=2*trunc(iw/2):2*trunc(ih/2):0:0,format=${ZSCALE_FORMATS.join('|')},` +
		`zscale=${sizeUpTo(maxWidth)}:filter=bilinear:range=full,format=yuvj420p`
	);
}

/** The filters that analysed frames go through, for benches that decode without real time. */
export function analysisFilters({ width, fps }: RunCommand['analysis'], colour = false): string {
	return `select=${every(fps)},${analysisScale(width, colour)}`;
}

/** Declaring the range of both sides as full keeps the luma as it is: no conversion, and a third of the scaling's cost saved. */
function analysisScale(width: number, colour: boolean): string {
	return `${scaleTo(width)}:in_range=pc:out_range=pc,format=${colour ? 'yuv420p' : 'gray'}`;
}

/**
 * Passes `fps` frames a second in the mean, each as soon as it is due; every frame of a slower source; and only rising times.
 * Variable 0 is when the next frame is due. A frame a little early is taken (0.4 intervals, 20 ms), so jitter costs no frames;
 * one that is more than an interval late moves the schedule on.
 */
function every(fps: number): string {
	const interval = 1 / Math.min(Math.max(fps, 0.1), 120);
	const due = `gte(t+${Math.min(0.4 * interval, 0.02).toFixed(6)},ld(0))`;
	const rising = 'isnan(prev_selected_t)+gt(t,prev_selected_t)';
	const advance = `st(0,max(ld(0),t-${interval.toFixed(6)})+${interval.toFixed(6)})`;
	return `'if((${rising})*${due},1+0*${advance},0)'`;
}

function scaleTo(width: number): string {
	return `scale=${sizeUpTo(width)}:flags=area`;
}

/** Down to `width` (0: no change), never up; both sides even and at least two pixels. */
function sizeUpTo(width: number): string {
	const target = width > 0 ? `min(${Math.round(width)},iw)` : 'iw';
	return `w='max(2,2*trunc(${target}/2))':h='max(2,2*round(ih*ow/iw/2))'`;
}

/**
 * mjpeg's quantiser scale, 2 (best) to 31, for a quality of 1 to 100 as JPEG programs know it: the scaling of the
 * quantisation tables that quality stands for in the reference encoder, with 50 at a scale of 8.
 */
export function jpegScale(quality: number): number {
	const bounded = Math.min(Math.max(quality, 1), 100);
	const percent = bounded < 50 ? 5_000 / bounded : 200 - 2 * bounded;
	return Math.min(Math.max(Math.round((8 * percent) / 100), 2), 31);
}
