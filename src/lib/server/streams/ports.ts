// What the engine needs of the registry: the streams that should run, and a place to record what became of them.
import type { FailureCode, SourceFailure } from '#lib/contracts/failure.ts';
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { DetectionConfig } from '#lib/contracts/model.ts';
import type { AnalysisConfig, RunState, SourceConfig } from '#lib/contracts/run.ts';

/** An active stream, ready to run: credentials decrypted, file paths checked. Never logged. */
export interface RunnableStream {
	id: string;
	name: string;
	source: SourceConfig;
	/** The address with its credentials masked, for logs and messages. */
	maskedUrl: string;
	analysis: AnalysisConfig;
	staleAfterS: number;
	/** Null finds nothing. */
	detection: DetectionConfig | null;
	/** Seconds of packets kept ready for clips; 0 keeps none. */
	clipPrerollS: number;
	/** The fencing token it is run under. */
	token: number;
	/** The id its next run bears, where somebody was told it before; any otherwise. */
	nextRunId?: string;
	/** Changes whenever a processing field changes: a run with another version is restarted. */
	processingVersion: string;
}

export interface RunStateChange {
	streamId: string;
	/** The fencing token of the lease that the run began under. */
	token: number;
	runId: string;
	from: RunState;
	to: RunState;
	at: Date;
	/** The cause in words, for `error`; null otherwise. */
	detail: string | null;
	code: FailureCode | null;
}

/** What this instance may run, as the fleet decides it. */
export interface HeldStreams {
	/** Streams to be run here, each under its fencing token. */
	wanted(): ReadonlyMap<string, number>;
}

export interface StreamsForEngine {
	/** The fencing token under which the stream is to run here; null where it is not, or no longer. Asks nobody. */
	tokenOf(streamId: string): number | null;
	/**
	 * Every stream that this instance holds and whose desired state is active, oldest first. A stream whose source is refused is
	 * left out of `runnable` and told in `refused`.
	 */
	listRunnable(): Promise<{
		runnable: RunnableStream[];
		refused: { id: string; name: string; token: number; failure: SourceFailure }[];
	}>;
	/** Checks the address against the deny list with a fresh name look-up, just before each connection; null when it may be reached. */
	checkAddress(source: SourceConfig): Promise<SourceFailure | null>;
	/** Stores the transition in the run's history and on the stream's row; nothing where the lease it was run under is lost. */
	recordRunState(change: RunStateChange): Promise<void>;
	/** Stores when the newest frame was seen; called at most every few seconds for all running streams at once. */
	recordHeartbeats(beats: { streamId: string; token: number; at: Date }[]): Promise<void>;
	/** Appends activity lines, pruned to a bounded number a stream; those of a lost lease too: they tell what happened. */
	appendActivity(lines: (ActivityLine & { streamId: string })[]): Promise<void>;
}
