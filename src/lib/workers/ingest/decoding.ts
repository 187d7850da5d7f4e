// One attempt at a source: one ffmpeg from its start to its end, its frames, and a watchdog over both.
import type { SourceInfo } from '#lib/contracts/messages.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { MAX_PIXELS, type Command } from './command.ts';
import { DropCount } from './drop-count.ts';
import { sizeVerdict, type Attempt, type Verdict } from './attempt.ts';
import { LatestFrame, type RawFrame } from './latest.ts';
import { NutReader } from './nut.ts';
import type { StreamHeader } from './nut-headers.ts';
import { startFfmpeg, type FfmpegProcess } from './process.ts';
import { changedSize, isNoteworthy, Report, type VideoFacts } from './report.ts';

export interface DecodingOptions {
	ffmpegPath: string;
	source: SourceConfig;
	command: Command;
	/** Seconds without a frame, once there was one. */
	staleAfterS: number;
}

export interface DecodingEvents {
	/** ffmpeg has told what the input's video is; returning false gives this attempt up. */
	facts(facts: VideoFacts): boolean;
	/** The first frame is there. */
	live(info: SourceInfo): void;
	/** The luma plane, one byte a pixel, and the chroma planes after it where the command asks for colour; `data` is good until this returns. */
	frame(frame: RawFrame, size: { width: number; height: number }): void;
	/** The JPEG's memory is the receiver's. `pts` in ticks of 1/90000 s. */
	preview(pts: number, jpeg: Uint8Array): void;
	/** A warning or an error of ffmpeg's while frames come, unmasked. */
	line(line: string): void;
	dropped(count: number): void;
}

export interface Decoding {
	readonly pid: number | null;
	/** Asks ffmpeg to end; no event comes after this. */
	stop(): void;
	readonly ended: Promise<Attempt>;
}

const FIRST_FRAME_WITHIN_S = 12;
const WATCH_EVERY_MS = 250;
/** Of what a live source's ffmpeg printed, this much may tell why it ended. */
const RECENT_MS = 5_000;
/** A frame of the greatest width there is, in colour, with a portrait picture's height; a JPEG of 8K at its worst. */
const MAX_FRAME_BYTES = MAX_PIXELS;
/** What NUT calls yuv420p. */
const FOURCC_COLOUR = 'I420';

/** Starts ffmpeg. Never rejects: what goes wrong is how the attempt `ended`. */
export async function startDecoding(options: DecodingOptions, events: DecodingEvents): Promise<Decoding> {
	const decoding = new OneDecoding(options, events);
	await decoding.start();
	return decoding;
}

class OneDecoding implements Decoding {
	ended!: Promise<Attempt>;
	private readonly options: DecodingOptions;
	private readonly events: DecodingEvents;
	private readonly report: Report;
	private readonly latest: LatestFrame;
	private readonly drops: DropCount;
	private readonly startedAt = performance.now();
	private ffmpeg: FfmpegProcess | null = null;
	private verdict: Verdict | null = null;
	private silent = false;
	private live = false;
	private factsTold = false;
	private analysed: StreamHeader | null = null;
	/** Milliseconds without a frame, counted in ticks of the watchdog: a thread that was busy itself blames nobody. */
	private idleMs = 0;

	constructor(options: DecodingOptions, events: DecodingEvents) {
		this.options = options;
		this.events = events;
		this.report = new Report((line) => this.readLine(line));
		this.drops = new DropCount((count) => this.silent || events.dropped(count));
		this.latest = new LatestFrame(
			(frame) => this.deliver(frame),
			(count) => events.dropped(count)
		);
	}

	get pid(): number | null {
		return this.ffmpeg?.pid ?? null;
	}

	async start(): Promise<void> {
		const ffmpeg = await startFfmpeg(this.options.ffmpegPath, this.options.command, {
			stdout: this.guarded(this.analysisReader()),
			stderr: (chunk) => this.report.push(chunk),
			more: [this.guarded(this.previewReader()), (chunk) => this.drops.progress(chunk)],
			wideStdout: true
		});
		this.ffmpeg = ffmpeg;
		const watchdog = setInterval(() => this.watch(), WATCH_EVERY_MS);
		this.ended = ffmpeg.ended.then((exit) => {
			clearInterval(watchdog);
			this.silence();
			return this.attempt(exit);
		});
	}

