// One second of a stream's zones as rows of the table.
import type { StreamFacts, ZoneFacts } from '#lib/contracts/facts.ts';
import type { SampleRow } from './store.ts';

/** What may wait while the database is away, in zones' seconds: 16 streams of 4 zones for four minutes. */
export const MOST_WAITING = 20_000;
/** The table's column is this wide. */
const MOST_IN_A_BIN = 32_767;

/** Under the token that the stream is run with. */
export const rowsOf = ({ streamId, at, zones }: StreamFacts, token: number): SampleRow[] =>
	zones.map((facts) => rowOf(streamId, token, at, facts));

/** What is empty is null: a still second takes a line and no more. */
function rowOf(
	streamId: string,
	token: number,
	at: number,
	{ zoneId, flow, objects, crossings }: ZoneFacts
): SampleRow {
	const moved = flow !== null && flow.bins.some((vectors) => vectors > 0);
	return {
		stream_id: streamId,
		token,
		zone_id: zoneId,
		at: new Date(at).toISOString(),
		avg: flow?.avg ?? 0,
		max: flow?.max ?? 0,
		count: flow?.count ?? 0,
		total: flow?.total ?? 0,
		direction: flow?.direction ?? null,
		coherence: flow?.coherence ?? 0,
		bins: moved ? flow.bins.map((vectors) => Math.min(MOST_IN_A_BIN, vectors)) : null,
		magnitudes: moved ? flow.magnitudes : null,
		objects: Object.keys(objects).length > 0 ? objects : null,
		crossings: Object.keys(crossings).length > 0 ? crossings : null
	};
}
