// What the room needs of others; the composition root hands it over.
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { FlowPoint } from '#lib/contracts/facts.ts';
import type { StreamInput } from '#lib/contracts/stream.ts';

/** The registry's hidden streams. */
export interface OwnedStreams {
	/** Adds one that does not run yet. Throws `invalid_input`; answers its id. */
	create(input: StreamInput): Promise<string>;
	start(id: string, nextRunId?: string): Promise<void>;
	stop(id: string): Promise<void>;
	/** Stops it for good. */
	end(id: string): Promise<void>;
	/** With its results. */
	remove(id: string): Promise<void>;
}

export interface Results {
	/** From before a moment, oldest first, beginning after the one read last. */
	detections(
		streamId: string,
		after: { at: Date; id: string } | null,
		before: Date,
		limit: number
	): Promise<DetectionRecord[]>;
	flow(streamId: string, after: Date | null, before: Date, limit: number): Promise<FlowPoint[]>;
}

/** Those of these users who are signed in somewhere. */
export type SignedIn = (userIds: string[]) => Promise<string[]>;