	stop(): void {
		this.silence();
		this.ffmpeg?.stop();
	}

	private analysisReader(): NutReader {
		return new NutReader(
			{
				stream: (header) => this.begin(header),
				buffer: (_, size) => this.latest.buffer(size),
				frame: (_, pts, data) => this.arrive(pts, data)
			},
			MAX_FRAME_BYTES
		);
	}

	private previewReader(): NutReader {
		return new NutReader(
			{
				stream: () => {},
				buffer: (_, size) => Buffer.allocUnsafeSlow(size),
				frame: (_, pts, jpeg) => this.silent || this.events.preview(pts, jpeg)
			},
			MAX_FRAME_BYTES
		);
	}

	/** A reader that ends ffmpeg over what it cannot read, and then reads on into nothing, so that ffmpeg is not held up in ending. */
	private guarded(reader: NutReader): (chunk: Buffer) => void {
		return (chunk) => {
			if (this.verdict !== null) return;
			try {
				reader.push(chunk);
			} catch (error) {
				this.giveUp({
					kind: 'broken_stream',
					reason: error instanceof Error ? error.message : String(error)
				});
			}
		};
	}

	private begin(header: StreamHeader): void {
		this.analysed = header;
		const verdict = sizeVerdict(this.report.facts?.width ? this.report.facts : header);
		if (verdict !== null) this.giveUp(verdict);
	}

	private arrive(pts: number, data: Uint8Array): void {
		if (this.silent || this.analysed === null) return;
		if (data.length !== frameBytes(this.analysed))
			return this.giveUp({ kind: 'broken_stream', reason: 'a frame of another size' });
		this.idleMs = 0;
		this.drops.received();
		if (!this.live) {
			this.live = true;
			this.events.live(this.info(this.analysed));
		}
		this.latest.offer({ pts, arrivedAt: Date.now(), data });
	}

	private deliver(frame: RawFrame): void {
		if (!this.silent && this.analysed !== null) this.events.frame(frame, this.analysed);
	}

	private info({ width, height }: StreamHeader): SourceInfo {
		const facts = this.report.facts ?? { codec: 'unknown', width: 0, height: 0, fps: null };
		const known = facts.width > 0 ? facts : { ...facts, width, height };
		return { ...known, analysisWidth: width, analysisHeight: height };
	}

	private readLine(line: string): void {
		const changed = changedSize(line);
		if (changed !== null) return this.giveUp({ kind: 'resolution_changed', ...changed });
		const { facts } = this.report;
		if (facts !== null && !this.factsTold && line.includes('Stream mapping')) {
			this.factsTold = true;
			this.judge(facts);
		}
		// Before the first frame ffmpeg's words go into the failure, if there is one.
		if (this.live && isNoteworthy(line) && !this.silent) this.events.line(line);
	}

	/** As soon as ffmpeg names the picture's size, before it decodes any. */
	private judge(facts: VideoFacts): void {
		const verdict = sizeVerdict(facts);
		if (verdict !== null) this.giveUp(verdict);
		else if (!this.silent && !this.events.facts(facts)) this.stop();
	}

	private watch(): void {
		this.idleMs += WATCH_EVERY_MS;
		const afterS = this.live ? this.options.staleAfterS : FIRST_FRAME_WITHIN_S;
		if (this.idleMs <= afterS * 1_000) return;
		this.giveUp({ kind: this.live ? 'stalled' : 'no_first_frame', afterS });
	}

	private giveUp(verdict: Verdict): void {
		this.verdict ??= verdict;
		this.silence();
		this.ffmpeg?.kill();
	}

	private silence(): void {
		this.silent = true;
		this.latest.clear();
	}

	private attempt(exit: Attempt['exit']): Attempt {
		return {
			stderr: this.live ? this.report.recentText(RECENT_MS) : this.report.text(),
			exit,
			verdict: this.verdict,
			elapsedMs: performance.now() - this.startedAt,
			phase: this.live ? 'live' : 'connecting',
			facts: this.report.facts ?? (this.report.inputListed ? null : undefined)
		};
	}
}

/** Bytes of a whole frame; both sides are even. */
function frameBytes({ fourcc, width, height }: StreamHeader): number {
	return fourcc === FOURCC_COLOUR ? (width * height * 3) / 2 : width * height;
}
