// One run seen from the engine: its channel to the worker, what it last said, and its end.
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import type { RuleState } from '#lib/contracts/alert.ts';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type {
	FromWorker,
	LogLevel,
	PreviewFrame,
	RunPhase,
	RunStats,
	SourceInfo,
	ToWorker
} from '#lib/contracts/messages.ts';
import type { ClipRingConfig, PreviewConfig, RunConfig, WatchConfig } from '#lib/contracts/run.ts';
import type { Tracer } from '../base/trace.ts';
import type { RunnableStream } from '../streams/ports.ts';
import type { ConnectionBudget } from './budget.ts';
import { causeOfDeath, type StreamPool } from './pool.ts';
import type { Inference } from './inference/index.ts';
import type { Watches } from './watches.ts';

export interface RunDeps {
	pool: StreamPool;
	budget: ConnectionBudget;
	ffmpegPath: string;
	watches: Watches;
	/** Where each stream keeps its packets for clips, in a folder of its own; null keeps none. */
	clipsDir: string | null;
	inference: Pick<Inference, 'ask' | 'withdraw'>;
	tracer: Pick<Tracer, 'frameRatio' | 'frame'>;
	/** Whether the stream's address may be reached right now; null when it may. */
	checkAddress(): Promise<SourceFailure | null>;
}

/** What a run tells as it happens. */
export interface RunEvents {
	phase(phase: RunPhase): void;
	source(info: SourceInfo): void;
	stats(stats: RunStats): void;
	frame(frame: PreviewFrame): void;
	facts(facts: StreamFacts): void;
	rule(state: RuleState): void;
	log(level: LogLevel, text: string, at: Date): void;
	/** It is over; `cause` is null when it was stopped, and otherwise says why the worker is gone. */
	ended(cause: string | null): void;
}

export interface Run {
	readonly id: string;
	readonly stream: RunnableStream;
	/** When the worker was last heard, `performance.now()` ms. */
	readonly heardAt: number;
	/** Its ffmpeg; null while none runs. */
	readonly decoderPid: number | null;
	/** Asks the worker to stop; after `limitMs` its thread is given up. Resolves when it is over. */
	stop(limitMs: number): Promise<void>;
	/** Ends the run's thread and its ffmpeg without asking. */
	kill(cause: string): void;
	retryNow(): void;
	setPreview(preview: PreviewConfig): void;
}

/** A terminated thread is gone after this. */
const ABANDON_AFTER_MS = 400;

/** Boxes surer than this are told: a tracker keeps known objects alive with weak ones. */
const WEAK_CONFIDENCE = 0.1;

/** Packets kept beyond the pre-roll: a clip is cut a while after what it shows. */
const CLIP_SLACK_S = 30;

/** An address check, name look-up included, may take this long. */
const CHECK_LIMIT_MS = 10_000;

