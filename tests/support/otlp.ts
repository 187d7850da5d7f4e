// A receiver of traces: OTLP over HTTP as JSON, as a collector takes it on its port 4318.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
	traceId: string;
	spanId: string;
	parentSpanId: string | null;
	name: string;
	kind: number;
	/** ms since the epoch. */
	startedAt: number;
	endedAt: number;
	attributes: Record<string, string | number | boolean>;
	resource: Record<string, string | number | boolean>;
	/** 2 is an error. */
	status: number;
}

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
type Attributes = { key: string; value: Value }[];

interface Export {
	resourceSpans: {
		resource: { attributes: Attributes };
		scopeSpans: {
			spans: {
				traceId: string;
				spanId: string;
				parentSpanId?: string;
				name: string;
				kind: number;
				startTimeUnixNano: string;
				endTimeUnixNano: string;
				attributes: Attributes;
				status?: { code?: number };
			}[];
		}[];
	}[];
}

export interface OtlpReceiver {
	endpoint: string;
	spans: ReceivedSpan[];
	/** Bodies as they came. */
	text(): string;
	close(): void;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
	const spans: ReceivedSpan[] = [];
	let text = '';
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			if (request.method !== 'POST' || request.url !== '/v1/traces') {
				response.writeHead(404).end();
				return;
			}
			text += body;
			spans.push(...spansOf(JSON.parse(body) as Export));
			response.setHeader('content-type', 'application/json').end('{}');
		});
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		spans,
		text: () => text,
		close: () => void server.close()
	};
}

function spansOf({ resourceSpans }: Export): ReceivedSpan[] {
	return resourceSpans.flatMap(({ resource, scopeSpans }) =>
		scopeSpans.flatMap((scope) =>
			scope.spans.map((span) => ({
				traceId: span.traceId,
				spanId: span.spanId,
				parentSpanId: span.parentSpanId || null,
				name: span.name,
				kind: span.kind,
				startedAt: Number(span.startTimeUnixNano) / 1e6,
				endedAt: Number(span.endTimeUnixNano) / 1e6,
				attributes: valuesOf(span.attributes),
				resource: valuesOf(resource.attributes),
				status: span.status?.code ?? 0
			}))
		)
	);
}

function valuesOf(attributes: Attributes): ReceivedSpan['attributes'] {
	return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain({ stringValue, intValue, doubleValue, boolValue }: Value): string | number | boolean {
	return (
		stringValue ?? (intValue === undefined ? undefined : Number(intValue)) ?? doubleValue ?? boolValue ?? ''
	);
}
