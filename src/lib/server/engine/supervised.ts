// One stream under supervision: brings what runs to what is wanted, keeps its state, and says how it is doing.
import { randomUUID } from 'node:crypto';
import type { RuleState } from '#lib/contracts/alert.ts';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { LogLevel, PreviewFrame, RunPhase, RunStats, SourceInfo } from '#lib/contracts/messages.ts';
import type { PreviewConfig, RunState } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { eventsOfPhase, nextState, type RunEvent } from '../streams/lifecycle.ts';
import type { RunnableStream, RunStateChange } from '../streams/ports.ts';
import { capacityReached, restartDelayMs, workerDown } from './failures.ts';
import type { Beat } from './recorder.ts';
import type { Run, RunEvents } from './run.ts';
import { statusOf, type StatusNow } from './status.ts';

/** What should become of a stream. */
export type Wish =
	| { kind: 'run'; stream: RunnableStream }
	| { kind: 'refused'; token: number; failure: SourceFailure }
	| { kind: 'none' };

export interface SupervisedDeps {
	instanceId: string;
	maxStreams: number;
	/** Whether one more run fits on this instance. */
	mayRun(): boolean;
	begin(runId: string, stream: RunnableStream, events: RunEvents): Run;
	record(change: RunStateChange): void;
	log(level: LogLevel, text: string, runId: string | null, at?: Date): void;
	status(status: StreamStatus): void;
	frame(frame: PreviewFrame): void;
	facts(facts: StreamFacts): void;
	rule(state: RuleState): void;
	/** Its run is over: another stream may take the place. */
	ended(): void;
}

export interface Supervised {
	readonly id: string;
	/** Whether it takes one of the instance's places. */
	readonly running: boolean;
	/** What runs it; null while nothing does. */
	readonly worker: { runId: string; decoderPid: number | null } | null;
	/** Nothing runs and nothing is wanted. */
	readonly idle: boolean;
	/** It should run and cannot at present. */
	readonly failing: boolean;
	/** Brings the stream to this; returns at once. */
	wish(wish: Wish): void;
	/** Tries again what could not be done: a place may be free now. */
	settle(): void;
	/** Stops it for good, within about `limitMs`. */
	retire(limitMs: number): Promise<void>;
	retryNow(): void;
	setPreview(preview: PreviewConfig): void;
	status(): StreamStatus;
	/** Once a second: tells the status and looks after a worker that fell silent. When the newest frame is new, its time. */
	tick(): Beat | null;
}

/** A worker tells its figures once a second; one that says nothing for so long is hung. */
const SILENT_AFTER_MS = 20_000;
/** A run that is told to stop gets this long before its thread is given up. */
const STOP_LIMIT_MS = 5000;
/** A run that lived so long was well: the next death starts the backoff anew. */
const WELL_AFTER_MS = 60_000;

