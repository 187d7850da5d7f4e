// From what a run last said to how its stream is doing, in the interface's words: pure.
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { RunPhase, RunStats, SourceInfo } from '#lib/contracts/messages.ts';
import type { RunState } from '#lib/contracts/run.ts';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';

/** What is known of a stream. */
export interface StreamView {
	streamId: string;
	runId: string | null;
	state: RunState;
	/** Whether it is meant to run: a run that ends only to begin anew is starting, not deactivated. */
	wanted: boolean;
	phase: RunPhase | null;
	/** What stands between the stream and its frames; kept while the next attempt is under way. */
	failure: SourceFailure | null;
	/** ms since the epoch of the next attempt, when one is due. */
	retryAt: number | null;
	source: SourceInfo | null;
	stats: RunStats | null;
	/** ms since the newest frame, or since the connection when there was none; null when not connected. */
	frameAgeMs: number | null;
	/** ms between analysed frames, as configured and as the source can give them. */
	intervalMs: number;
}

/** All of a status that needs no memory. */
export type StatusNow = Omit<StreamStatus, 'since' | 'instance'>;

/** A connected stream is stale when its newest frame is older than this and two frame intervals. */
const STALE_AFTER_MS = 2000;

interface Word {
	status: StreamStatusWord;
	detail: string | null;
	advice: string | null;
	code: StreamStatus['code'];
}

export function statusOf(view: StreamView): StatusNow {
	const live = view.phase?.phase === 'live' && view.wanted;
	const stats = live ? view.stats : null;
	return {
		streamId: view.streamId,
		runId: view.runId,
		...wordOf(view),
		state: view.state,
		attempt: attemptOf(view.phase),
		retryAt: view.retryAt === null ? null : new Date(view.retryAt).toISOString(),
		source: view.source,
		lastFrameAt: isoOf(view.stats?.lastFrameAt ?? null),
		fps: stats?.fps ?? null,
		framesProcessed: view.stats?.framesProcessed ?? 0,
		framesDropped: view.stats?.framesDropped ?? 0,
		reconnects: view.stats?.reconnects ?? 0,
		latencyMs: stats?.latencyMs ?? null,
		flow: stats?.flow ?? null,
		detection: stats?.detection ?? null
	};
}

function wordOf(view: StreamView): Word {
	if (!view.wanted) return plain('deactivated');
	if (view.state === 'init_shutdown' || view.state === 'in_shutdown_processing') {
		return plain('starting', 'Restarting with its new settings');
	}
	if (view.phase?.phase === 'live') return liveWord(view);
	if (view.failure) return failed(view.failure);
	if (view.phase?.phase === 'waiting') {
		return plain('starting', 'Waiting for its turn to connect: many streams are connecting at once');
	}
	return plain('starting');
}

function liveWord(view: StreamView): Word {
	const age = view.frameAgeMs ?? 0;
	if (age <= STALE_AFTER_MS + 2 * view.intervalMs) return plain('connected');
	return {
		status: 'stale',
		detail: `Connected, but no new picture for ${Math.round(age / 1000)} s`,
		advice:
			'The source is replaced by itself when no picture comes; check the camera and its network if this repeats.',
		code: 'stalled'
	};
}

function failed(failure: SourceFailure): Word {
	const { message: detail, advice, code } = failure;
	switch (code) {
		case 'worker_down':
		case 'capacity_reached':
			return { status: 'worker_down', detail, advice, code };
		case 'stalled':
			return { status: 'stale', detail, advice, code };
		default:
			return { status: 'stream_error', detail, advice, code };
	}
}

function plain(status: StreamStatusWord, detail: string | null = null): Word {
	return { status, detail, advice: null, code: null };
}

function attemptOf(phase: RunPhase | null): number {
	return phase?.phase === 'connecting' || phase?.phase === 'failed' ? phase.attempt : 0;
}

function isoOf(at: number | null): string | null {
	return at === null ? null : new Date(at).toISOString();
}
