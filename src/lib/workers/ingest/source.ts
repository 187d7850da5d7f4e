// A supervised source: one ffmpeg after another, for as long as the run lasts. A loop around one attempt:
// wait for leave to connect ▶ start ffmpeg ▶ read until it ends or hangs ▶ say why ▶ wait with jitter ▶ again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureCode, SourceFailure } from '#lib/contracts/failure.ts';
import type { LogLevel, RunPhase, SourceInfo } from '#lib/contracts/messages.ts';
import type { PreviewConfig, RunConfig } from '#lib/contracts/run.ts';
import { backoffMs } from '#lib/server/base/backoff.ts';
import { maskText, secretsOf } from '#lib/server/base/mask.ts';
import { refuseAddress } from './address.ts';
import type { Attempt } from './attempt.ts';
import { CaptureClock } from './capture-clock.ts';
import { openClipRing, type ClipRing } from './clip-ring.ts';
import { runCommand, type InputMode } from './command.ts';
import { startDecoding, type Decoding } from './decoding.ts';
import { dial } from './dial.ts';
import { explain } from './failure.ts';
import { filtersOf } from './filters.ts';
import { firstMode, modeForFacts, otherTransport } from './input-mode.ts';
import { LineBudget } from './line-budget.ts';

/**
 * One analysed frame. `data` is the luma plane, one byte a pixel, tightly packed; where a model detects, both chroma planes at
 * half size follow (yuv420p). It is good only until the listener returns.
 */
export interface SourceFrame {
	/** Ticks of 1/90000 s since ffmpeg's start; equal to that of the preview of the same frame. */
	pts: number;
	/** Estimated capture time, ms since the epoch; rises from frame to frame. */
	capturedAt: number;
	data: Uint8Array;
	width: number;
	height: number;
}

export interface SourceEvents {
	phase(state: RunPhase): void;
	/** What the source turned out to be; again after every reconnection, before its first frame. */
	source(info: SourceInfo): void;
	frame(frame: SourceFrame): void;
	/** A picture of one of the analysed frames. The JPEG's memory belongs to the receiver. */
	preview(preview: { pts: number; jpeg: Uint8Array }): void;
	/** The ffmpeg now running, so that it can be ended when this thread no longer can; null when there is none. */
	process(pid: number | null): void;
	/** Credentials are masked. */
	log(level: Exclude<LogLevel, 'debug'>, text: string): void;
	/** Frames that gave way to newer ones, here or in ffmpeg. */
	dropped(count: number): void;
	/** The source is live again after it had been lost. */
	reconnect(): void;
}

export interface SourceDeps {
	/** Leave to connect, from a budget all streams share: the function that gives it back, or why there is none. */
	acquire(): Promise<(() => void) | SourceFailure>;
}

export interface Source {
	/** Resolves when no ffmpeg of this source runs any more. Nothing is told after the call. */
	close(): Promise<void>;
	/** Ends a wait between attempts now. */
	retryNow(): void;
	/** Previews of another rate, size or quality: ffmpeg is replaced, which is no failure. */
	setPreview(preview: PreviewConfig): void;
}

/** Live for this long, a source has recovered: the next wait is short again. */
const RECOVERED_MS = 30_000;
/** Moving a slider asks for many previews; the last is taken up after this long. */
const PREVIEW_SETTLES_MS = 250;
/** Causes for which a bare connection tells as much as ffmpeg would. */
const NETWORK_CODES: readonly FailureCode[] = ['refused', 'unreachable', 'no_such_host', 'timed_out'];

/** Causes that seldom mend themselves. Cameras lock a user out after a few wrong passwords, and each try is a process started. */
const STUBBORN_CODES: readonly FailureCode[] = [
	...([
		'unauthorized',
		'forbidden',
		'not_found',
		'not_video',
		'no_video_track',
		'codec_unsupported',
		'too_large'
	] as const),
	...([
		'truncated',
		'not_allowed',
		'bad_address',
		'file_missing',
		'hardware_unavailable',
		'decoder_missing'
	] as const)
];
const STUBBORN_BASE_MS = 8_000;

/** How one attempt ended: with a cause, or to make room for another that was asked for. */
type Outcome = { failure: SourceFailure; liveMs: number } | 'replaced';

/** Opens the source at once and keeps it open until `close`. Never throws: whatever goes wrong becomes a phase. */
export function openSource(config: RunConfig, events: SourceEvents, deps: SourceDeps): Source {
	return new SupervisedSource(config, events, deps);
}

