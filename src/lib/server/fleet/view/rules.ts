// What is told of a stream that nobody tells of himself: why it runs nowhere, or what its registry row still says. Pure.
import type { FailureCode } from '#lib/contracts/failure.ts';
import { bears, type InstanceRecord, type Labels } from '#lib/contracts/instance.ts';
import type { StreamStatus, StreamStatusWord } from '#lib/contracts/status.ts';

/** A status without what this instance's memory adds to it. */
export type Told = Omit<StreamStatus, 'since'>;

export interface Reason {
	message: string;
	advice: string;
}

type Candidate = Pick<InstanceRecord, 'state' | 'roles' | 'labels' | 'streams' | 'max_streams'>;

/** A newer frame than this was written down lately, seconds: heartbeats are written every few. */
const FRESH_S = 20;

/** Instances that may run a stream which asks for these labels. */
export function candidates<C extends Candidate>(instances: readonly C[], placement: Labels): C[] {
	return instances.filter(
		({ state, roles, labels }) => state === 'up' && roles.includes('worker') && bears(labels, placement)
	);
}

/** Why a stream that should run has no instance. */
export function whyUnplaced(placement: Labels, instances: readonly Candidate[]): Reason {
	if (candidates(instances, {}).length === 0) {
		return {
			message: 'No instance runs workers',
			advice: 'Start one whose VF_ROLES has worker.'
		};
	}
	const able = candidates(instances, placement);
	if (able.length === 0) {
		const asked = written(placement);
		return {
			message: `No instance bears ${asked}`,
			advice: `Start one with VF_LABELS=${asked}, or change where the camera may run.`
		};
	}
	const most = able.reduce((sum, { max_streams }) => sum + max_streams, 0);
	const held = able.reduce((sum, { streams }) => sum + streams, 0);
	if (able.every(({ streams, max_streams }) => streams >= max_streams)) {
		return {
			message: `${whoIsFull(able.length, placement)}: ${held} of ${most} streams`,
			advice: 'Deactivate another stream, raise VF_MAX_STREAMS, or start another instance.'
		};
	}
	return {
		message: 'No instance has taken it yet, although there is room',
		advice: 'It is being placed; if this stays, the log of the instances says why.'
	};
}

function whoIsFull(count: number, placement: Labels): string {
	const bearing = Object.keys(placement).length > 0 ? ` bearing ${written(placement)}` : '';
	return count === 1 ? `The one instance${bearing} is full` : `All ${count} instances${bearing} are full`;
}

/** As VF_LABELS takes them. */
export function written(placement: Labels): string {
	return Object.entries(placement)
		.map(([name, value]) => `${name}=${value}`)
		.join(',');
}

/** Wanted, and nobody's: for the first seconds it is on its way, after that somebody should look. */
export function unplaced(streamId: string, reason: Reason | null): Told {
	if (reason === null) return plain(streamId, 'starting', { detail: 'Waiting for an instance to take it' });
	const { message: detail, advice } = reason;
	return plain(streamId, 'worker_down', { detail, advice, code: 'capacity_reached' });
}

/** Whoever ran it says nothing any more. */
export function fellSilent(last: StreamStatus): Told {
	return {
		...last,
		status: 'worker_down',
		detail: `${last.instance} fell silent; its streams move to another within 10 s`,
		advice: 'Nothing has to be done if another instance has room; see the instance and its network.',
		code: 'worker_down',
		retryAt: null,
		fps: null,
		latencyMs: null,
		flow: null,
		detection: null
	};
}

/** Its holder lives and is not heard here: what it last wrote stands for what it would say. `now`: ms since the epoch. */
export function asWritten(stream: WrittenStream, now: number): Told {
	const { id, holder, run_id, state, last_error, beat_age_s } = stream;
	const [status, code] = wordOf(stream);
	const unheard = `It runs on ${holder}, which this instance does not hear`;
	const words = {
		starting: { detail: `${holder} has taken it`, advice: null },
		connected: { detail: unheard, advice: null },
		stale: { detail: unheard, advice: 'See that every instance reaches NATS.' },
		stream_error: { detail: last_error ?? unheard, advice: 'See that every instance reaches NATS.' }
	}[status];
	return {
		...plain(id, status, { ...words, code }),
		runId: run_id,
		state,
		lastFrameAt: beat_age_s === null ? null : new Date(now - beat_age_s * 1000).toISOString(),
		instance: holder ?? ''
	};
}

function wordOf({ state, error_code, beat_age_s }: WrittenStream): [WrittenWord, FailureCode | null] {
	if (state === 'error') return ['stream_error', error_code ?? 'unknown'];
	if (state !== 'active') return ['starting', null];
	return beat_age_s !== null && beat_age_s < FRESH_S ? ['connected', null] : ['stale', 'stalled'];
}

type WrittenWord = 'starting' | 'connected' | 'stale' | 'stream_error';

export interface WrittenStream {
	id: string;
	holder: string | null;
	run_id: string | null;
	state: StreamStatus['state'];
	last_error: string | null;
	error_code: FailureCode | null;
	beat_age_s: number | null;
}

function plain(
	streamId: string,
	status: StreamStatusWord,
	words: Partial<Pick<StreamStatus, 'detail' | 'advice' | 'code'>> = {}
): Told {
	return {
		streamId,
		runId: null,
		status,
		state: 'inactive',
		detail: null,
		advice: null,
		code: null,
		...words,
		attempt: 0,
		retryAt: null,
		source: null,
		lastFrameAt: null,
		fps: null,
		framesProcessed: 0,
		framesDropped: 0,
		reconnects: 0,
		latencyMs: null,
		flow: null,
		detection: null,
		instance: ''
	};
}

/** The same status by this instance's clock. */
export function shifted(status: StreamStatus, skewMs: number): StreamStatus {
	if (skewMs === 0) return status;
	const move = (at: string | null) => at && new Date(Date.parse(at) + skewMs).toISOString();
	return {
		...status,
		since: move(status.since)!,
		retryAt: move(status.retryAt),
		lastFrameAt: move(status.lastFrameAt)
	};
}
