// How each stream does, summed over ten seconds from the statuses its run says. Pure; times in ms.
import type { StreamStatus } from '#lib/contracts/status.ts';

/** Ten seconds of a stream, as the table has them, with the fencing token they were said under. */
export interface PerformanceRow {
	token: number;
	stream_id: string;
	at: string;
	/** Told of, and connected. */
	seconds: number;
	connected_s: number;
	fps: number | null;
	latency_ms: number | null;
	latency_max_ms: number | null;
	frames: number;
	dropped: number;
	reconnects: number;
}

export interface PerformanceLedger {
	/** A status that was said under this token. */
	hear(status: StreamStatus, token: number, now: number): void;
	/** Rows whose time is over; all of them where everything ends. */
	take(now: number, everything?: boolean): PerformanceRow[];
}

export const WINDOW_MS = 10_000;
/** A status is said once a second: of a longer silence nothing is known. */
const LONGEST_MS = 2500;

type Heard = Pick<StreamStatus, 'runId' | 'status' | 'framesProcessed' | 'framesDropped' | 'reconnects'> & {
	at: number;
};

interface Mean {
	sum: number;
	weight: number;
}

interface Entry {
	token: number;
	window: number;
	last: Heard;
	row: Pick<
		PerformanceRow,
		'seconds' | 'connected_s' | 'frames' | 'dropped' | 'reconnects' | 'latency_max_ms'
	>;
	fps: Mean;
	latency: Mean;
}

export function createPerformanceLedger(): PerformanceLedger {
	const entries = new Map<string, Entry>();
	const over: PerformanceRow[] = [];

	function entryOf(status: StreamStatus, token: number, now: number): Entry {
		const known = entries.get(status.streamId);
		const window = Math.floor(now / WINDOW_MS) * WINDOW_MS;
		if (known?.token === token && known.window === window) return known;
		if (known) close(status.streamId, known);
		// What another lease left says nothing of this one's counts.
		const last = known?.token === token ? known.last : heard(status, now);
		const entry = { token, window, last, row: emptyRow(), fps: emptyMean(), latency: emptyMean() };
		entries.set(status.streamId, entry);
		return entry;
	}

	function close(streamId: string, { token, window, row, fps, latency }: Entry): void {
		if (row.seconds === 0) return;
		const at = new Date(window).toISOString();
		over.push({ token, stream_id: streamId, at, ...row, fps: meanOf(fps), latency_ms: meanOf(latency) });
	}

	return {
		hear(status, token, now) {
			const entry = entryOf(status, token, now);
			add(entry, status, Math.min(LONGEST_MS, Math.max(0, now - entry.last.at)) / 1000);
			entry.last = heard(status, now);
		},
		take(now, everything = false) {
			for (const [streamId, entry] of entries) {
				if (!everything && now < entry.window + WINDOW_MS + LONGEST_MS) continue;
				close(streamId, entry);
				entries.delete(streamId);
			}
			return over.splice(0);
		}
	};
}

/** What was so until now: the time since the last status is of the word said then, and the figures are of that second. */
function add({ last, row, fps, latency }: Entry, status: StreamStatus, seconds: number): void {
	row.seconds += seconds;
	if (last.status === 'connected') {
		row.connected_s += seconds;
		weigh(fps, status.fps, seconds);
		weigh(latency, status.latencyMs, seconds);
	}
	if (status.latencyMs !== null) row.latency_max_ms = Math.max(row.latency_max_ms ?? 0, status.latencyMs);
	// Counts of a run begin at 0 with it.
	const same = last.runId === status.runId;
	row.frames += Math.max(0, status.framesProcessed - (same ? last.framesProcessed : 0));
	row.dropped += Math.max(0, status.framesDropped - (same ? last.framesDropped : 0));
	row.reconnects += Math.max(0, status.reconnects - (same ? last.reconnects : 0));
}

function weigh(mean: Mean, value: number | null, weight: number): void {
	if (value === null) return;
	mean.sum += value * weight;
	mean.weight += weight;
}

function heard(
	{ runId, status, framesProcessed, framesDropped, reconnects }: StreamStatus,
	at: number
): Heard {
	return { runId, status, framesProcessed, framesDropped, reconnects, at };
}

const meanOf = ({ sum, weight }: Mean): number | null => (weight > 0 ? sum / weight : null);
const emptyMean = (): Mean => ({ sum: 0, weight: 0 });
const emptyRow = (): Entry['row'] => ({
	...{ seconds: 0, connected_s: 0, frames: 0, dropped: 0, reconnects: 0 },
	latency_max_ms: null
});
