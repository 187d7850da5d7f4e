// The standard OTEL_* variables, as far as traces are told here: whether, where to, how many, and as whom.
import { z } from 'zod';

export type Environment = Record<string, string | undefined>;

export const SAMPLERS = ['always_on', 'always_off', 'traceidratio'] as const;
export type RootSampler = (typeof SAMPLERS)[number];

export interface TraceSettings {
	sampler: RootSampler;
	/** Whether a caller's decision is followed; without it, each of our own is made anew. */
	followsParent: boolean;
	/** Share of traces, 0..1. */
	ratio: number;
	/** `tracecontext` is among the propagators: W3C headers are read. */
	readsContext: boolean;
	batch: { delayMs: number; maxQueue: number; maxBatch: number; timeoutMs: number };
	/** What could not be understood, and what is done instead. */
	complaints: string[];
}

const MAX_QUEUE = 65_536;

/** Traces are off unless an endpoint is named; OTEL_SDK_DISABLED and OTEL_TRACES_EXPORTER=none switch them off again. */
export function wantsTraces(env: Environment): boolean {
	const given = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
	if (!given?.trim() || env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
	const exporter = env['OTEL_TRACES_EXPORTER']?.trim();
	return exporter === undefined || exporter === '' || exporter.split(',').includes('otlp');
}

/** Never throws: as OpenTelemetry asks, what cannot be understood is told and left at its default. */
export function readSettings(env: Environment): TraceSettings {
	const complaints: string[] = [];

	function read<T>(name: string, schema: z.ZodType<T, string>, otherwise: T): T {
		const text = env[name]?.trim();
		if (text === undefined || text === '') return otherwise;
		const read = schema.safeParse(text);
		if (read.success) return read.data;
		complaints.push(
			`${name} is not understood: ${JSON.stringify(text.slice(0, 60))}; it is ${String(otherwise)}`
		);
		return otherwise;
	}

	const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'];
	if (protocol && protocol.trim() !== 'http/json')
		complaints.push(
			`OTEL_EXPORTER_OTLP_PROTOCOL is ${JSON.stringify(protocol.slice(0, 60))}; traces are sent as http/json all the same`
		);
	const sampler = read('OTEL_TRACES_SAMPLER', SAMPLER, 'parentbased_always_on');
	const whole = (most: number) => z.string().transform(Number).pipe(z.int().min(1).max(most));
	const maxQueue = read('OTEL_BSP_MAX_QUEUE_SIZE', whole(MAX_QUEUE), 2048);
	return {
		sampler: sampler.replace('parentbased_', '') as RootSampler,
		followsParent: sampler.startsWith('parentbased_'),
		ratio: read('OTEL_TRACES_SAMPLER_ARG', RATIO, 1),
		readsContext: (env['OTEL_PROPAGATORS'] || 'tracecontext')
			.split(',')
			.some((one) => one.trim() === 'tracecontext'),
		batch: {
			delayMs: read('OTEL_BSP_SCHEDULE_DELAY', whole(60_000), 5000),
			maxQueue,
			maxBatch: Math.min(maxQueue, read('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', whole(MAX_QUEUE), 512)),
			timeoutMs: read('OTEL_BSP_EXPORT_TIMEOUT', whole(60_000), 30_000)
		},
		complaints
	};
}

const SAMPLER = z.enum([
	...SAMPLERS,
	'parentbased_always_on',
	'parentbased_always_off',
	'parentbased_traceidratio'
]);
const RATIO = z.string().transform(Number).pipe(z.number().min(0).max(1));

/** The share of frames that is told, beside those that made a rule change its mind; null where nothing is. */
export function frameRatioOf({ sampler, ratio }: Pick<TraceSettings, 'sampler' | 'ratio'>): number | null {
	switch (sampler) {
		case 'always_on':
			return 1;
		case 'traceidratio':
			return ratio;
		case 'always_off':
			return null;
	}
}
