// Simulated pixels: a pool for the real engine whose runs connect, tell a second's figures every second, raise alerts, and stop.
import type { MessagePort } from 'node:worker_threads';
import type { StreamFacts, ZoneFacts } from '#lib/contracts/facts.ts';
import { DIRECTION_BINS } from '#lib/contracts/facts.ts';
import type { FromWorker, ToWorker } from '#lib/contracts/messages.ts';
import type { RunConfig, WatchConfig } from '#lib/contracts/run.ts';
import type { StreamPool } from '#lib/server/engine/pool.ts';
import type { RunNews } from './messages.ts';

export interface PixelOptions {
	alertsPerHour: number;
	tell(news: Pick<RunNews, 'streamId' | 'runId' | 'event' | 'at'>): void;
}

const FPS = 10;
/** Cameras answer within this, ms. */
const CONNECT_MS = { least: 60, most: 400 };
/** Seconds in which something moves, of all. */
const MOVING_SHARE = 0.5;
const ALERT_LASTS_S = 20;

export function createPixels({ alertsPerHour, tell }: PixelOptions): StreamPool {
	return {
		threads: 1,
		async run({ config, port }) {
			const news = (event: RunNews['event']) =>
				tell({ streamId: config.streamId, runId: config.runId, event, at: Date.now() });
			news('begin');
			await play(config, port, alertsPerHour, () => news('live'));
			news('end');
		},
		probe: () => Promise.reject(new Error('nothing is probed here')),
		terminateThreadOf: () => false,
		threadOf: () => null,
		heapShares: () => Promise.resolve(new Map()),
		destroy: () => Promise.resolve()
	};
}

/** One run, from its turn to connect to its end. */
async function play(
	config: RunConfig,
	port: MessagePort,
	alertsPerHour: number,
	live: () => void
): Promise<void> {
	const send = (message: FromWorker) => port.postMessage(message);
	const phase = (state: Extract<FromWorker, { type: 'phase' }>['state']) =>
		send({ type: 'phase', at: Date.now(), state });
	let timer: NodeJS.Timeout | undefined;
	let seconds = 0;
	let firingFor = 0;
	let watch = config.watch;

	function second(): void {
		const now = Date.now();
		seconds++;
		send({ type: 'stats', stats: statsOf(seconds, now) });
		send({ type: 'facts', facts: factsOf(config.streamId, watch, now) });
		const rule = watch.rules[0];
		if (!rule) return;
		const { streamId } = config;
		const told = { ruleId: rule.id, streamId, at: now, value: 1, peak: 1, labels: {} };
		if (firingFor > 0 && --firingFor === 0) send({ type: 'rule', state: { ...told, state: 'clear' } });
		else if (firingFor === 0 && Math.random() < alertsPerHour / 3600) {
			firingFor = ALERT_LASTS_S;
			send({ type: 'rule', state: { ...told, state: 'firing' } });
		}
	}

	await new Promise<void>((stopped) => {
		port.on('message', (message: ToWorker) => {
			if (message.type === 'stop') {
				phase({ phase: 'stopping' });
				return stopped();
			}
			if (message.type === 'watch') watch = message.watch;
			if (message.type !== 'connect-granted') return;
			phase({ phase: 'connecting', attempt: 1 });
			timer = setTimeout(
				() => {
					send({ type: 'connect-done', requestId: message.requestId });
					send({ type: 'source', info: SOURCE });
					phase({ phase: 'live' });
					live();
					second();
					timer = setInterval(second, 1000);
				},
				CONNECT_MS.least + Math.random() * (CONNECT_MS.most - CONNECT_MS.least)
			);
		});
		port.on('close', stopped);
		phase({ phase: 'waiting' });
		send({ type: 'connect-request', requestId: 1 });
	});
	clearInterval(timer);
	port.close();
}

const SOURCE = {
	codec: 'h264',
	width: 1920,
	height: 1080,
	fps: 25,
	analysisWidth: 640,
	analysisHeight: 360
};

function statsOf(seconds: number, now: number) {
	return {
		fps: FPS,
		framesProcessed: seconds * FPS,
		framesDropped: 0,
		reconnects: 0,
		lastFrameAt: now - 40,
		flow: flow(),
		latencyMs: 40 + Math.round(Math.random() * 20),
		flowMs: 3,
		detection: { looked: seconds * 5, gated: 0, dropped: 0, failed: 0, ms: 2, objects: { person: 2 } }
	};
}

/** Of the whole picture and every zone, as wide as real seconds are. */
function factsOf(streamId: string, watch: WatchConfig, at: number): StreamFacts {
	const moving = Math.random() < MOVING_SHARE;
	const places = [null, ...watch.zones.map(({ id }) => id)];
	return { streamId, at, zones: places.map((zoneId) => zoneFacts(zoneId, moving)) };
}

function zoneFacts(zoneId: string | null, moving: boolean): ZoneFacts {
	const bins = Array.from({ length: DIRECTION_BINS }, () =>
		moving && Math.random() < 0.3 ? Math.ceil(Math.random() * 40) : 0
	);
	return {
		zoneId,
		flow: { ...flow(), bins, magnitudes: bins.map((count) => count * (1 + Math.random())) },
		objects: moving ? { person: { count: 2, maxConfidence: 0.83, longestS: 12.5 } } : {},
		crossings: {}
	};
}

function flow() {
	return {
		avg: Math.random() * 3,
		max: 3 + Math.random() * 9,
		count: Math.round(Math.random() * 200),
		total: 880,
		direction: Math.random() * 360,
		coherence: Math.random()
	};
}
