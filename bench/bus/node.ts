// One process of bench:bus: makes frames, shows them to a client of server-sent events, or both, over the bus it is given.
// Started over IPC: argument 1 is a NodePlan as JSON.
import { Worker } from 'node:worker_threads';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createLogger } from '#lib/server/base/log.ts';
import { openCarriers, subjects, type Bus } from '#lib/server/bus/index.ts';
import { createEngine } from '#lib/server/engine/index.ts';
import { createLive } from '#lib/server/live/index.ts';
import type { StreamsForEngine } from '#lib/server/streams/ports.ts';

export interface NodePlan {
	instance: string;
	/** Null: this process alone. */
	natsUrl: string | null;
	streams: number;
	fps: number;
	/** `synthetic`: ready-made frames of a worker thread, `camera`: ffmpeg, motion and all, of that clip; null makes none. */
	frames: 'synthetic' | { clip: string } | null;
	/** Whether a client reads the events of every stream. */
	watches: boolean;
}

export interface NodeFigures {
	/** CPU of this process with all its threads, ms. */
	cpuMs: number;
	/** Frames said here, and frames a client got here. */
	said: number;
	shown: number;
	sent: { messages: number; bytes: number };
	dropped: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as NodePlan;
const log = createLogger({
	level: process.env['LOG_LEVEL'] ?? 'fatal',
	format: 'json',
	instance: plan.instance
});
const nats = { prefix: 'bench', credsFile: null, tls: { ca: null, cert: null, key: null } };
const { bus } = await openCarriers({ natsUrl: plan.natsUrl, instanceId: plan.instance, nats }, log);
const ids = Array.from(
	{ length: plan.streams },
	(_, index) => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`
);
let said = 0;
let shown = 0;

bus.subscribe(subjects.frame, () => void (said += 1), { from: 'here' });
const stopShowing = plan.watches ? show(bus) : () => {};
const stopMaking =
	plan.frames === 'synthetic' ? synthesize(bus) : plan.frames ? await film(bus, plan.frames.clip) : () => {};

process.on('message', (message) => {
	if (message === 'figures') process.send?.(figures());
	if (message === 'stop') void stop();
});
process.send?.('ready');

function figures(): NodeFigures {
	const { user, system } = process.cpuUsage();
	const { sent, dropped } = bus.state();
	return { cpuMs: (user + system) / 1000, said, shown, sent, dropped };
}

async function stop(): Promise<void> {
	stopShowing();
	await stopMaking();
	await bus.close();
	process.exit(0);
}

/** Frames as a stream's worker posts them: buffers of their own each time, handed over and not copied. */
function synthesize(to: Bus): () => void {
	const worker = new Worker(new URL('frames.ts', import.meta.url), { workerData: { ids, fps: plan.fps } });
	worker.on('message', (frame: PreviewFrame) => to.publish(subjects.frame, frame));
	return () => void worker.terminate();
}

/** The whole pipeline: decoding, motion, pictures. */
async function film(to: Bus, clip: string): Promise<() => Promise<void>> {
	const runnable = ids.map((id) => ({
		id,
		name: id,
		source: { url: clip, kind: 'file', transport: 'auto', hardwareDecode: 'none', loop: true } as const,
		maskedUrl: clip,
		analysis: { width: 640, fps: 10, gridSize: 16, winRadius: 8, threshold: 1, mode: 'fast' } as const,
		staleAfterS: 10,
		detection: null,
		clipPrerollS: 0,
		token: 1,
		processingVersion: '1'
	}));
	const streams: StreamsForEngine = {
		tokenOf: () => 1,
		listRunnable: () => Promise.resolve({ runnable, refused: [] }),
		checkAddress: () => Promise.resolve(null),
		recordRunState: () => Promise.resolve(),
		recordHeartbeats: () => Promise.resolve(),
		appendActivity: () => Promise.resolve()
	};
	const engine = createEngine({
		streams,
		bus: to,
		log,
		instanceId: plan.instance,
		ffmpegPath: 'ffmpeg',
		maxStreams: 64,
		preview: { fps: plan.fps, maxWidth: 960, quality: 65 },
		watches: { of: () => Promise.resolve({ zones: [], rules: [] }) },
		clipsDir: null,
		models: { loadable: () => Promise.resolve(null) },
		inference: { threads: 1, pending: 2, provider: 'cpu' }
	});
	await engine.start();
	return engine.stop;
}

/** The live room and one client of it, that reads like a browser which keeps up. */
function show(from: Bus): () => void {
	const connected = (streamId: string) => ({ streamId, status: 'connected' }) as StreamStatus;
	const fleet = {
		statuses: () => ids.map(connected),
		status: connected,
		onStatus: () => () => {},
		isRemote: () => plan.frames === null
	};
	const live = createLive({ bus: from, fleet, fps: plan.fps });
	const leaving = new AbortController();
	void count(live.events(ids, leaving.signal));
	return () => {
		leaving.abort();
		live.close();
	};
}

async function count(events: ReadableStream<Uint8Array>): Promise<void> {
	for await (const chunk of events) if (chunk.length > 10_000) shown += 1;
}
