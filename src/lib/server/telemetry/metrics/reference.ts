// The reference page of the metrics, made of the table they are written from.
import type { Family } from './family.ts';
import { SERVER_FAMILIES } from './server-families.ts';
import { MAX_SERIES_PER_STREAM, STREAM_FAMILIES } from './stream-families.ts';

export const METRICS_PAGE = 'docs/reference/metrics.md';

/** Markdown. Written by `npm run docs:generate`; a test fails when the page in the repository differs. */
export function metricsPage(): string {
	return `<!-- Made from src/lib/server/telemetry/metrics by \`npm run docs:generate\`; change it there. -->

# Metrics

\`GET /metrics\` answers in Prometheus' text format. How to have it read: [Prometheus and Grafana](../guide/monitoring.md).

## Of each stream

Only streams that run, or should run, have series; a stream that is deactivated or deleted has none from the next scrape on, and one that is
renamed goes on under its new name alone. There are at most ${MAX_SERIES_PER_STREAM} series a stream, whatever its model knows. Streams of sessions and scenarios
come and go too fast to be series and have none.

${table(STREAM_FAMILIES)}

Counters of a run begin at 0 with each run, which \`rate()\` and \`increase()\` allow for. Memory: a stream's decoder is a process of its own, and its
resident memory is known exactly; its analysis runs in a thread with other streams, and only that thread's JavaScript heap is known, so each
stream is told an equal share; of a thread that is too busy to answer, the last one. Frames under way and models lie outside both. GPU figures are the machine's: take \`max\` over streams, not \`sum\`.

## Of the server

${table(SERVER_FAMILIES)}
`;
}

function table(families: readonly Family[]): string {
	const rows = families.map(({ name, type, labels, unit, meaning }) =>
		row(`\`${name}\``, type, labels.map((label) => `\`${label}\``).join(', '), unit, meaning)
	);
	return [row('metric', 'type', 'labels', 'unit', 'meaning'), '|---|---|---|---|---|', ...rows].join('\n');
}

function row(...cells: string[]): string {
	return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
