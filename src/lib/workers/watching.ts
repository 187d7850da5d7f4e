// The watching stage: what each frame shows in the zones, what the rules make of it, and each second's facts.
import type { RuleState } from '#lib/contracts/alert.ts';
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { FlowSample } from '#lib/contracts/flow.ts';
import type { WatchConfig } from '#lib/contracts/run.ts';

/** A frame with everything known of it. */
export interface WatchedFrame {
	/** ms since the epoch. */
	capturedAt: number;
	width: number;
	height: number;
	gridSize: number;
	flow: FlowSample;
	/** [x, y, dx, dy, …] of the vectors above the threshold, px of the frame. */
	vectors: Float32Array;
	objects: TrackedObject[];
}

export interface Watching {
	frame(frame: WatchedFrame): void;
	/** Other zones or rules from now on; rules that stay keep where they stand. */
	set(watch: WatchConfig): void;
	/** The facts of the second that ended; null without a frame. */
	take(): StreamFacts | null;
}

export interface WatchingDeps {
	rule(state: RuleState): void;
}

export function createWatching(_streamId: string, _watch: WatchConfig, _deps: WatchingDeps): Watching {
	return { frame: () => {}, set: () => {}, take: () => null };
}
