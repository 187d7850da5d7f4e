// One stream, from its source to the engine: ingest ▶ flow ▶ detection ▶ watching ▶ pairing ▶ messages.
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { StreamTask } from '#lib/contracts/messages.ts';
import type { RunConfig } from '#lib/contracts/run.ts';
import { createFlowStage, type AnalysedFrame } from './analysis.ts';
import { createConnectionDesk } from './connection.ts';
import { createDetectionStage, type DetectionStage } from './detection.ts';
import { openSource, type SourceEvents, type SourceFrame } from './ingest/source.ts';
import { createMeter, type Meter } from './meter.ts';
import { createOutbox, listen, type Outbox } from './outbox.ts';
import { createPairing } from './pairing.ts';
import { createFrameTracing, type FrameTracing } from './tracing.ts';
import { createWatching, type Watching } from './watching.ts';

const STATS_EVERY_MS = 1000;

/** Runs a stream until the engine says stop or closes the port; resolves when nothing of it runs any more. */
export async function runPipeline({ config, port, flowModule }: StreamTask): Promise<void> {
	const outbox = createOutbox(port);
	const stages = createStages(config, flowModule, outbox);
	const { detection, watching } = stages;
	const connections = createConnectionDesk((message) => outbox.send(message));
	const source = openSource(config, sourceEvents(config, stages, outbox), {
		acquire: connections.acquire
	});
	const ticking = tellEverySecond(stages, outbox);

	await new Promise<void>((stopped) => {
		listen(port, (message) => {
			switch (message.type) {
				case 'connect-granted':
				case 'connect-denied':
					return connections.answer(message);
				case 'frame-taken':
					return outbox.taken(message.seq);
				case 'preview':
					return source.setPreview(message.preview);
				case 'watch':
					return watching.set(message.watch);
				case 'infer-result':
				case 'infer-missed':
					return detection.answer(message);
				case 'retry-now':
					return source.retryNow();
				case 'stop':
					return stopped();
			}
		});
	});

	clearInterval(ticking);
	connections.close();
	detection.close();
	outbox.send({ type: 'phase', at: Date.now(), state: { phase: 'stopping' } });
	await source.close();
	port.close();
}

interface Stages {
	analyse: (frame: SourceFrame) => AnalysedFrame | null;
	detection: DetectionStage;
	watching: Watching;
	tracing: FrameTracing;
	meter: Meter;
}

function createStages(config: RunConfig, module: WebAssembly.Module, outbox: Outbox): Stages {
	const complain = (text: string) => outbox.send({ type: 'log', at: Date.now(), level: 'error', text });
	const tracing = createFrameTracing(config.traceRatio, (frame) => outbox.send({ type: 'trace', frame }));
	return {
		tracing,
		analyse: createFlowStage(config.analysis, module, complain),
		detection: createDetectionStage(config.detection, { send: (message) => outbox.send(message), complain }),
		watching: createWatching(config.streamId, config.watch, {
			rule: (state) => outbox.send({ type: 'rule', state: tracing.mark(state) })
		}),
		meter: createMeter()
	};
}

/** A frame with everything that was found on it, without the kernel's memory. */
type FinishedFrame = Omit<AnalysedFrame, 'field'> & { objects: TrackedObject[] };

/** What becomes of everything the source gives. */
function sourceEvents(config: RunConfig, stages: Stages, outbox: Outbox): SourceEvents {
	const { analyse, detection, watching, tracing, meter } = stages;
	const { streamId, runId } = config;
	const { gridSize } = config.analysis;
	const pairing = createPairing<FinishedFrame, Uint8Array>((frame, jpeg) => {
		const { flowMs: _, ...shown } = frame;
		if (!outbox.sendFrame({ streamId, runId, jpeg, gridSize, ...shown })) meter.dropped(1);
	});

	return {
		frame(frame) {
			const traced = tracing.begin(frame);
			const analysed = analyse(frame);
			if (!analysed) return meter.dropped(1);
			const { field, ...kept } = analysed;
			traced?.measured();
			meter.frame(analysed.flow, frame.capturedAt, Date.now(), analysed.flowMs);
			detection.frame({ ...frame, field }, (objects) => {
				traced?.searched(objects.length);
				tracing.judge(traced, () => watching.frame({ ...kept, gridSize, objects }));
				pairing.result(frame.pts, { ...kept, objects });
			});
		},
		preview: ({ pts, jpeg }) => pairing.picture(pts, jpeg),
		source(info) {
			pairing.reset();
			detection.reset();
			outbox.send({ type: 'source', info });
		},
		phase(state) {
			if (state.phase === 'connecting') pairing.reset();
			outbox.send({ type: 'phase', at: Date.now(), state });
		},
		process: (pid) => outbox.send({ type: 'process', pid }),
		log: (level, text) => outbox.send({ type: 'log', at: Date.now(), level, text }),
		dropped: (count) => meter.dropped(count),
		reconnect: () => meter.reconnect()
	};
}

function tellEverySecond({ meter, detection, watching }: Stages, outbox: Outbox): NodeJS.Timeout {
	let since = performance.now();
	return setInterval(() => {
		const now = performance.now();
		outbox.send({ type: 'stats', stats: { ...meter.take(now - since), detection: detection.take() } });
		const facts = watching.take();
		if (facts) outbox.send({ type: 'facts', facts });
		since = now;
	}, STATS_EVERY_MS);
}
