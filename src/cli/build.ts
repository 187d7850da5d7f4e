// The built server: its request handler, and the application its hooks have started.
import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MAX_MODEL_BYTES } from '../lib/contracts/model.ts';
import type { App } from '../lib/server/app/app.ts';
import { StartupError } from '../lib/server/base/startup-error.ts';
import type { Config } from '../lib/server/config/index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

// The adapter assumes https unless a header says otherwise. These two are ours alone: whatever a client sends under
// these names is overwritten.
const PROTOCOL_HEADER = 'x-vector-flow-protocol';
const HOST_HEADER = 'x-vector-flow-host';

const ROOM_ABOVE = 2 ** 20;

/** What the adapter reads from the environment when it is loaded. */
export function adapterSettings(config: Config): Record<string, string> {
	// Models are large; every body has a limit of its own (http/body.ts), which says what it is before this one cuts it off.
	return {
		PROTOCOL_HEADER,
		BODY_SIZE_LIMIT: String(MAX_MODEL_BYTES + ROOM_ABOVE),
		...(config.originGiven && { HOST_HEADER })
	};
}

/** Tells the adapter the address people use: ORIGIN's, or the one the request came by. */
export function markRequest(request: IncomingMessage, config: Config): IncomingMessage {
	const origin = new URL(config.origin);
	request.headers[PROTOCOL_HEADER] = origin.protocol.slice(0, -1);
	if (config.originGiven) request.headers[HOST_HEADER] = origin.host;
	return request;
}

/** Loading it starts the application. Throws StartupError. */
export async function loadBuild(config: Config): Promise<{ handler: Handler; app: App }> {
	const file = join(config.rootDir, 'build', 'handler.js');
	if (!existsSync(file)) throw new StartupError(`There is no build in ${config.rootDir}. Run: npm run build`);
	// SvelteKit calls its hook from an entry of its own; from this one it is called here, before all else of the build.
	const instrumentation = join(config.rootDir, 'build', 'server', 'instrumentation.server.js');
	if (existsSync(instrumentation)) await import(pathToFileURL(instrumentation).href);
	const { handler } = (await import(pathToFileURL(file).href)) as { handler: Handler };
	const app = await (globalThis as { [key: symbol]: Promise<App> | undefined })[
		Symbol.for('vector-flow.app')
	];
	if (!app) throw new StartupError('The build does not belong to this version. Run: npm run build');
	return { handler, app };
}
