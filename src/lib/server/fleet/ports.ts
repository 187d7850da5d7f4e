// What the fleet needs of the rooms around it, and what its parts are to each other.
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { InstanceRole, Labels } from '#lib/contracts/instance.ts';
import type { ActivityLine } from '#lib/contracts/live.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';

/** Who this instance is. */
export interface Self {
	id: string;
	/** One start of it. */
	boot: string;
	roles: readonly InstanceRole[];
	labels: Labels;
	maxStreams: number;
	version: string;
	/** host:port. */
	address: string;
	/**
	 * Nobody else can be this instance: the database is under its own, locked DATA_DIR. Then what an earlier start left
	 * behind is taken over at once instead of when it expires.
	 */
	alone: boolean;
}

/** The part of the engine that others ask for: of this very instance. */
export interface LocalEngine {
	statuses(): StreamStatus[];
	status(streamId: string): StreamStatus;
	logs(streamId: string, tail: number): ActivityLine[];
	retryNow(streamId: string): void;
	probe(source: SourceConfig): Promise<ProbeResult>;
}

/** What the leases ask of the engine here. */
export interface LocalRuns {
	/** Whether something of the stream still runs here, or of its end is still to be stored. */
	occupied(streamId: string): boolean;
	/** Streams that cannot run at present: nothing is lost when another instance tries. */
	failing(): string[];
}

/** Streams this instance may run, each under its fencing token. */
export interface Leases {
	/** Registers the instance and, with the role, takes its first streams. Throws StartupError where another server runs under the same id. */
	start(): Promise<void>;
	/** All that this instance may write of, under their tokens: those that are being given back too. */
	held(): ReadonlyMap<string, number>;
	/** Those of them that are to run here. */
	wanted(): ReadonlyMap<string, number>;
	/** Null for a stream that this instance does not hold: nothing is written of it. */
	tokenOf(streamId: string): number | null;
	/** Calls the handler after each change of what is held. */
	onChange(handler: () => void): () => void;
	/** Looks for free streams, and renews, now. */
	pass(): Promise<void>;
	/** Tells what runs here, once the engine is there: until then nothing does. */
	attach(runs: LocalRuns): void;
	/** Takes nothing more, and gives each stream back as soon as its run has stopped. */
	close(): void;
	/** Gives everything back and says so to the others; nothing is renewed any more. */
	release(): Promise<void>;
	/** Seconds this instance's clock is ahead of the database's; null before the first answer. */
	clockSkewS(): number | null;
}

/** Why a wanted stream runs nowhere. */
export type Unplaced = SourceFailure;
