// A child process that runs streams through the product's own engine, bus and live fan-out, without database or pages.
// Started by bench/pipeline.ts and bench/fleet.ts over IPC: argument 1 is a HostPlan as JSON.
import { createMemoryBus, subjects } from '#lib/server/bus/index.ts';
import { createLogger } from '#lib/server/base/log.ts';
import { createEngine } from '#lib/server/engine/index.ts';
import { createLive } from '#lib/server/live/index.ts';
import type { AnalysisConfig, PreviewConfig, SourceConfig } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { StreamsForEngine } from '#lib/server/streams/ports.ts';

export interface HostPlan {
	ffmpegPath: string;
	sources: SourceConfig[];
	analysis: AnalysisConfig;
	preview: PreviewConfig;
	/** How many of the streams somebody watches over server-sent events. */
	watched: number;
}

const plan = JSON.parse(process.argv[2] ?? '') as HostPlan;
const runnable = plan.sources.map((source, index) => ({
	id: streamId(index),
	name: `stream ${index}`,
	source,
	maskedUrl: source.kind === 'file' ? source.url : new URL(source.url).host,
	analysis: plan.analysis,
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

const log = createLogger({ level: process.env['LOG_LEVEL'] ?? 'fatal', format: 'json', instance: 'bench' });
const bus = createMemoryBus(log);
const engine = createEngine({
	streams,
	bus,
	log,
	instanceId: 'bench',
	ffmpegPath: plan.ffmpegPath,
	maxStreams: 64,
	preview: plan.preview,
	watches: { of: () => Promise.resolve({ zones: [], rules: [] }) },
	clipsDir: null,
	models: { loadable: () => Promise.resolve(null) },
	inference: { threads: 1, pending: 2, provider: 'cpu' }
});
await engine.start();
const fleet = {
	statuses: engine.statuses,
	status: engine.status,
	onStatus: (handler: (status: StreamStatus) => void) => bus.subscribe(subjects.status, handler),
	isRemote: () => false
};
const live = createLive({ bus, fleet, fps: plan.preview.fps });
const stopWatching = new AbortController();
if (plan.watched > 0)
	void drain(
		live.events(
			runnable.slice(0, plan.watched).map(({ id }) => id),
			stopWatching.signal
		)
	);

process.on('message', (message) => {
	if (message === 'statuses') process.send?.(engine.statuses() satisfies StreamStatus[]);
	if (message === 'stop') {
		stopWatching.abort();
		void engine.stop().then(() => process.exit(0));
	}
});
process.send?.('ready');

/** Reads like a browser that keeps up. */
async function drain(events: ReadableStream<Uint8Array>): Promise<void> {
	for await (const chunk of events) void chunk;
}

function streamId(index: number): string {
	return `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}