export function startRun(
	runId: string,
	stream: RunnableStream,
	preview: PreviewConfig,
	deps: RunDeps,
	events: RunEvents
): Run {
	const { port1: port, port2 } = new MessageChannel();
	const attempts = new Map<number, () => void>();
	let heardAt = performance.now();
	let pid: number | null = null;
	let stopping = false;
	let cause: string | null = null;

	const send = (message: ToWorker) => port.postMessage(message);

	function connect(requestId: number): void {
		const end = deps.budget.request(stream.id, async () => {
			const failure = await checked(deps.checkAddress());
			if (!failure) return send({ type: 'connect-granted', requestId });
			release(requestId);
			send({ type: 'connect-denied', requestId, failure });
		});
		attempts.set(requestId, end);
	}

	function release(requestId: number): void {
		attempts.get(requestId)?.();
		attempts.delete(requestId);
	}

	function look({ requestId, picture }: Extract<FromWorker, { type: 'infer' }>): void {
		const { detection } = stream;
		if (detection?.kind !== 'model') return send({ type: 'infer-missed', requestId, reason: 'failed' });
		deps.inference.ask(stream.id, {
			modelId: detection.modelId,
			picture,
			confidence: Math.min(WEAK_CONFIDENCE, detection.confidence),
			answer(outcome) {
				if (outcome.ok) send({ type: 'infer-result', requestId, result: outcome.result });
				else send({ type: 'infer-missed', requestId, reason: outcome.reason });
			}
		});
	}

	function hear(message: FromWorker): void {
		heardAt = performance.now();
		switch (message.type) {
			case 'connect-request':
				return connect(message.requestId);
			case 'connect-done':
				return release(message.requestId);
			case 'phase':
				return events.phase(message.state);
			case 'source':
				return events.source(message.info);
			case 'frame':
				send({ type: 'frame-taken', seq: message.frame.seq });
				return events.frame(message.frame);
			case 'process':
				pid = message.pid;
				return;
			case 'stats':
				return events.stats(message.stats);
			case 'facts':
				return events.facts(message.facts);
			case 'rule':
				return events.rule(message.state);
			case 'trace':
				return deps.tracer.frame(message.frame, { streamId: stream.id, streamName: stream.name, runId });
			case 'infer':
				return look(message);
			case 'log':
				return events.log(message.level, message.text, new Date(message.at));
		}
	}

	function finish(error: unknown): void {
		watching.end();
		deps.inference.withdraw(stream.id);
		for (const requestId of [...attempts.keys()]) release(requestId);
		port.close();
		// A thread that died could not end its ffmpeg.
		if (error && pid !== null) killProcess(pid);
		if (stopping) return events.ended(null);
		events.ended(cause ?? (error ? causeOfDeath(error) : 'The worker ended by itself'));
	}

	port.on('message', hear);
	const watching = deps.watches.follow(stream.id, (watch) => send({ type: 'watch', watch }));
	const { promise: abandoned, reject: abandon } = Promise.withResolvers<never>();
	const over = Promise.race([work(), abandoned]).then(
		() => finish(null),
		(error: unknown) => finish(error ?? new Error('no reason given'))
	);

	async function work(): Promise<void> {
		const config = configOf(runId, stream, { ...deps, preview, watch: await watching.first });
		if (cause === null && !stopping) await deps.pool.run({ config, port: port2 });
	}

	function kill(why: string): void {
		cause = why;
		deps.pool.terminateThreadOf(runId);
		// A thread that not even termination ends, or a task that never got one, is left behind; its port is closed.
		setTimeout(() => abandon(new Error(why)), ABANDON_AFTER_MS).unref();
	}

	return {
		id: runId,
		stream,
		get heardAt() {
			return heardAt;
		},
		get decoderPid() {
			return pid;
		},
		async stop(limitMs) {
			if (!stopping) send({ type: 'stop' });
			stopping = true;
			const late = setTimeout(() => kill('It did not stop in time'), limitMs);
			await over;
			clearTimeout(late);
		},
		kill,
		retryNow: () => send({ type: 'retry-now' }),
		setPreview: (next) => send({ type: 'preview', preview: next })
	};
}

interface Surroundings {
	ffmpegPath: string;
	clipsDir: string | null;
	tracer: Pick<Tracer, 'frameRatio'>;
	preview: PreviewConfig;
	watch: WatchConfig;
}

function configOf(runId: string, stream: RunnableStream, around: Surroundings): RunConfig {
	return {
		runId,
		streamId: stream.id,
		streamName: stream.name,
		ffmpegPath: around.ffmpegPath,
		source: stream.source,
		analysis: stream.analysis,
		preview: around.preview,
		detection: stream.detection,
		watch: around.watch,
		clipRing: clipRingOf(stream, around.clipsDir),
		staleAfterS: stream.staleAfterS,
		traceRatio: around.tracer.frameRatio
	};
}

function clipRingOf({ id, clipPrerollS }: RunnableStream, clipsDir: string | null): ClipRingConfig | null {
	if (clipsDir === null || clipPrerollS <= 0) return null;
	return { dir: join(clipsDir, id), keepS: clipPrerollS + CLIP_SLACK_S };
}

/** The check's answer; a check that fails or hangs is an answer too, so that no attempt waits for ever. */
async function checked(check: Promise<SourceFailure | null>): Promise<SourceFailure | null> {
	const limit = new Promise<SourceFailure>((resolve) => {
		setTimeout(() => resolve(uncheckable('its name look-up took too long')), CHECK_LIMIT_MS).unref();
	});
	try {
		return await Promise.race([check, limit]);
	} catch (error) {
		return uncheckable(error instanceof Error ? error.message : String(error));
	}
}

function uncheckable(why: string): SourceFailure {
	return {
		code: 'unknown',
		message: `The address could not be checked: ${why}`,
		advice: 'It is tried again by itself; check the name server if this repeats.',
		evidence: ''
	};
}

/** With everything it may have started: ffmpeg leads a process group of its own. */
function killProcess(pid: number): void {
	for (const target of [-pid, pid]) {
		try {
			process.kill(target, 'SIGKILL');
			return;
		} catch {
			// No such group, or it is gone already.
		}
	}
}
