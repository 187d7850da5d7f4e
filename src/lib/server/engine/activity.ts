// The activity log: the last lines of every stream in memory, each also handed on for storing.
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { StreamActivity } from '../bus/index.ts';

/** Lines kept a stream. */
const MAX_LINES = 500;
const MAX_LINE_LENGTH = 1000;
/** Streams remembered; beyond it those that were silent longest are forgotten. */
const MAX_STREAMS = 1000;

export interface ActivityLog {
	add(streamId: string, line: ActivityLine): void;
	/** The newest lines of a stream, oldest first. */
	tail(streamId: string, count: number): ActivityLine[];
	forget(streamId: string): void;
}

export function createActivityLog(handOn: (line: StreamActivity) => void): ActivityLog {
	const lines = new Map<string, ActivityLine[]>();
	return {
		add(streamId, line) {
			const kept = { ...line, text: line.text.slice(0, MAX_LINE_LENGTH) };
			const ring = lines.get(streamId) ?? [];
			ring.push(kept);
			if (ring.length > MAX_LINES) ring.shift();
			// Deleted first, so that the map's order is that of the last line.
			lines.delete(streamId);
			lines.set(streamId, ring);
			if (lines.size > MAX_STREAMS) lines.delete([...lines.keys()][0]!);
			handOn({ streamId, ...kept });
		},
		tail: (streamId, count) => (count > 0 ? (lines.get(streamId) ?? []).slice(-count) : []),
		forget: (streamId) => void lines.delete(streamId)
	};
}
