// OpenTelemetry's SDK, set up and registered: loaded only where traces are told.
import { context, diag, DiagLogLevel, propagation, trace, type DiagLogger } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
	defaultResource,
	detectResources,
	envDetector,
	resourceFromAttributes
} from '@opentelemetry/resources';
import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	BatchSpanProcessor,
	ParentBasedSampler,
	SamplingDecision,
	TraceIdRatioBasedSampler,
	TracerProvider,
	type ReadableSpan,
	type Sampler,
	type SpanExporter
} from '@opentelemetry/sdk-trace';
import { maskText } from '../../base/mask.ts';
import type { TraceSettings } from './environment.ts';
import { isTold, type Ids } from './identity.ts';

export interface ProviderOptions {
	instance: string;
	version: string;
	ids: Ids;
	/** Told of what goes wrong, as often as it does. */
	complain: (text: string) => void;
}

/** Longest value of an attribute: a stack, an address. */
const MAX_ATTRIBUTE = 4000;

/** Registers it for the whole process. Answers what sends the rest and ends it. */
export function registerProvider(settings: TraceSettings, options: ProviderOptions): () => Promise<void> {
	const { delayMs, maxQueue, maxBatch, timeoutMs } = settings.batch;
	diag.setLogger(complainer(options.complain), {
		logLevel: DiagLogLevel.WARN,
		suppressOverrideMessage: true
	});
	const provider = new TracerProvider({
		sampler: samplerOf(settings),
		idGenerator: options.ids,
		resource: resourceOf(options),
		spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE },
		spanProcessors: [
			new BatchSpanProcessor({
				exporter: masking(new OTLPTraceExporter()),
				scheduledDelayMillis: delayMs,
				maxQueueSize: maxQueue,
				maxExportBatchSize: maxBatch,
				exportTimeoutMillis: timeoutMs
			})
		]
	});
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	if (settings.readsContext) propagation.setGlobalPropagator(new W3CTraceContextPropagator());
	trace.setGlobalTracerProvider(provider);
	return () => provider.shutdown();
}

/** What the environment says of the service goes before what it is by itself. */
function resourceOf({ instance, version }: ProviderOptions) {
	const own = resourceFromAttributes({
		'service.name': 'vector-flow',
		'service.version': version,
		'service.instance.id': instance
	});
	return defaultResource()
		.merge(own)
		.merge(detectResources({ detectors: [envDetector] }));
}

function samplerOf({ sampler, ratio, followsParent }: TraceSettings): Sampler {
	const root = rootSampler(sampler, ratio);
	const parents = followsParent ? {} : { remoteParentSampled: root, remoteParentNotSampled: root };
	const decided = new ParentBasedSampler({ root, ...parents });
	return {
		shouldSample: (around, ...rest) =>
			isTold(around)
				? { decision: SamplingDecision.RECORD_AND_SAMPLED }
				: decided.shouldSample(around, ...rest),
		toString: () => decided.toString()
	};
}

function rootSampler(sampler: TraceSettings['sampler'], ratio: number): Sampler {
	switch (sampler) {
		case 'always_on':
			return new AlwaysOnSampler();
		case 'always_off':
			return new AlwaysOffSampler();
		case 'traceidratio':
			return new TraceIdRatioBasedSampler(ratio);
	}
}

/** Addresses in spans lose their credentials before they leave. */
function masking(exporter: SpanExporter): SpanExporter {
	return {
		export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
			for (const { attributes, events } of spans) {
				maskValues(attributes);
				for (const event of events) if (event.attributes) maskValues(event.attributes);
			}
			exporter.export(spans, done);
		},
		forceFlush: async () => exporter.forceFlush?.(),
		shutdown: () => exporter.shutdown()
	};
}

function maskValues(attributes: ReadableSpan['attributes']): void {
	for (const [name, value] of Object.entries(attributes))
		if (typeof value === 'string') attributes[name] = maskText(value);
}

function complainer(complain: (text: string) => void): DiagLogger {
	const tell = (text: string) => complain(text);
	const silent = () => {};
	return { error: tell, warn: tell, info: silent, debug: silent, verbose: silent };
}
