// The server's metrics: gathers what every room tells into one view and writes it for Prometheus.
import type { InstanceRole } from '#lib/contracts/instance.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import type { Logger } from '../../base/log.ts';
import type { Bus } from '../../bus/index.ts';
import { createDirectory, type ListedStream } from './directory.ts';
import { createExposition, type Written } from './exposition.ts';
import { fleetOf } from './fleet.ts';
import { createGpu, type Gpu } from './gpu.ts';
import type { Guard } from './guard.ts';
import { createLedger } from './ledger.ts';
import { createStreamMemory, memoryLimit, type StreamWorker } from './memory.ts';
import { createRequestTally, type AnsweredRequest } from './requests.ts';
import { SERVER_FAMILIES } from './server-families.ts';
import { INFERENCE_BOUNDS_S, STREAM_FAMILIES } from './stream-families.ts';
import { coarser } from './tally.ts';
import { livingOf, targetGroups, type ListedInstance, type TargetGroup } from './targets.ts';
import type { StreamView, View } from './view.ts';

export const FAMILIES = [...STREAM_FAMILIES, ...SERVER_FAMILIES];

/** What the inference threads did for a stream, as their own histogram has it. */
export interface InferenceOfStream {
	looked: number;
	waiting: number;
	seconds: { sum: number; buckets: readonly number[] };
}

export interface MetricsDeps {
	bus: Bus;
	log: Logger;
	version: string;
	instance: string;
	roles: readonly InstanceRole[];
	guard: Guard;
	/** The registry's streams, those of sessions and scenarios left out: they come and go too fast to be series. */
	streams(): Promise<readonly ListedStream[]>;
	/** Of the streams that run here. */
	statuses(): StreamStatus[];
	fleet: {
		/** Of the streams that run anywhere, and of those that should. */
		statuses(): StreamStatus[];
		/** How many streams this instance holds. */
		held(): number;
		/** As last read; empty before that. */
		instances(): readonly ListedInstance[];
	};
	/** Messages set aside that nobody has looked after. */
	parked(): Promise<number>;
	workers(): Promise<StreamWorker[]>;
	/** Bounds in seconds, and by stream id. */
	inference(): { boundsS: readonly number[]; streams: Record<string, InferenceOfStream> };
	delivery(): Promise<{
		outbox: number;
		pending: number;
		outcomes: { type: string; outcome: string; count: number }[];
	}>;
	sseClients(): number;
	/** nvidia-smi unless given. */
	gpu?: Gpu;
	now?: () => number;
}

export interface Metrics {
	/** Throws `unauthenticated` or `forbidden` unless the caller may read metrics. */
	admit: Guard;
	/**
	 * Never fails: what a room does not tell in time is left out, or as it was last told. `accept`: the header, which may
	 * ask for OpenMetrics.
	 */
	scrape(accept?: string | null): Promise<Written>;
	/** The instances that live: by the address each tells; alone, as its caller reached it. */
	targets(requestUrl: URL): TargetGroup[];
	/** Counts a request that was answered. */
	answered(request: AnsweredRequest): void;
	stop(): void;
}

/** How long a scrape waits for a room. */
const PATIENCE_MS = 500;
/** What costs the database a question is asked no more often, however often Prometheus comes. */
const FRESH_MS = 1000;

