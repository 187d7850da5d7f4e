// What a stream measured before the page was opened, as the server stored it: charts begin full instead of empty.
import type { FlowPoint } from '#lib/contracts/facts.ts';
import { api } from '../shell/api.ts';
import type { TailSample } from './tail.ts';

/** The stored seconds of the last five minutes, oldest first. Rejects with ApiError. */
export async function readPast(streamId: string): Promise<TailSample[]> {
	const points = await api<FlowPoint[]>(`/api/v1/streams/${streamId}/flow?range=5m`);
	return points.filter((point) => point.zone_id === null).map(sampleOf);
}

/** How many grid points were measured is not stored. */
function sampleOf({ at, avg, max, count, direction, coherence }: FlowPoint): TailSample {
	const flow = { avg, max, count, total: 0, direction, coherence };
	return { at: Math.floor(Date.parse(at) / 1000), flow };
}