class SupervisedSource implements Source {
	private readonly config: RunConfig;
	private readonly events: SourceEvents;
	private readonly deps: SourceDeps;
	private readonly clock = new CaptureClock();
	private readonly lines = new LineBudget();
	private readonly ring: ClipRing | null;
	private readonly closing = new AbortController();
	private readonly finished: Promise<void>;
	private preview: PreviewConfig;
	/** What the ffmpeg now running was started with. */
	private shown: PreviewConfig;
	private previewTimer: NodeJS.Timeout | undefined;
	private mode: InputMode;
	private modeKnown = false;
	private decoding: Decoding | null = null;
	private replacing = false;
	private waking = new AbortController();
	private failures = 0;
	private lastCode: FailureCode | null = null;
	private wasLive = false;
	/** It was live, and then failed. */
	private lost = false;

	constructor(config: RunConfig, events: SourceEvents, deps: SourceDeps) {
		this.config = config;
		this.events = events;
		this.deps = deps;
		this.preview = this.shown = config.preview;
		this.mode = firstMode(config.source);
		this.ring =
			config.clipRing &&
			openClipRing(config.clipRing, config.source, (level, text) => this.closed || events.log(level, text));
		this.finished = this.supervise();
	}

	async close(): Promise<void> {
		this.closing.abort();
		this.waking.abort();
		clearTimeout(this.previewTimer);
		this.decoding?.stop();
		await this.finished;
		await this.ring?.close();
	}

	retryNow(): void {
		this.failures = 0;
		this.waking.abort();
	}

	setPreview(preview: PreviewConfig): void {
		const { fps, maxWidth, quality } = this.preview;
		if (preview.fps === fps && preview.maxWidth === maxWidth && preview.quality === quality) return;
		this.preview = preview;
		clearTimeout(this.previewTimer);
		this.previewTimer = setTimeout(() => {
			this.previewTimer = undefined;
			this.replace();
		}, PREVIEW_SETTLES_MS);
	}

	private get closed(): boolean {
		return this.closing.signal.aborted;
	}

	private async supervise(): Promise<void> {
		while (!this.closed) {
			const outcome = await this.attempt();
			if (this.closed) break;
			if (outcome !== 'replaced') await this.recover(outcome);
		}
	}

	/** Tells of a failure and waits for the next attempt's time. */
	private async recover({ failure, liveMs }: { failure: SourceFailure; liveMs: number }): Promise<void> {
		this.failures =
			liveMs >= RECOVERED_MS || (failure.code === 'ended' && liveMs >= 2_000) ? 1 : this.failures + 1;
		this.lastCode = failure.code;
		this.lost = this.wasLive;
		const atOnce = failure.code === 'resolution_changed' && liveMs >= 1_000;
		const baseMs = STUBBORN_CODES.includes(failure.code) ? STUBBORN_BASE_MS : 1_000;
		const waitMs = atOnce ? 0 : backoffMs(this.failures, { baseMs });
		const retryAt = Date.now() + waitMs;
		this.events.phase({ phase: 'failed', failure, attempt: this.failures, retryAt });
		this.events.log('warn', `${failure.message}. Next attempt in ${(waitMs / 1_000).toFixed(1)} s.`);
		this.waking = new AbortController();
		await sleep(waitMs, undefined, { signal: this.waking.signal }).catch(() => {});
	}

	/** One attempt with everything around it: the address, the budget, the host, and both transports where there is a choice. */
	private async attempt(): Promise<Outcome> {
		const { source } = this.config;
		const refusal = refuseAddress(source);
		if (refusal !== null) return { failure: refusal, liveMs: 0 };
		this.events.phase({ phase: 'waiting' });
		const leave = await this.deps.acquire();
		if (typeof leave !== 'function') return { failure: leave, liveMs: 0 };
		const leaveOnce = once(leave);
		try {
			if (this.closed) return 'replaced';
			this.events.phase({ phase: 'connecting', attempt: this.failures + 1 });
			const unanswered = await this.dialAgain();
			return unanswered ?? (await this.decode(leaveOnce));
		} finally {
			leaveOnce();
		}
	}

	/** After a failure of the network, looks first whether the host answers again. */
	private async dialAgain(): Promise<Outcome | null> {
		const { source } = this.config;
		if (source.kind === 'file' || this.lastCode === null || !NETWORK_CODES.includes(this.lastCode))
			return null;
		const failure = await dial(source, this.closing.signal);
		return failure === null ? null : { failure, liveMs: 0 };
	}

