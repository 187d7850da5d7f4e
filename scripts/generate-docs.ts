// Writes the reference pages that are made of the code: `npm run docs:generate`. A test fails when they are out of date.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONFIGURATION_PAGE, configurationPage } from '../src/lib/server/config/reference.ts';
import { EVENTS_PAGE, eventsPage } from '../src/lib/server/openapi/events.ts';
import { referencePages } from '../src/lib/server/openapi/markdown.ts';
import { METRICS_PAGE, metricsPage } from '../src/lib/server/telemetry/metrics/reference.ts';

const root = join(import.meta.dirname, '..');
for (const [path, text] of Object.entries({
	...referencePages(),
	[EVENTS_PAGE]: eventsPage(),
	[CONFIGURATION_PAGE]: configurationPage(),
	[METRICS_PAGE]: metricsPage()
})) {
	mkdirSync(dirname(join(root, path)), { recursive: true });
	writeFileSync(join(root, path), text);
	console.log(`wrote ${path}`);
}
