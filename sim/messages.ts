// What the simulation's driver and its hosts tell each other over IPC: plain data.

/** What a host process is started with. */
export interface HostPlan {
	databaseUrl: string;
	natsUrl: string;
	instances: string[];
	/** `web`: shows the fleet and relays its events; `worker`: holds leases and runs streams. */
	kind: 'worker' | 'web';
	maxStreams: number;
	secretKey: string;
	/** Alerts that begin, an hour and stream. */
	alertsPerHour: number;
}

export type ToHost = { type: 'go' } | { type: 'reset' } | { type: 'report' };

/** A simulated run: its beginning, its first picture, its end, at ms since the epoch. */
export interface RunNews {
	instance: string;
	streamId: string;
	runId: string;
	/** The fencing token it began under; null where its instance held none. */
	token: number | null;
	event: 'begin' | 'live' | 'end';
	at: number;
}

/** Of one instance since the last reset. */
export interface InstanceFigures {
	/** ms from the question to its answer, of each renewal and of each claim. */
	renewals: number[];
	claims: number[];
	/** The longest time between two answered renewals, ms. */
	longestGapMs: number;
	/** Statuses heard, from here or elsewhere. */
	statuses: number;
	/** Streams whose status is known. */
	known: number;
}

export type FromHost =
	| { type: 'ready' }
	| { type: 'runs'; news: RunNews[] }
	| { type: 'report'; figures: Record<string, InstanceFigures>; loopDelayP99Ms: number };