	private async decode(leave: () => void): Promise<Outcome> {
		const { source } = this.config;
		const first = await this.decodeOnce(leave);
		if (first === 'replaced') return first;
		const failure = explain(first.attempt, source);
		const other = this.closed ? null : otherTransport(source, this.mode, first.attempt, failure.code);
		if (other === null || this.modeKnown) return { failure, liveMs: first.liveMs };
		const kept = this.mode;
		this.mode = other;
		const second = await this.decodeOnce(leave);
		if (second === 'replaced') return second;
		if (second.attempt.phase !== 'live') this.mode = kept;
		// The first answer is the one about the transport cameras are usually reached by.
		return second.attempt.phase === 'live'
			? { failure: explain(second.attempt, source), liveMs: second.liveMs }
			: { failure, liveMs: 0 };
	}

	/** One ffmpeg, from start to end. */
	private async decodeOnce(leave: () => void): Promise<{ attempt: Attempt; liveMs: number } | 'replaced'> {
		const { source, analysis, ffmpegPath, staleAfterS } = this.config;
		this.replacing = false;
		const zscale = (await filtersOf(ffmpegPath)).has('zscale');
		this.clock.reset();
		this.lines.reset();
		const startedAt = performance.now();
		let liveAt: number | null = null;
		this.shown = this.preview;
		const colour = this.config.detection?.kind === 'model';
		const ring = this.ring?.output ?? null;
		const command = runCommand({
			...{ source, input: this.mode, analysis, preview: this.shown },
			...{ colour, ring, zscale }
		});
		const decoding = await startDecoding(
			{ ffmpegPath, source, command, staleAfterS },
			{
				facts: (facts) =>
					this.accepts(modeForFacts(source, this.mode, facts)) && this.keepsPackets(facts.codec),
				live: (info) => {
					liveAt = performance.now();
					leave();
					this.goLive(info, liveAt - startedAt);
				},
				frame: ({ pts, arrivedAt, data }, { width, height }) =>
					this.events.frame({
						pts,
						capturedAt: this.clock.estimate(pts / 90, arrivedAt),
						data,
						width,
						height
					}),
				preview: (pts, jpeg) => this.events.preview({ pts, jpeg }),
				line: (line) => this.logLine(line),
				dropped: (count) => this.closed || this.events.dropped(count)
			}
		);
		this.decoding = decoding;
		if (this.closed) decoding.stop();
		else this.events.process(decoding.pid);
		if (this.previewTimer === undefined) this.replace();
		const attempt = await decoding.ended;
		this.decoding = null;
		if (!this.closed) this.events.process(null);
		if (this.closed || this.replacing) return 'replaced';
		return { attempt, liveMs: liveAt === null ? 0 : performance.now() - liveAt };
	}

	/** False where the facts call for another mode, which the next ffmpeg is started with. Asked once in a source's life. */
	private accepts(other: InputMode | null): boolean {
		const change = !this.modeKnown && other !== null;
		this.modeKnown = true;
		if (!change) return true;
		this.mode = other;
		this.replacing = true;
		return false;
	}

	/** False where the clip ring has to be of another format for this codec, which the next ffmpeg is started with. */
	private keepsPackets(codec: string): boolean {
		if (this.ring === null || this.ring.accepts(codec)) return true;
		this.replacing = true;
		return false;
	}

	private goLive(info: SourceInfo, afterMs: number): void {
		this.modeKnown = true;
		this.lastCode = null;
		this.events.source(info);
		this.events.phase({ phase: 'live' });
		if (this.lost) this.events.reconnect();
		this.wasLive = true;
		this.lost = false;
		const rate = info.fps === null ? '' : ` at ${info.fps} fps`;
		const over = this.mode.kind === 'rtsp' ? ` over ${this.mode.transport.toUpperCase()}` : '';
		const picture = `${info.codec} ${info.width}×${info.height}${rate}${over}`;
		const analysed = `${info.analysisWidth}×${info.analysisHeight}`;
		this.events.log(
			'info',
			`Live after ${(afterMs / 1_000).toFixed(1)} s: ${picture}, analysed at ${analysed}.`
		);
	}

	private replace(): void {
		if (this.closed || this.decoding === null || this.shown === this.preview) return;
		this.replacing = true;
		this.decoding.stop();
	}

	private logLine(line: string): void {
		const { source } = this.config;
		const allowed = this.lines.take();
		if (allowed.skipped > 0) this.events.log('warn', `ffmpeg printed ${allowed.skipped} more lines.`);
		if (allowed.pass) this.events.log('warn', `ffmpeg: ${maskText(line, secretsOf(source.url))}`);
	}
}

function once(call: () => void): () => void {
	let due = true;
	return () => {
		if (due) call();
		due = false;
	};
}