export function createSupervised(id: string, deps: SupervisedDeps): Supervised {
	let wish: Wish = { kind: 'none' };
	let run: Run | null = null;
	/** What is told of the run, and the lease that it is told under. */
	let record: { runId: string | null; state: RunState; token: number } = {
		runId: null,
		state: 'inactive',
		token: 0
	};
	let failure: SourceFailure | null = null;
	let deaths = 0;
	let bornAt = 0;
	let restart: { timer: NodeJS.Timeout; at: number } | null = null;
	let seen = nothingSeen();
	let word = { status: '', since: new Date() };
	let settling = false;
	let unsettled = false;
	let settled = Promise.resolve();
	let stopLimitMs = STOP_LIMIT_MS;
	let borneId: string | undefined;

	// ── state ──

	function apply(event: RunEvent): void {
		const to = nextState(record.state, event);
		if (to === null || to === record.state || record.runId === null) return;
		const told = to === 'error' ? failure : null;
		const { runId, token, state: from } = record;
		record = { runId, token, state: to };
		const detail = told?.message ?? null;
		deps.record({ streamId: id, token, runId, from, to, at: new Date(), detail, code: told?.code ?? null });
	}

	function status(): StreamStatus {
		const now = statusNow();
		if (now.status !== word.status) word = { status: now.status, since: new Date() };
		return { ...now, since: word.since.toISOString(), instance: deps.instanceId };
	}

	function statusNow(): StatusNow {
		const { phase, stats, source, freshAt } = seen;
		return statusOf({
			streamId: id,
			runId: record.runId,
			state: record.state,
			wanted: wish.kind !== 'none',
			phase,
			failure,
			retryAt: phase?.phase === 'failed' ? phase.retryAt : (restart?.at ?? null),
			source,
			stats,
			frameAgeMs: freshAt === null ? null : performance.now() - freshAt,
			intervalMs: wish.kind === 'run' ? intervalMs(wish.stream, source) : 0
		});
	}

	const tell = () => deps.status(status());

	// ── bringing what runs to what is wanted ──

	/** Level-triggered: a call while one is under way makes it look again before it ends. */
	function settle(): void {
		unsettled = true;
		if (!settling) settled = settleUntilDone();
	}

	async function settleUntilDone(): Promise<void> {
		settling = true;
		while (unsettled) {
			unsettled = false;
			await settleOnce();
		}
		settling = false;
	}

	async function settleOnce(): Promise<void> {
		while (run && !serves(run, wish)) {
			apply('stop');
			tell();
			await run.stop(stopLimitMs);
		}
		if (run) return;
		if (wish.kind === 'run' && !restart)
			return deps.mayRun() ? begin(wish.stream) : stand(capacityReached(deps.maxStreams), wish.stream.token);
		if (wish.kind === 'refused') return stand(wish.failure, wish.token);
		if (wish.kind === 'none') return rest();
	}

	function begin(stream: RunnableStream): void {
		failure = null;
		seen = nothingSeen();
		bornAt = performance.now();
		run = deps.begin(nextRunId(stream), stream, events);
		record = { runId: run.id, state: 'inactive', token: stream.token };
		apply('start');
		deps.log('info', `Run started: ${stream.maskedUrl}`, run.id);
		tell();
	}

	/** The id the registry chose is for one run; the registry may not have heard yet that it began. */
	function nextRunId({ nextRunId: chosen }: RunnableStream): string {
		if (chosen === undefined || chosen === borneId) return randomUUID();
		return (borneId = chosen);
	}

	/** It should run and cannot: says why, once. */
	function stand(why: SourceFailure, token: number): void {
		cancelRestart();
		const same = record.token === token;
		if (same && failure?.code === why.code && failure.message === why.message) return;
		failure = why;
		seen = nothingSeen();
		if (!same || record.state !== 'error') record = { runId: randomUUID(), state: 'inactive', token };
		apply('failed');
		deps.log('error', `${why.message}. ${why.advice}`, record.runId);
		tell();
	}

	/** Nothing is wanted of it and nothing runs. */
	function rest(): void {
		cancelRestart();
		failure = null;
		if (record.state === 'inactive') return;
		apply('stop');
		apply('ended');
		tell();
		deps.ended();
	}

	function cancelRestart(): void {
		if (restart) clearTimeout(restart.timer);
		restart = null;
	}

	// ── what a run tells ──

	const events: RunEvents = {
		phase(phase) {
			seen.phase = phase;
			if (phase.phase === 'failed') failure = phase.failure;
			if (phase.phase === 'live') {
				failure = null;
				seen.freshAt = performance.now();
			}
			for (const event of eventsOfPhase(record.state, phase.phase)) apply(event);
			tell();
		},
		source(info) {
			seen.source = info;
		},
		stats(stats) {
			if (stats.framesProcessed > (seen.stats?.framesProcessed ?? 0)) seen.freshAt = performance.now();
			seen.stats = stats;
		},
		frame(frame) {
			seen.freshAt = performance.now();
			deps.frame(frame);
		},
		facts: deps.facts,
		rule: deps.rule,
		log: (level, text, at) => deps.log(level, text, run?.id ?? null, at),
		ended(cause) {
			const ending = run?.id ?? null;
			run = null;
			seen.phase = null;
			if (cause === null) apply('ended');
			else died(cause);
			deps.log(cause ? 'error' : 'info', cause ? `Run ended: ${cause}` : 'Run stopped', ending);
			tell();
			settle();
			deps.ended();
		}
	};

	function died(cause: string): void {
		deaths = performance.now() - bornAt > WELL_AFTER_MS ? 1 : deaths + 1;
		const delayMs = restartDelayMs(deaths);
		failure = workerDown(cause);
		apply('failed');
		cancelRestart();
		const timer = setTimeout(() => {
			restart = null;
			settle();
		}, delayMs);
		restart = { timer, at: Date.now() + delayMs };
	}

	return {
		id,
		get running() {
			return run !== null;
		},
		get worker() {
			return run && { runId: run.id, decoderPid: run.decoderPid };
		},
		get idle() {
			return run === null && wish.kind === 'none' && record.state === 'inactive';
		},
		get failing() {
			return wish.kind !== 'none' && record.state === 'error';
		},
		wish(next) {
			// Other settings deserve a fresh start at once.
			if (next.kind !== 'run' || wish.kind !== 'run' || !sameRun(next.stream, wish.stream)) cancelRestart();
			wish = next;
			settle();
		},
		settle,
		async retire(limitMs) {
			wish = { kind: 'none' };
			stopLimitMs = limitMs;
			cancelRestart();
			// A stop that had begun with a longer limit is cut short too.
			void run?.stop(limitMs);
			settle();
			await settled;
		},
		retryNow() {
			cancelRestart();
			run?.retryNow();
			settle();
		},
		setPreview: (preview) => run?.setPreview(preview),
		status,
		tick() {
			if (!run) return null;
			if (performance.now() - run.heardAt > SILENT_AFTER_MS) run.kill('The worker thread stopped answering');
			tell();
			const { freshAt, beatenAt, stats } = seen;
			if (freshAt === null || freshAt === beatenAt) return null;
			seen.beatenAt = freshAt;
			return { token: run.stream.token, at: new Date(stats?.lastFrameAt ?? Date.now()) };
		}
	};
}

/** What the worker last said. */
function nothingSeen() {
	return {
		phase: null as RunPhase | null,
		source: null as SourceInfo | null,
		stats: null as RunStats | null,
		/** When a frame was last known to be new, `performance.now()` ms. */
		freshAt: null as number | null,
		beatenAt: null as number | null
	};
}

function serves(run: Run, wish: Wish): boolean {
	return wish.kind === 'run' && sameRun(run.stream, wish.stream);
}

function sameRun(a: RunnableStream, b: RunnableStream): boolean {
	return a.processingVersion === b.processingVersion && a.token === b.token;
}

/** ms between analysed frames: the slower of what is asked and what the source gives. */
function intervalMs(stream: RunnableStream, source: SourceInfo | null): number {
	return 1000 / Math.min(stream.analysis.fps, source?.fps || Infinity);
}