export function createMetrics(deps: MetricsDeps): Metrics {
	const { bus, log, version, instance, now = Date.now } = deps;
	const ledger = createLedger(bus, now);
	const directory = createDirectory({ bus, log, list: deps.streams, onRead: ledger.keep });
	const memory = createStreamMemory(deps.workers);
	const gpu = deps.gpu ?? createGpu();
	const requests = createRequestTally();
	const exposition = createExposition(FAMILIES);
	const memoryLimitBytes = memoryLimit();
	let deliveries: View['deliveries'] = [];
	let viewing: Promise<View> | null = null;
	/** The outcomes last told are remembered. */
	const outbox = seldom(async () => {
		const { outbox: unplanned, pending, outcomes } = await deps.delivery();
		deliveries = outcomes;
		return unplanned + pending;
	});
	const parked = seldom(() => deps.parked());

	async function look(): Promise<View> {
		const [outboxPending, parkedMessages, rss] = await Promise.all([
			inTime(outbox(), null),
			inTime(parked(), null),
			memory.read(),
			inTime(directory.settled(), undefined)
		]);
		const statuses = deps.statuses();
		return {
			streams: streamsOf(statuses, rss),
			memoryLimitBytes,
			gpu: gpu.figures(),
			fleet: fleetOf(directory.streams(), deps.fleet.statuses()),
			...fleetFigures(),
			parked: parkedMessages,
			alerts: ledger.alerts(),
			outboxPending,
			deliveries,
			sseClients: deps.sseClients(),
			requests: requests.figures(),
			build: { version, instance }
		};
	}

	function fleetFigures(): Pick<View, 'leasesHeld' | 'instances' | 'bus'> {
		const { connected, dropped, sent } = bus.state();
		const living = livingOf(deps.fleet.instances());
		return {
			leasesHeld: deps.fleet.held(),
			instances: living.length || null,
			bus: { connected, dropped, ...sent }
		};
	}

	function streamsOf(statuses: StreamStatus[], rss: ReadonlyMap<string, number>): StreamView[] {
		const inference = deps.inference();
		const byId = new Map(statuses.map((status) => [status.streamId, status]));
		return directory.streams().flatMap((listed) => {
			const status = byId.get(listed.id);
			if (!status || status.status === 'deactivated') return [];
			const asked = inference.streams[listed.id];
			const entry = ledger.of(listed.id);
			const freshAt = status.lastFrameAt === null ? entry.lastFrameAt : Date.parse(status.lastFrameAt);
			return [
				{
					labels: { stream_id: listed.id, stream_name: listed.name },
					place: placeOf(listed),
					status,
					stalenessS: Math.max(0, now() - (freshAt ?? entry.seenAt)) / 1000,
					rssBytes: rss.get(listed.id) ?? null,
					inference: asked ? inferenceOf(asked, inference.boundsS) : null,
					detections: entry.detections,
					latency: entry.latency
				}
			];
		});
	}

	return {
		admit: deps.guard,
		async scrape(accept) {
			// Whoever asks while one is under way gets the same.
			viewing ??= look().finally(() => (viewing = null));
			return exposition.write(await viewing, accept);
		},
		targets: ({ host, protocol }) =>
			targetGroups(deps.fleet.instances(), {
				address: host,
				scheme: protocol.slice(0, -1),
				id: instance,
				roles: deps.roles
			}),
		answered: requests.count,
		stop() {
			directory.stop();
			ledger.stop();
		}
	};
}

function placeOf({ latitude, longitude }: ListedStream): StreamView['place'] {
	return latitude === null || longitude === null ? null : { latitude, longitude };
}

function inferenceOf(
	{ looked, waiting, seconds }: InferenceOfStream,
	bounds: readonly number[]
): StreamView['inference'] {
	const durations = { bounds, counts: seconds.buckets, sum: seconds.sum, count: looked };
	return { durations: coarser(durations, INFERENCE_BOUNDS_S), waiting };
}

/** `otherwise` when it fails or takes too long. */
async function inTime<T, O>(work: Promise<T>, otherwise: O): Promise<T | O> {
	let timer: NodeJS.Timeout;
	const late = new Promise<O>((resolve) => {
		timer = setTimeout(() => resolve(otherwise), PATIENCE_MS);
	});
	return Promise.race([work.catch(() => otherwise), late]).finally(() => clearTimeout(timer));
}

/** One question at a time, for while the database is away they would pile up; an answer serves whoever asks soon after. */
function seldom<T>(ask: () => Promise<T>): () => Promise<T> {
	let asking: Promise<T> | null = null;
	let answered: { value: T; at: number } | null = null;
	return () => {
		if (answered && performance.now() - answered.at < FRESH_MS) return Promise.resolve(answered.value);
		return (asking ??= ask()
			.then((value) => {
				answered = { value, at: performance.now() };
				return value;
			})
			.finally(() => (asking = null)));
	};
}
