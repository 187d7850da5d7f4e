// Looks at a source before it is saved: what it is, with a picture, or why it cannot be read.
import type { Labels } from '#lib/contracts/instance.ts';
import { probeInput, type ProbeInput, type ProbeResult } from '#lib/contracts/probe.ts';
import type { Services } from '#lib/server/app/services.ts';
import { endpoint } from '#lib/server/http/endpoint.ts';

export const POST = endpoint(
	{ role: 'operator', body: probeInput },
	async ({ services, body }): Promise<ProbeResult> => {
		const started = performance.now();
		const resolved = await services.streams.sourceToProbe(body);
		if (resolved.ok) return services.fleet.probe(resolved.source, await placementOf(services, body));
		return { ok: false, failure: resolved.failure, elapsedMs: Math.round(performance.now() - started) };
	}
);

/** Where the camera is to run is where it has to be reached from. */
async function placementOf(
	{ streams }: Pick<Services, 'streams'>,
	{ placement, stream_id }: ProbeInput
): Promise<Labels> {
	if (placement !== undefined || stream_id === undefined) return placement ?? {};
	return (await streams.get(stream_id)).placement;
}
