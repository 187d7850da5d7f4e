// Looks at a source before it is saved: what it is, with a picture, or why it cannot be read.
import { probeInput, type ProbeResult } from '#lib/contracts/probe.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint(
	{ role: 'operator', body: probeInput },
	async ({ services, body }): Promise<ProbeResult> => {
		const started = performance.now();
		const resolved = await services.streams.sourceToProbe(body);
		if (resolved.ok) return services.engine.probe(resolved.source);
		return { ok: false, failure: resolved.failure, elapsedMs: Math.round(performance.now() - started) };
	}
);
