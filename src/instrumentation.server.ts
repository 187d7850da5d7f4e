// SvelteKit's hook before everything else: where traces are asked for, they are set up before anything could begin one.
import { loadConfig } from '#lib/server/config/index.ts';
import { beginTracing, wantsTraces } from '#lib/server/telemetry/tracing/index.ts';

if (wantsTraces(process.env)) {
	const { instanceId, version } = loadConfig();
	await beginTracing(process.env, { instance: instanceId, version });
}
