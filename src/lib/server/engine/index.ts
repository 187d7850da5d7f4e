// The engine: runs every stream that should run on this instance, and says how each is doing.
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { LogLevel } from '#lib/contracts/messages.ts';
import type { InferenceResult } from '#lib/contracts/model.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { PreviewConfig, SourceConfig } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { TaskPicture } from '#lib/workers/detect/task.ts';
import { AppError, causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { NO_TRACER, type Tracer } from '../base/trace.ts';
import { subjects, type Bus } from '../bus/index.ts';
import type { RunStateChange, StreamsForEngine } from '../streams/ports.ts';
import { createActivityLog } from './activity.ts';
import { createConnectionBudget } from './budget.ts';
import {
	createInference,
	type InferenceFigures,
	type InferenceSettings,
	type ModelSource
} from './inference/index.ts';
import type { InferencePool } from './inference/pool.ts';
import { createStreamPool, threadsFor, type StreamPool } from './pool.ts';
import { createRecorder } from './recorder.ts';
import { startRun } from './run.ts';
import { statusOf } from './status.ts';
import { createWatches, type WatchSource } from './watches.ts';
import { createSupervised, type Supervised, type Wish } from './supervised.ts';

export interface EngineDeps {
	streams: StreamsForEngine;
	bus: Bus;
	log: Logger;
	instanceId: string;
	ffmpegPath: string;
	/** Stores what other rooms have yet to store of a run that has ended; until then its stream counts as occupied. */
	lastWrites?: (streamId: string) => Promise<unknown>;
	/** Nothing of the stream runs here any more, and its end is stored. */
	onIdle?: (streamId: string) => void;
	/** Streams this instance may run at once. */
	maxStreams: number;
	preview: PreviewConfig;
	/** What each stream is watched for; read again whenever the bus says that it changed. */
	watches: WatchSource;
	/** Where streams keep the packets that clips are cut from, each in a folder of its own; null keeps none. */
	clipsDir: string | null;
	models: ModelSource;
	inference: InferenceSettings;
	/** The threads; the engine makes its own unless given. */
	pool?: StreamPool;
	inferencePool?: InferencePool;
	/** Frames are told to it; none unless given. */
	tracer?: Tracer;
}

/** What runs a stream. */
export interface StreamWorker {
	streamId: string;
	/** Null while none runs. */
	decoderPid: number | null;
	/** Null where its thread does not say. */
	heapShareBytes: number | null;
}

export interface Engine {
	/** Begins to run what should run. Never fails: what cannot run says so in its status. */
	start(): Promise<void>;
	/** Compares what should run with what runs and begins the changes; resolves when they have begun. */
	reconcile(): Promise<void>;
	/** Of every stream that should run, and of those still stopping. */
	statuses(): StreamStatus[];
	/** Of one stream; `deactivated` when the engine has nothing to do with it. */
	status(streamId: string): StreamStatus;
	/** Whether something of the stream still runs here, or of its end is still to be stored. */
	occupied(streamId: string): boolean;
	/** Streams that should run and cannot at present. */
	failing(): string[];
	/** The newest activity lines, oldest first. */
	logs(streamId: string, tail: number): ActivityLine[];
	/** Tries a failed source again at once instead of when its backoff ends. */
	retryNow(streamId: string): void;
	/** Looks at a source: what it is, or why it cannot be read. Throws `rate_limited` when too many are looked at. */
	probe(source: SourceConfig): Promise<ProbeResult>;
	/**
	 * Looks at one picture with a model. Throws `rate_limited` when too many wait, `not_found` without such a model,
	 * `model_unusable` when it fails, `unavailable` when it takes too long or the server stops.
	 */
	infer(modelId: string, picture: TaskPicture, confidence: number): Promise<InferenceResult>;
	/** What runs each stream: its decoder, and its equal share of its thread's JavaScript heap in bytes. */
	workers(): Promise<StreamWorker[]>;
	/** What the inference threads do and did. */
	inference(): InferenceFigures;
	/**
	 * Models at work now. While there are any, `process.exit` aborts the process: whoever ends it waits for `quiet`, with
	 * SIGKILL as the deadline.
	 */
	busy(): boolean;
	/** Resolves as soon as no model is at work. */
	quiet(): Promise<void>;
	/** Applies to every running stream at once. */
	setPreview(preview: PreviewConfig): void;
	/** Stops every run and every thread, within 3 s; but no thread on which a model is at work. */
	stop(): Promise<void>;
}

const TICK_MS = 1000;
/** What should run is compared this often even if nobody tells of a change. */
const RECONCILE_EVERY_MS = 30_000;
const MAX_PROBES = 4;
/** Shutdown: how long each step may take at most, ms; together under 3 s, inference beside the runs. */
const STOP_LIMITS = { run: 1400, threads: 500, record: 600, inference: 1900 };

export function createEngine(deps: EngineDeps): Engine {
	const { bus, log, maxStreams, instanceId } = deps;
	const recorder = createRecorder(deps.streams, log);
	const budget = createConnectionBudget();
	const watches = createWatches({ source: deps.watches, bus, log });
	const inference = createInference({
		...deps.inference,
		models: deps.models,
		log,
		...(deps.inferencePool && { pool: deps.inferencePool })
	});
	const activity = createActivityLog((line) => {
		recorder.activity(line);
		bus.publish(subjects.activity, line);
	});
	/** In the order in which they get a place: oldest stream first. */
	let streams = new Map<string, Supervised>();
	/** Streams whose end is being stored. */
	const ending = new Map<string, Promise<void>>();
	let preview = deps.preview;
	let ownPool: StreamPool | null = null;
	let probes = 0;
	let timers: NodeJS.Timeout[] = [];
	let unsubscribe = () => {};
	let stopped = false;
	let pass: Promise<void> | null = null;
	let nextPass: Promise<void> | null = null;

	/** Threads begin with the first need of one. */
	const pool = () => deps.pool ?? (ownPool ??= createStreamPool({ threads: threadsFor(maxStreams), log }));

	function supervise(id: string): Supervised {
		return createSupervised(id, {
			instanceId,
			maxStreams,
			mayRun: () => !stopped && [...streams.values()].filter((stream) => stream.running).length < maxStreams,
			begin(runId, stream, events) {
				names.set(id, stream.name);
				return startRun(
					runId,
					stream,
					preview,
					{
						pool: pool(),
						budget,
						ffmpegPath: deps.ffmpegPath,
						watches,
						inference,
						clipsDir: deps.clipsDir,
						tracer: deps.tracer ?? NO_TRACER,
						checkAddress: () => deps.streams.checkAddress(stream.source)
					},
					events
				);
			},
			record(change) {
				recorder.state(change);
				tellState(change);
			},
			log: (level, text, runId, at = new Date()) => tellLog(id, level, text, runId, at),
			status: (status) => bus.publish(subjects.status, status),
			frame: (frame) => bus.publish(subjects.frame, frame),
			facts: (facts) => bus.publish(subjects.facts, facts),
			rule: (state) => bus.publish(subjects.ruleState, state),
			ended: () => queueMicrotask(afterEnd)
		});
	}

	/** The server's log hears of a failure when it begins or changes, not with every attempt of a camera that is off. */
	const failing = new Map<string, string>();
	/** What people call the streams that have run here. */
	const names = new Map<string, string>();
	function tellState({ streamId, runId, from, to, code, detail }: RunStateChange): void {
		const run = { streamId, stream: names.get(streamId), runId, from, to };
		const known = failing.get(streamId);
		if (to === 'error' && code) failing.set(streamId, code);
		else if (to === 'active' || to === 'inactive') failing.delete(streamId);
		if (to === 'error' && code !== known) log.warn({ ...run, code }, detail ?? 'the stream failed');
		else if (to === 'active') log.info(run, 'the stream is live');
		else log.debug(run, 'run state');
	}

	function tellLog(streamId: string, level: LogLevel, text: string, runId: string | null, at: Date): void {
		activity.add(streamId, { at: at.toISOString(), runId, level, text });
		log.debug({ streamId, stream: names.get(streamId), runId }, text);
	}

	/** A run is over: forget streams nobody wants, and give the free place to whoever waits for one. */
	function afterEnd(): void {
		for (const [id, stream] of streams) if (stream.idle) forget(id);
		if (stopped) return;
		for (const stream of streams.values()) if (!stream.running) stream.settle();
	}

	/** Of its end something may still wait to be stored: only then is it over. */
	function forget(id: string): void {
		streams.delete(id);
		names.delete(id);
		const over = Promise.allSettled([recorder.flush(), deps.lastWrites?.(id)]).then(() => {
			if (ending.get(id) !== over) return;
			ending.delete(id);
			deps.onIdle?.(id);
		});
		ending.set(id, over);
	}

	async function compare(): Promise<void> {
		// At once, and whether or not the database answers: what others may run by now stops here.
		for (const [id, stream] of streams) if (deps.streams.tokenOf(id) === null) stream.wish({ kind: 'none' });
		try {
			const wishes = wishesOf(await deps.streams.listRunnable());
			if (!stopped) follow(wishes);
		} catch (error) {
			log.warn({ cause: causeChain(error) }, 'could not read which streams should run; those that run go on');
		}
	}

	function follow(read: Map<string, Wish>): void {
		// While it was read, a lease may have gone.
		const wishes = new Map([...read].filter(([id, wish]) => tokenOf(wish) === deps.streams.tokenOf(id)));
		const unwanted = [...streams].filter(([id]) => !wishes.has(id));
		const wanted = [...wishes.keys()].map((id) => [id, streams.get(id) ?? supervise(id)] as const);
		streams = new Map([...wanted, ...unwanted]);
		for (const [, stream] of unwanted) stream.wish({ kind: 'none' });
		for (const [id, wish] of wishes) streams.get(id)!.wish(wish);
	}

	/** One pass at a time; a call during one waits for a pass that begins after the call. */
	function reconcile(): Promise<void> {
		if (stopped) return Promise.resolve();
		if (!pass) return (pass = compare().finally(() => (pass = null)));
		return (nextPass ??= pass.then(() => {
			nextPass = null;
			return reconcile();
		}));
	}

	function tick(): void {
		for (const [id, stream] of streams) {
			const newest = stream.tick();
			if (newest) recorder.beat(id, newest);
		}
	}

	async function workers(): Promise<StreamWorker[]> {
		const heaps = await (deps.pool ?? ownPool)?.heapShares();
		return [...streams.values()].flatMap(({ id, worker }) => {
			if (!worker) return [];
			const { runId, decoderPid } = worker;
			return [{ streamId: id, decoderPid, heapShareBytes: heaps?.get(runId) ?? null }];
		});
	}

	async function probe(source: SourceConfig): Promise<ProbeResult> {
		if (probes >= MAX_PROBES) {
			throw new AppError(
				'rate_limited',
				`${MAX_PROBES} sources are being tried already. Try again in a few seconds.`
			);
		}
		probes++;
		const started = performance.now();
		try {
			const failure = await deps.streams.checkAddress(source);
			if (!failure) return await pool().probe(source, deps.ffmpegPath);
			return { ok: false, failure, elapsedMs: Math.round(performance.now() - started) };
		} finally {
			probes--;
		}
	}

	return {
		async start() {
			recorder.start();
			unsubscribe = bus.subscribe(subjects.streamChange, ({ streamId, change }) => {
				if (change === 'deleted') activity.forget(streamId);
				if (change !== 'display') void reconcile();
			});
			timers = [setInterval(tick, TICK_MS), setInterval(() => void reconcile(), RECONCILE_EVERY_MS)];
			await reconcile();
		},
		reconcile,
		statuses: () => [...streams.values()].map((stream) => stream.status()),
		status: (id) => streams.get(id)?.status() ?? deactivated(id, instanceId),
		occupied: (id) => streams.has(id) || ending.has(id),
		failing: () => [...streams.values()].filter(({ failing }) => failing).map(({ id }) => id),
		logs: (id, tail) => activity.tail(id, tail),
		retryNow: (id) => streams.get(id)?.retryNow(),
		probe,
		workers,
		infer: inference.infer,
		inference: inference.figures,
		busy: () => inference.busy > 0,
		quiet: inference.quiet,
		setPreview(next) {
			preview = next;
			for (const stream of streams.values()) stream.setPreview(next);
		},
		async stop() {
			stopped = true;
			unsubscribe();
			timers.forEach(clearInterval);
			const inferenceEnded = inference.stop(STOP_LIMITS.inference);
			await Promise.all([...streams.values()].map((stream) => stream.retire(STOP_LIMITS.run)));
			budget.close();
			watches.close();
			await (deps.pool ?? ownPool)?.destroy(STOP_LIMITS.threads);
			await inferenceEnded;
			await recorder.stop(STOP_LIMITS.record);
		}
	};
}

function tokenOf(wish: Wish): number | null {
	switch (wish.kind) {
		case 'run':
			return wish.stream.token;
		case 'refused':
			return wish.token;
		case 'none':
			return null;
	}
}

type Runnables = Awaited<ReturnType<StreamsForEngine['listRunnable']>>;

function wishesOf({ runnable, refused }: Runnables): Map<string, Wish> {
	return new Map([
		...runnable.map((stream) => [stream.id, { kind: 'run', stream } as Wish] as const),
		...refused.map(({ id, token, failure }) => [id, { kind: 'refused', token, failure } as Wish] as const)
	]);
}

function deactivated(streamId: string, instance: string): StreamStatus {
	const now = statusOf({
		streamId,
		runId: null,
		state: 'inactive',
		wanted: false,
		phase: null,
		failure: null,
		retryAt: null,
		source: null,
		stats: null,
		frameAgeMs: null,
		intervalMs: 0
	});
	return { ...now, since: new Date(0).toISOString(), instance };
}
