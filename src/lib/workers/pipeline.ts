// One stream, from its source to the engine: ingest ▶ flow ▶ pairing ▶ messages.
import type { StreamTask } from '#lib/contracts/messages.ts';
import type { RunConfig } from '#lib/contracts/run.ts';
import { createConnectionDesk } from './connection.ts';
import { createFlowStage, type AnalysedFrame } from './analysis.ts';
import { openSource, type SourceEvents } from './ingest/source.ts';
import { createMeter, type Meter } from './meter.ts';
import { createOutbox, listen, type Outbox } from './outbox.ts';
import { createPairing } from './pairing.ts';

const STATS_EVERY_MS = 1000;

/** Runs a stream until the engine says stop or closes the port; resolves when nothing of it runs any more. */
export async function runPipeline({ config, port, flowModule }: StreamTask): Promise<void> {
	const outbox = createOutbox(port);
	const meter = createMeter();
	const connections = createConnectionDesk((message) => outbox.send(message));
	const source = openSource(config, stages(config, flowModule, meter, outbox), {
		acquire: connections.acquire
	});
	const ticking = tellStats(meter, outbox);

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
				case 'retry-now':
					return source.retryNow();
				case 'stop':
					return stopped();
			}
		});
	});

	clearInterval(ticking);
	connections.close();
	outbox.send({ type: 'phase', at: Date.now(), state: { phase: 'stopping' } });
	await source.close();
	port.close();
}

/** What becomes of everything the source gives. */
function stages(config: RunConfig, module: WebAssembly.Module, meter: Meter, outbox: Outbox): SourceEvents {
	const log = (level: 'info' | 'warn' | 'error', text: string) =>
		outbox.send({ type: 'log', at: Date.now(), level, text });
	const analyse = createFlowStage(config.analysis, module, (text) => log('error', text));
	const pairing = createPairing<AnalysedFrame, Uint8Array>((frame, jpeg) => {
		const { capturedAt, width, height, vectors, flow } = frame;
		const { streamId, runId, analysis } = config;
		const { gridSize } = analysis;
		const sent = outbox.sendFrame({
			streamId,
			runId,
			capturedAt,
			width,
			height,
			jpeg,
			gridSize,
			flow,
			vectors
		});
		if (!sent) meter.dropped(1);
	});

	return {
		frame(frame) {
			const analysed = analyse(frame);
			if (!analysed) return meter.dropped(1);
			meter.frame(analysed.flow, frame.capturedAt, Date.now(), analysed.flowMs);
			pairing.result(frame.pts, analysed);
		},
		preview: ({ pts, jpeg }) => pairing.picture(pts, jpeg),
		source(info) {
			pairing.reset();
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

function tellStats(meter: Meter, outbox: Outbox): NodeJS.Timeout {
	let since = performance.now();
	return setInterval(() => {
		const now = performance.now();
		outbox.send({ type: 'stats', stats: meter.take(now - since) });
		since = now;
	}, STATS_EVERY_MS);
}
